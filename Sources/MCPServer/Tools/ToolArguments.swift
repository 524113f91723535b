import Values

/// Reads the arguments of a tool call; what is wrong with them is an error that the model can mend.
struct ToolArguments {
    private let arguments: JSONObject

    /// - Throws: `general_argument_invalid` for an argument that the tool does not have.
    init(_ arguments: JSONObject, of tool: ToolDefinition) throws(AppError) {
        self.arguments = arguments
        let known = tool.inputSchema["properties"]?.object?.keys ?? []
        for name in arguments.keys where !known.contains(name) {
            let near = Spelling.suggestions(for: name, among: known)
            throw AppError(
                .generalArgumentInvalid,
                "\(tool.name) has no argument '\(name)'.",
                argument: "\(name)",
                hint: near.isEmpty
                    ? "Its arguments are \(known.joined(separator: ", "))."
                    : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
    }

    func required(_ name: String) throws(AppError) -> String {
        guard let text = try string(name) else {
            throw AppError(.generalArgumentInvalid, "The argument '\(name)' is missing.", argument: "\(name)")
        }
        return text
    }

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

    private func wrong(_ name: String, _ expected: String, _ value: JSON) -> AppError {
        let what = value.int.map { String($0) } ?? value.kindName
        return AppError(.generalArgumentInvalid, "'\(name)' must be \(expected), not \(what).", argument: "\(name)")
    }
}
