package import Engine
import Values

extension Tool {
    /// `execute-operation` on an engine that is first asked for when the tool is first called.
    package static func executeOperation(_ engine: @escaping @Sendable () -> Engine) -> Tool {
        Tool(.executeOperation) { arguments, context in
            do throws(AppError) {
                let invocation = try invocation(arguments)
                guard context.wantsProgress else { return try await answer(invocation, engine()) }
                let heartbeat = Task { await beat(context, invocation.operation) }
                defer { heartbeat.cancel() }
                return try await answer(invocation, engine())
            } catch {
                return .failure(error)
            }
        }
    }

    private static func invocation(_ arguments: JSONObject) throws(AppError) -> Invocation {
        let arguments = try ToolArguments(arguments, of: .executeOperation)
        return Invocation(
            try arguments.required("operation"),
            try arguments.object("arguments"),
            as: try arguments.string("as").map { text throws(AppError) in try Actor(parsing: text) }
        )
    }

    private static func answer(_ invocation: Invocation, _ engine: Engine) async throws(AppError) -> ToolOutcome {
        let response = try await engine.execute(invocation)
        guard response.encoded.count <= maximumResult else {
            throw AppError(
                .generalBadRequest,
                "The result has \(response.encoded.count) bytes, more than the \(maximumResult) that clients take.",
                argument: "queries",
                hint: "Ask for fewer rows with limit, or for fewer fields with select."
            )
        }
        var writer = JSONWriter(reserving: response.encoded.count + 16)
        writer.raw("{\"result\":")
        writer.raw(response.encoded)
        writer.raw("}")
        return .json(encoded: writer.bytes, structured: !response.holdsUnsafeInteger, isError: false)
    }

    /// Clients close a connection at lines of 10 MiB; a result is in its line twice, once with its quotes escaped.
    private static let maximumResult = 4 << 20

    /// Says every few seconds that a long call is alive, which resets the time-outs of many clients.
    private static func beat(_ context: ToolContext, _ operation: String) async {
        var seconds = 0
        while (try? await Task.sleep(for: .seconds(5))) != nil {
            seconds += 5
            context.progress(Double(seconds), message: "\(operation) has been running for \(seconds) s")
        }
    }
}
