import Values

/// Reads the members of an object by which a caller defines something, and says where one is wrong.
struct DefinitionReader {
    let object: JSONObject
    /// Where the object stands among the arguments, for example `columns[2]`.
    let place: Prose
    private let isObject: Bool

    init(_ value: JSON, _ place: Prose) {
        object = value.object ?? JSONObject()
        isObject = value.object != nil
        self.place = place
    }

    func invalid(_ name: Prose, _ reason: Prose, hint: Prose? = nil) -> AppError {
        let argument = place + "." + name
        return AppError(.generalArgumentInvalid, "Invalid \(argument): \(reason).", argument: argument, hint: hint)
    }

    /// - Throws: 400 `general_argument_invalid` for what is no object, or has other members.
    func allow(_ names: [String]) throws(AppError) {
        guard isObject else {
            throw AppError(.generalArgumentInvalid, "Invalid \(place): it must be an object.", argument: place)
        }
        guard let wrong = object.keys.first(where: { !names.contains($0) }) else { return }
        let near = Spelling.suggestions(for: wrong, among: names)
        throw invalid(
            "\(wrong)",
            "there is no such member",
            hint: near.isEmpty
                ? "Members are \(names.joined(separator: ", "))." : "Did you mean \(near.joined(separator: " or "))?"
        )
    }

    func string(_ name: String) throws(AppError) -> String {
        guard let value = object[name]?.string else { throw invalid("\(own: name)", "it must be a string") }
        return value
    }

    /// An id, or the key of a column or an index.
    func key(_ name: String) throws(AppError) -> String {
        let key = try string(name)
        guard ID.isValid(key) else {
            throw invalid(
                "\(own: name)",
                "it must be 1 to 36 of A-Z a-z 0-9 . _ - and start with a letter or a digit"
            )
        }
        return key
    }

    func bool(_ name: String) throws(AppError) -> Bool {
        guard let value = object[name] else { return false }
        guard let flag = value.bool else { throw invalid("\(own: name)", "it must be true or false") }
        return flag
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>) throws(AppError) -> Int64 {
        guard let number = object[name]?.int, range.contains(number) else {
            throw invalid("\(own: name)", "it must be an integer from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func strings(_ name: String, length: ClosedRange<Int>) throws(AppError) -> [String] {
        guard let list = object[name]?.strings, list.count <= 100,
            list.allSatisfy({ length.contains($0.unicodeScalars.count) })
        else {
            throw invalid(
                "\(own: name)",
                "it must be a list of at most 100 strings of \(length.lowerBound) to \(length.upperBound) characters"
            )
        }
        return list
    }

    /// The items of a list, none where there is no such member.
    func list(_ name: String) throws(AppError) -> [DefinitionReader] {
        guard let value = object[name] else { return [] }
        guard let items = value.array else { throw invalid("\(own: name)", "it must be a list") }
        return items.enumerated().map { DefinitionReader($1, place + ".\(own: name)[\($0)]") }
    }
}
