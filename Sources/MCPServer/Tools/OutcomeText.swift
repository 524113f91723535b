import Engine
import Values

/// The answer of `execute-operation` as JSON text, its lists cut where it would be too long.
struct OutcomeText {
    private let bytes: [UInt8]
    private let isUnsafe: Bool
    private let isError: Bool

    /// Clients close a connection at lines of 10 MiB; an answer is in its line twice, once with its quotes escaped.
    private static let maximumLine = 4 << 20

    /// - Parameters:
    ///   - limit: where lists are cut, in bytes of the whole answer.
    ///   - whole: the paths of what is never cut.
    init(_ outcome: Outcome, limit: Int, keeping whole: Set<[String]> = []) throws(AppError) {
        isUnsafe = outcome.holdsUnsafeInteger
        isError = outcome.failure != nil
        var bytes = outcome.encoded
        if bytes.count > limit, let value = try? JSON(parsing: bytes), case .object(let object) = value,
            let cut = AnswerCut(object, to: limit, keeping: whole)
        {
            bytes = JSON.object(cut.answer).encoded
        }
        self.bytes = bytes
        guard bytes.count <= Self.maximumLine else {
            throw AppError(
                .generalBadRequest,
                "The result has \(bytes.count) bytes, more than the \(Self.maximumLine) that clients take.",
                argument: "queries",
                hint: "Ask for fewer rows with limit, or for fewer fields with select."
            )
        }
    }

    func toolOutcome(takesNote: Bool) -> ToolOutcome {
        .json(encoded: bytes, structured: !isUnsafe, isError: isError, takesNote: takesNote)
    }
}
