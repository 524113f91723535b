import Values

@testable import Engine

extension TestEngine {
    /// The types of the errors with which so many equal calls are refused, `none` for those that aren't.
    func outcomes(
        _ count: Int,
        _ operation: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = .guest,
        from client: Client = Client()
    ) async throws -> [String] {
        var types: [String] = []
        for _ in 0..<count { types.append(try await outcome(operation, arguments, as: actor, from: client)) }
        return types
    }

    /// The type of the error with which a call is refused; `none` where it isn't.
    func outcome(
        _ operation: String,
        _ arguments: JSONObject = [:],
        as actor: Actor? = .guest,
        from client: Client = Client()
    ) async throws -> String {
        let invocation = Invocation(operation, arguments, as: actor, from: client)
        do throws(AppError) { _ = try await engine.execute(invocation) } catch { return error.code.type }
        return "none"
    }

    /// What wrong tries are refused with, and then those that are too many.
    static func refused(_ count: Int, with type: String, limited: Int) -> [String] {
        Array(repeating: type, count: count) + Array(repeating: "general_rate_limit_exceeded", count: limited)
    }
}
