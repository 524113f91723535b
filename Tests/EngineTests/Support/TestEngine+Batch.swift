import Testing
import Values

@testable import Engine

extension TestEngine {
    /// A step in its short form.
    static func step(
        _ id: String,
        _ operation: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = nil
    ) -> ExecutionRequest.Step {
        ExecutionRequest.Step(id: id, Invocation(operation, arguments, as: actor))
    }

    /// Runs steps and parses the whole answer.
    func batch(
        _ steps: [ExecutionRequest.Step],
        _ change: (inout ExecutionRequest) -> Void = { _ in }
    ) async throws -> JSON {
        var request = ExecutionRequest(steps: steps)
        change(&request)
        for step in request.steps { if let actor = step.invocation.actor { try await makeUser(of: actor) } }
        return try JSON(parsing: try await engine.answer(request).encoded)
    }

    /// Runs one call and parses the whole answer.
    func answer(
        _ operation: String,
        _ arguments: JSONObject = [:],
        _ change: (inout ExecutionRequest) -> Void
    ) async throws -> JSON {
        var request = ExecutionRequest(Invocation(operation, arguments))
        change(&request)
        return try JSON(parsing: try await engine.answer(request).encoded)
    }

    /// What a batch is refused with, and the step that it names.
    func batchRefusal(
        _ steps: [ExecutionRequest.Step],
        _ change: (inout ExecutionRequest) -> Void = { _ in },
        at location: SourceLocation = #_sourceLocation
    ) async throws -> (refusal: Refusal, step: String?) {
        do {
            let answer = try await batch(steps, change)
            Issue.record("the batch answered \(answer.text)", sourceLocation: location)
            return (Refusal("none", 0), nil)
        } catch let error as AppError {
            return (Refusal(error), error.step)
        }
    }
}

extension Outcome {
    /// The result of a single call.
    var result: JSON? { (try? JSON(parsing: encoded))?["result"] }
}
