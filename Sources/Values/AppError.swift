/// What every layer above the store fails with: a code of the contract and a message in our own words.
///
/// Messages name the cause and the cure. They never carry stored data or secrets.
package struct AppError: Error, Equatable, CustomStringConvertible {
    package var code: ErrorCode
    private var text: Prose
    private var place: Prose?
    private var advice: Prose?
    /// The step of a batch that failed, by its id.
    package private(set) var step: String?
    /// What is left of the limit that a call counts for, which may be what refused it; nil where none does.
    package var limit: RateLimitState?

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
    package func about(_ argument: Prose) -> AppError {
        var copy = self
        copy.place = argument
        return copy
    }

    /// The same error, met in this step of a batch.
    package func inStep(_ id: String) -> AppError {
        var copy = self
        copy.step = id
        return copy
    }

    /// The same error with another hint.
    package func hinting(_ hint: Prose) -> AppError {
        var copy = self
        copy.advice = hint
        return copy
    }

    /// The same error, whose argument is inside of this one.
    package func within(_ outer: Prose) -> AppError {
        var copy = self
        copy.place = place.map { outer + "." + $0 } ?? outer
        return copy
    }

    /// The same error with every text changed.
    package func mapped(_ change: (String) -> String) -> AppError {
        func changed(_ text: Prose) -> Prose { Prose(quoting: change(text.string)) }
        var copy = self
        copy.text = changed(text)
        copy.place = place.map(changed)
        copy.advice = advice.map(changed)
        return copy
    }

    /// The same error in the words of a dialect, its code included.
    package func said(in dialect: Dialect) -> AppError {
        guard dialect != .tables else { return self }
        var copy = self
        copy.code = dialect.translated(code)
        copy.text = dialect.translated(text)
        copy.place = place.map { dialect.translated($0) }
        copy.advice = advice.map { dialect.translated($0) }
        return copy
    }

    /// The value of `error` in an answer.
    package var json: JSON {
        var object: JSONObject = [
            "code": .int(Int64(code.status)), "type": .string(code.type), "message": .string(message),
        ]
        if let argument { object["argument"] = .string(argument) }
        if let step { object["step"] = .string(step) }
        if let hint { object["hint"] = .string(hint) }
        return .object(object)
    }
}
