import Values

extension ParameterType.KeyRule {
    /// The system fields that an index may cover.
    private static let systemFields = ["$id", "$createdAt", "$updatedAt"]

    func check(_ value: JSON) throws(Mismatch) {
        let text = try ParameterType.text(value)
        if self == .indexedColumn, Self.systemFields.contains(text) { return }
        guard ID.isValid(text, maximumLength: maximumLength) else {
            let dot = allowsDots ? " ." : ""
            throw Mismatch(
                "must be 1 to \(maximumLength) of A-Z a-z 0-9\(dot) _ - and start with a letter or a digit",
                hint: suggestion(for: text)
            )
        }
        if !allowsDots, text.utf8.contains(UInt8(ascii: ".")) {
            throw Mismatch("must not contain a dot", hint: suggestion(for: text))
        }
    }

    private var allowsDots: Bool { self == .index || self == .role }

    /// The same text with everything that is not allowed made an underscore.
    private func suggestion(for text: String) -> String? {
        let mapped = text.unicodeScalars.prefix(maximumLength).map { scalar -> Character in
            let isWord = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            return isWord || scalar == "-" ? Character(scalar) : "_"
        }
        let trimmed = String(mapped.drop { $0 == "_" || $0 == "-" })
        return ID.isValid(trimmed, maximumLength: maximumLength) ? "For example '\(trimmed)'." : nil
    }
}
