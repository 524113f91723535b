import Synchronization
import Threads
import Values

@testable import MCPServer

/// Collects what a server sends.
final class MemorySink: LineSink {
    let inbox = Inbox()

    func append(_ lines: [UInt8]) { inbox.append(lines) }
    func flush() {}
}

/// A client of a whole server but for its descriptors: bytes in, lines out.
final class MemoryClient {
    private let sink = MemorySink()
    private let runner: CallRunner
    private var framer: LineFramer
    private var conversation: Conversation

    init(
        tools: [Tool] = Tool.testTools,
        version: String? = "2025-11-25",
        events: TestEvents? = nil,
        limits: ServerLimits = ServerLimits()
    ) {
        let session = Session(identity: .test, tools: tools, hasEvents: events != nil)
        let (output, serverInfo) = (sink, session.answers.serverInfo)
        runner = CallRunner(
            sink: sink,
            executor: nil,
            ending: session.answers.modernEnding,
            events: events.map {
                EventWatcher($0.source, sink: output, executor: nil, serverInfo: serverInfo)
            },
            limits: limits
        )
        conversation = Conversation(session: session, runner: runner, sink: sink)
        framer = LineFramer(limit: limits.lineBytes)
        if let version {
            send(legacy("initialize", id: "0", #"{"protocolVersion":"\#(version)"}"#))
        }
    }

    /// Sends whole lines in one chunk.
    func send(_ lines: String...) {
        write(Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let taken = framer.fill { room in
                let count = min(room.count, rest.count)
                room.copyBytes(from: rest.prefix(count))
                return count
            }
            rest = rest.dropFirst(taken)
            framer.drain { conversation.receive($0) }
            conversation.endOfChunk()
        }
    }

    func next() async throws -> String? { try await sink.inbox.next() }

    /// The input ends; returns every line the server ever sent.
    func finish(grace: Duration = .seconds(20)) async -> [String] {
        framer.finish { conversation.receive($0) }
        conversation.endOfChunk()
        let runner = runner
        await withCheckedContinuation { continuation in
            Threads.start {
                runner.drain(grace: grace, cancelledGrace: .seconds(20))
                continuation.resume()
            }
        }
        return sink.inbox.all
    }
}
