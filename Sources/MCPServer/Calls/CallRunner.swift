import Values

/// Runs tool calls, each as one task, and sends their answers.
final class CallRunner: Sendable {
    let table: CallTable
    private let sink: any LineSink
    private let executor: (any TaskExecutor)?
    /// How a modern result ends, see ``PreparedAnswers``.
    private let ending: [UInt8]

    init(sink: any LineSink, executor: (any TaskExecutor)?, ending: [UInt8], limits: ServerLimits) {
        self.sink = sink
        self.executor = executor
        self.ending = ending
        table = CallTable(maximumCalls: limits.runningCalls, maximumBytes: limits.runningBytes)
    }

    /// Starts a call; its answer is sent when it ends, alone or as part of `batch`.
    ///
    /// - Parameter bytes: The length of the request, which the call holds until it ends.
    /// - Returns: The reply of a call that can't be started.
    func start(_ call: ToolCall, bytes: Int, batch: BatchReply? = nil) -> Reply? {
        guard let ticket = table.enter(call.id, bytes: bytes, batch: batch) else {
            return .error(call.id, .invalidRequest("a request with this id is still running"))
        }
        let task = Task(executorPreference: executor) { [self] in
            let outcome = await call.tool.run(call.arguments, context(of: call, ticket))
            if table.take(ticket) { send(call, outcome, batch) }
            table.release(bytes: bytes)
        }
        table.attach(task, to: ticket)
        return nil
    }

    private func send(_ call: ToolCall, _ outcome: ToolOutcome, _ batch: BatchReply?) {
        var writer = JSONWriter()
        call.write(outcome, ending: ending, to: &writer)
        if let batch { return batch.complete(with: writer.bytes) }
        writer.bytes.append(0x0A)
        sink.append(writer.bytes)
        sink.flush()
    }

    private func context(of call: ToolCall, _ ticket: CallTable.Ticket) -> ToolContext {
        guard let token = call.progressToken else { return ToolContext(reporter: nil, client: call.client) }
        let reporter = ProgressReporter(token: token) { [table, sink] line in
            guard table.isLive(ticket) else { return }
            sink.append(line)
            sink.flush()
        }
        return ToolContext(reporter: reporter, client: call.client)
    }
}
