import Values

/// One client's lines turned into answers: performs what the ``Session`` decides.
///
/// Belongs to the one thread that reads. What is known at once is answered here and goes out together at the end of a
/// chunk of input; calls run on their own.
struct Conversation: ~Copyable {
    private var session: Session
    private let runner: CallRunner
    private let sink: any LineSink
    private var replies = JSONWriter(reserving: 64 << 10)

    init(session: Session, runner: CallRunner, sink: any LineSink) {
        self.session = session
        self.runner = runner
        self.sink = sink
    }

    mutating func receive(_ line: Line) {
        switch line {
        case .text(let bytes): perform(session.receive(line: bytes), bytes: bytes.count)
        case .tooLong: perform(session.receive(broken: "the line is too long"), bytes: 0)
        }
    }

    /// Sends the replies that were collected since the last time.
    mutating func endOfChunk() {
        queueReplies()
        sink.flush()
    }

    private mutating func perform(_ action: Action, bytes: Int) {
        switch action {
        case .ignore: break
        case .reply(let reply): write(reply)
        case .cancel(let id): runner.cancel(id)
        case .call(let call):
            makeRoomForCall()
            if let refusal = runner.start(call, bytes: bytes) { write(refusal) }
        case .ask(let request):
            makeRoomForCall()
            if let refusal = runner.start(request, bytes: bytes) { write(refusal) }
        case .batch(let actions): perform(batch: actions, bytes: bytes)
        }
    }

    private mutating func perform(batch actions: [Action], bytes: Int) {
        queueReplies()
        let batch = BatchReply(expected: actions.count { $0.expectsAnswer }, sink: sink)
        for action in actions {
            switch action {
            case .reply(let reply): batch.complete(with: reply.encoded)
            case .call(let call):
                makeRoomForCall()
                if let refusal = runner.start(call, bytes: bytes / actions.count, batch: batch) {
                    batch.complete(with: refusal.encoded)
                }
            case .ask(let request):
                makeRoomForCall()
                if let refusal = runner.start(request, bytes: bytes / actions.count, batch: batch) {
                    batch.complete(with: refusal.encoded)
                }
            case .ignore, .cancel, .batch: perform(action, bytes: 0)
            }
        }
    }

    private mutating func makeRoomForCall() {
        queueReplies()
        if !runner.table.hasRoom {
            sink.flush()
            runner.table.waitForRoom()
        }
    }

    private mutating func write(_ reply: Reply) {
        reply.write(to: &replies)
        replies.bytes.append(0x0A)
    }

    /// Puts the replies to earlier lines into the queue; comes before every answer that goes there by itself, so that
    /// none overtakes the answer to `initialize`.
    private mutating func queueReplies() {
        guard !replies.bytes.isEmpty else { return }
        sink.append(replies.bytes)
        replies.bytes.removeAll(keepingCapacity: replies.bytes.capacity <= 1 << 20)
    }
}

extension Reply {
    fileprivate var encoded: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }
}
