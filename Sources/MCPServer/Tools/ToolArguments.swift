import Values

/// Reads the arguments of a tool call; what is wrong with them is an error that the model can mend.
struct ToolArguments {
    private let arguments: JSONObject
    /// What to put before names: the path of the object that they are in.
    private let place: String

    /// - Throws: `general_argument_invalid` for an argument that the tool does not have.
    init(_ arguments: JSONObject, of tool: ToolDefinition) throws(AppError) {
        let known = tool.inputSchema["properties"]?.object?.keys ?? []
        try self.init(arguments, known: known, of: tool.name, place: "")
    }

    /// The members of an object inside the arguments.
    init(_ arguments: JSONObject, known: [String], of name: String, place: String) throws(AppError) {
        self.arguments = arguments
        self.place = place
        for other in arguments.keys where !known.contains(other) {
            let near = Spelling.suggestions(for: other, among: known)
            throw AppError(
                .generalArgumentInvalid,
                "\(name) has no argument '\(other)'.",
                argument: "\(place)\(other)",
                hint: near.isEmpty
                    ? "Its arguments are \(known.joined(separator: ", "))."
                    : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
    }

    /// Whether an argument is there, and not null.
    func has(_ name: String) -> Bool { arguments[name].map { !$0.isNull } ?? false }

    func required(_ name: String) throws(AppError) -> String {
        guard let text = try string(name) else {
            throw AppError(
                .generalArgumentInvalid,
                "The argument '\(place)\(name)' is missing.",
                argument: "\(place)\(name)"
            )
        }
        return text
    }

    /// A value as it was given.
    subscript(name: String) -> JSON? { arguments[name] }

    func string(_ name: String) throws(AppError) -> String? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .string(let text)?: return text
        case let other?: throw wrong(name, "a string", other)
        }
    }

    func integer(_ name: String, _ range: ClosedRange<Int64>, default fallback: Int64) throws(AppError) -> Int {
        switch arguments[name] {
        case nil, .null?: return Int(fallback)
        case .int(let number)? where range.contains(number): return Int(number)
        case let other?: throw wrong(name, "an integer from \(range.lowerBound) to \(range.upperBound)", other)
        }
    }

    func object(_ name: String) throws(AppError) -> JSONObject {
        switch arguments[name] {
        case nil, .null?: return JSONObject()
        case .object(let object)?: return object
        case let other?: throw wrong(name, "an object", other)
        }
    }

    func flag(_ name: String) throws(AppError) -> Bool? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .bool(let flag)?: return flag
        case let other?: throw wrong(name, "true or false", other)
        }
    }

    func array(_ name: String) throws(AppError) -> [JSON]? {
        switch arguments[name] {
        case nil, .null?: return nil
        case .array(let items)?: return items
        case let other?: throw wrong(name, "an array", other)
        }
    }

    func strings(_ name: String) throws(AppError) -> [String]? {
        guard let value = arguments[name], !value.isNull else { return nil }
        guard let strings = value.strings else { throw wrong(name, "an array of strings", value) }
        return strings
    }

    private func wrong(_ name: String, _ expected: String, _ value: JSON) -> AppError {
        let what = value.int.map { String($0) } ?? value.kindName
        return AppError(
            .generalArgumentInvalid,
            "'\(place)\(name)' must be \(expected), not \(what).",
            argument: "\(place)\(name)"
        )
    }
}
