/// What every layer above the store fails with: a code of the contract and a message in our own words.
///
/// Messages name the cause and the cure. They never carry stored data or secrets.
package struct AppError: Error, Equatable, CustomStringConvertible {
    package var code: ErrorCode
    package var message: String
    /// The argument that was wrong, as a dotted path where it is nested (`data.title`, `columns[2].key`).
    package var argument: String?
    /// What would be right, or what to do next.
    package var hint: String?

    package init(_ code: ErrorCode, _ message: String, argument: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.argument = argument
        self.hint = hint
    }

    package var description: String { "\(code.type) (\(code.status)): \(message)" }

    /// The value of `error` in an answer.
    package var json: JSON {
        var object: JSONObject = [
            "code": .int(Int64(code.status)), "type": .string(code.type), "message": .string(message),
        ]
        if let argument { object["argument"] = .string(argument) }
        if let hint { object["hint"] = .string(hint) }
        return .object(object)
    }
}
