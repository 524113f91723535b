import Values

/// The parts of a body of the type `multipart/form-data` (RFC 7578).
struct Multipart {
    struct Part: Equatable {
        /// What the form calls it.
        var name: String
        /// Given for files.
        var fileName: String?
        var content: ArraySlice<UInt8>
    }

    private(set) var parts: [Part] = []

    /// How many bytes the head of a part may have, and how many parts there may be.
    private static let (maximumHead, maximumParts) = (8 << 10, 1000)

    /// - Throws: 400 `general_argument_invalid` for a body that breaks the format.
    init(_ body: [UInt8], boundary: String) throws(AppError) {
        let delimiter = Array("--\(boundary)".utf8)
        var rest = body[...]
        guard let first = Self.find(delimiter, in: rest) else { throw Self.broken("its boundary is missing") }
        rest = rest[first.upperBound...]
        while true {
            if rest.starts(with: [0x2D, 0x2D]) { return }
            guard rest.starts(with: Self.lineEnd) else { throw Self.broken("a boundary ends with no line end") }
            rest = rest.dropFirst(2)
            guard let end = Self.find(Self.lineEnd + delimiter, in: rest) else {
                throw Self.broken("its end is missing")
            }
            guard parts.count < Self.maximumParts else { throw Self.broken("it has too many parts") }
            parts.append(try Self.part(rest[..<end.lowerBound]))
            rest = rest[end.upperBound...]
        }
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]

    private static func part(_ bytes: ArraySlice<UInt8>) throws(AppError) -> Part {
        let head: ArraySlice<UInt8>
        let content: ArraySlice<UInt8>
        if bytes.starts(with: lineEnd) {
            (head, content) = ([], bytes.dropFirst(2))
        } else {
            guard let end = find(lineEnd + lineEnd, in: bytes) else { throw broken("a part has no end of its head") }
            (head, content) = (bytes[..<end.lowerBound], bytes[end.upperBound...])
        }
        guard head.count <= maximumHead, let text = String(validating: head, as: UTF8.self) else {
            throw broken("the head of a part is too long or no UTF-8")
        }
        for line in text.split(separator: "\r\n") {
            let field = line.split(separator: ":", maxSplits: 1)
            guard field.count == 2, field[0].lowercased() == "content-disposition" else { continue }
            guard let name = parameter("name", of: field[1]) else { break }
            return Part(name: name, fileName: parameter("filename", of: field[1]), content: content)
        }
        throw broken("a part has no name")
    }

    /// A quoted parameter of a header. Quotes in names are written as `%22` or with a backslash.
    private static func parameter(_ name: String, of header: Substring) -> String? {
        var rest = header
        while let start = rest.firstRange(of: "\(name)=\"") {
            let before = rest[..<start.lowerBound].last
            rest = rest[start.upperBound...]
            // `name=` also ends `filename=`.
            guard before == " " || before == ";" || before == "\t" else { continue }
            var value = ""
            var escaped = false
            for character in rest {
                if escaped {
                    value.append(character)
                    escaped = false
                } else if character == "\\" {
                    escaped = true
                } else if character == "\"" {
                    return value.replacing("%22", with: "\"")
                } else {
                    value.append(character)
                }
            }
            return nil
        }
        return nil
    }

    /// Where a pattern is found first. It begins with a byte that bodies seldom hold.
    private static func find(_ pattern: [UInt8], in bytes: ArraySlice<UInt8>) -> Range<Int>? {
        var rest = bytes
        while let start = rest.firstIndex(of: pattern[0]) {
            rest = rest[start...]
            if rest.starts(with: pattern) { return start..<(start + pattern.count) }
            rest = rest.dropFirst()
        }
        return nil
    }

    private static func broken(_ reason: Prose) -> AppError {
        AppError(
            .generalArgumentInvalid,
            "The multipart body can't be read: \(reason).",
            hint: "Send a form as RFC 7578 describes it, or a JSON body."
        )
    }
}
