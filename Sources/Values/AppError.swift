/// What every layer above the store fails with: a code of the contract and a message in our own words.
///
/// Messages name the cause and the cure. They never carry stored data or secrets.
package struct AppError: Error, Equatable, CustomStringConvertible {
    package var code: ErrorCode
    private var text: Prose
    private var place: Prose?
    private var advice: Prose?

    package init(_ code: ErrorCode, _ message: Prose, argument: Prose? = nil, hint: Prose? = nil) {
        self.code = code
        text = message
        place = argument
        advice = hint
    }

    package var message: String { text.string }

    /// The argument that was wrong, as a dotted path where it is nested (`data.title`, `columns[2].key`).
    package var argument: String? { place?.string }

    /// What would be right, or what to do next.
    package var hint: String? { advice?.string }

    package var description: String { "\(code.type) (\(code.status)): \(message)" }

    /// The same error, about this argument.
    func about(_ argument: Prose) -> AppError {
        var copy = self
        copy.place = argument
        return copy
    }

    /// The same error in the words of a dialect, its code included.
    package func said(in dialect: Dialect) -> AppError {
        guard dialect != .tables else { return self }
        return AppError(
            dialect.translated(code),
            dialect.translated(text),
            argument: place.map { dialect.translated($0) },
            hint: advice.map { dialect.translated($0) }
        )
    }

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
