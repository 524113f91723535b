import Values

/// Runs what takes time, each as one task, and sends the answers.
final class CallRunner: Sendable {
    let table: CallTable
    private let sink: any LineSink
    private let executor: (any TaskExecutor)?
    /// How a modern result ends, see ``PreparedAnswers``.
    private let ending: [UInt8]
    /// nil where no events are told.
    private let events: EventWatcher?

    /// What is done once it is known whether a request is answered.
    struct Ending: Sendable {
        /// Answers it.
        var answer: @Sendable () -> Void
        /// Takes back what was done for it, when it was cancelled.
        var takeBack: @Sendable () -> Void = {}
    }

    init(
        sink: any LineSink,
        executor: (any TaskExecutor)?,
        ending: [UInt8],
        events: EventWatcher? = nil,
        limits: ServerLimits
    ) {
        self.sink = sink
        self.executor = executor
        self.ending = ending
        self.events = events
        table = CallTable(maximumCalls: limits.runningCalls, maximumBytes: limits.runningBytes)
    }

    /// Starts a call; its answer is sent when it ends, alone or as part of `batch`.
    ///
    /// - Parameter bytes: The length of the request, which the call holds until it ends.
    /// - Returns: The reply of a call that can't be started.
    func start(_ call: ToolCall, bytes: Int, batch: BatchReply? = nil) -> Reply? {
        start(call.id, bytes: bytes, batch) { [self] ticket in
            let context = context(of: call, ticket)
            let outcome = await TraceContext.$current.withValue(call.trace) {
                await call.tool.run(call.arguments, context)
            }
            return Ending(answer: { [self] in
                let note = outcome.takesNote ? events?.takeNote() : nil
                send(batch) { call.write(outcome, note: note, ending: ending, to: &$0) }
            })
        }
    }

    /// As above, for a request about resources.
    func start(_ request: ResourceRequest, bytes: Int, batch: BatchReply? = nil) -> Reply? {
        guard let events else { return .error(request.id, .methodNotFound("resources")) }
        return start(request.id, bytes: bytes, batch) { [self] _ in
            await events.answer(request, ResourceAnswers(ending: ending)) { [self] reply in
                send(batch) { reply.write(to: &$0) }
            }
        }
    }

    /// Silences the request with this id, if there is one.
    func cancel(_ id: RequestID) {
        table.cancel(id)
        events?.cancel(id)
    }

    /// Blocks until everything has ended, as ``CallTable/drain(grace:cancelledGrace:)`` does; then the streams end too.
    func drain(grace: Duration, cancelledGrace: Duration) {
        table.drain(grace: grace, cancelledGrace: cancelledGrace)
        events?.close()
    }

    private func start(
        _ id: RequestID,
        bytes: Int,
        _ batch: BatchReply?,
        _ run: @escaping @Sendable (CallTable.Ticket) async -> Ending
    ) -> Reply? {
        guard events?.isStreaming(id) != true, let ticket = table.enter(id, bytes: bytes, batch: batch) else {
            return .error(id, .invalidRequest("a request with this id is still running"))
        }
        let task = Task(executorPreference: executor) { [self] in
            let ending = await run(ticket)
            if table.take(ticket) { ending.answer() } else { ending.takeBack() }
            table.release(bytes: bytes)
        }
        table.attach(task, to: ticket)
        return nil
    }

    private func send(_ batch: BatchReply?, _ write: (inout JSONWriter) -> Void) {
        var writer = JSONWriter()
        write(&writer)
        if let batch { return batch.complete(with: writer.bytes) }
        writer.bytes.append(0x0A)
        sink.append(writer.bytes)
        sink.flush()
    }

    private func context(of call: ToolCall, _ ticket: CallTable.Ticket) -> ToolContext {
        guard let token = call.progressToken else {
            return ToolContext(reporter: nil, client: call.client, events: events)
        }
        let reporter = ProgressReporter(token: token) { [table, sink] line in
            guard table.isLive(ticket) else { return }
            sink.append(line)
            sink.flush()
        }
        return ToolContext(reporter: reporter, client: call.client, events: events)
    }
}
