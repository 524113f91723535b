package import Engine
package import Telemetry
import Values

extension Tool {
    /// How a process answers calls of `execute-operation`.
    package struct Execution: Sendable {
        /// Whether what destroys something runs without a confirmation.
        package var skipsConfirmation: Bool
        /// Where long answers are cut, in bytes.
        package var maximumAnswer: Int

        package init(skipsConfirmation: Bool = false, maximumAnswer: Int = Self.usualAnswer) {
            self.skipsConfirmation = skipsConfirmation
            self.maximumAnswer = maximumAnswer
        }

        /// About as much as a model reads with one look.
        package static let usualAnswer = 60_000
    }

    /// `execute-operation` on an engine that is first asked for when the tool is first called.
    /// - Parameter observer: hears of every call; nil where nobody asks.
    package static func executeOperation(
        _ execution: Execution = Execution(),
        _ observer: CallObserver? = nil,
        _ engine: @escaping @Sendable () -> Engine
    ) -> Tool {
        Tool(.executeOperation) { arguments, context in
            let start = ContinuousClock.now
            var record = CallRecord(ToolDefinition.executeOperation.name)
            let outcome: ToolOutcome
            do throws(AppError) {
                outcome = try await run(arguments, execution, engine, context, &record)
            } catch {
                record.status = error.code.status
                outcome = .failure(error)
            }
            record.bytes = outcome.bytes
            observer?.ended(record, start.duration(to: .now))
            return outcome
        }
    }

    private static func run(
        _ arguments: JSONObject,
        _ execution: Execution,
        _ engine: @Sendable () -> Engine,
        _ context: ToolContext,
        _ record: inout CallRecord
    ) async throws(AppError) -> ToolOutcome {
        let request = try ExecutionArguments(arguments, execution, client: context.client)
        let engine = engine()
        record.operation = request.kind(in: engine.catalog)
        record.project = engine.project
        record.caller = request.caller
        guard context.wantsProgress else { return try await answer(request, engine, execution, context, &record) }
        let heartbeat = Task { await beat(context, request.name) }
        defer { heartbeat.cancel() }
        return try await answer(request, engine, execution, context, &record)
    }

    private static func answer(
        _ request: ExecutionArguments,
        _ engine: Engine,
        _ execution: Execution,
        _ context: ToolContext,
        _ record: inout CallRecord
    ) async throws(AppError) -> ToolOutcome {
        let outcome = try await engine.answer(request.request)
        if let failure = outcome.failure { record.status = failure.code.status }
        context.events?.observe(request.request, outcome)
        let isAboutEvents = request.request.steps.contains { $0.invocation.realtimeMethod != nil }
        return try OutcomeText(outcome, limit: execution.maximumAnswer, keeping: request.heard)
            .toolOutcome(takesNote: !isAboutEvents)
    }

    /// Says every few seconds that a long call is alive, which resets the time-outs of many clients.
    private static func beat(_ context: ToolContext, _ name: String) async {
        var seconds = 0
        while (try? await Task.sleep(for: .seconds(5))) != nil {
            seconds += 5
            context.progress(Double(seconds), message: "\(name) has been running for \(seconds) s")
        }
    }
}
