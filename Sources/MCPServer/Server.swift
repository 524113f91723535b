package import Engine
import Glibc
import Synchronization
import Threads

/// An MCP server on two file descriptors, for one client.
///
/// Two threads of its own do the blocking work: one reads and answers what is known at once, one writes when the client
/// does not read fast enough. Tool calls run as tasks. Making a server touches nothing but memory and one pipe.
package final class Server: Sendable {
    private let input: Int32
    private let limits: ServerLimits
    private let session: Session
    private let runner: CallRunner
    private let output: OutputQueue
    private let poll: WakeablePoll

    /// - Parameters:
    ///   - events: The engine whose events the client can hear of, first asked for when it does; nil for none.
    ///   - input: Where requests are read from; the caller keeps it open until ``run()`` returns.
    ///   - output: Where answers are written to; the caller keeps it open as long as the process lives, because the
    ///     writer may still be blocked there after ``run()`` gave up on a client that does not read.
    ///   - executor: Where calls run; nil for the global pool.
    package init(
        identity: ServerIdentity,
        tools: [Tool],
        events: (@Sendable () -> Engine)? = nil,
        input: Int32,
        output: Int32,
        executor: (any TaskExecutor)? = nil,
        limits: ServerLimits = ServerLimits()
    ) {
        self.input = input
        self.limits = limits
        session = Session(identity: identity, tools: tools, hasEvents: events != nil)
        let poll = WakeablePoll()
        self.poll = poll
        self.output = OutputQueue(descriptor: output, limit: limits.queuedBytes) { poll.wake() }
        let sink = self.output
        let serverInfo = session.answers.serverInfo
        runner = CallRunner(
            sink: sink,
            executor: executor,
            ending: session.answers.modernEnding,
            events: events.map {
                EventWatcher(EventSource($0), sink: sink, executor: executor, serverInfo: serverInfo)
            },
            limits: limits
        )
    }

    /// Serves until the input ends, the client stops listening, ``shutdown()`` is called or the task is cancelled.
    ///
    /// Then no new work is taken; calls that run may finish within the grace of the limits, are cancelled after it, and
    /// what was answered is written before this returns. To be called once.
    package func run() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                output.start()
                Threads.start { [self] in
                    readLoop()
                    runner.drain(
                        grace: output.isBroken ? .zero : limits.grace,
                        cancelledGrace: limits.cancelledGrace
                    )
                    output.close(timeout: limits.flushGrace)
                    continuation.resume()
                }
            }
        } onCancel: {
            shutdown()
        }
    }

    /// Makes ``run()`` return as if the input had ended. Safe from any thread, and more than once.
    package func shutdown() {
        poll.wake()
        output.stopWaiting()
        runner.table.stopWaiting()
    }

    private func readLoop() {
        var framer = LineFramer(limit: limits.lineBytes)
        var conversation = Conversation(session: session, runner: runner, sink: output)
        while true {
            output.waitForRoom()
            guard poll.waitForInput(on: input) else { return }
            let count = framer.fill { read(input, $0.baseAddress, $0.count) }
            if count > 0 {
                framer.drain { conversation.receive($0) }
                conversation.endOfChunk()
            } else if count == 0 || (errno != EINTR && errno != EAGAIN) {
                framer.finish { conversation.receive($0) }
                conversation.endOfChunk()
                return
            }
        }
    }
}
