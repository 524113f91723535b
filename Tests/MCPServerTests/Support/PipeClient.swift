import Glibc
import Threads

@testable import MCPServer

/// A server on two real pipes, and the other ends of them.
///
/// A thread reads what the server sends unless `reads` is false; then ``startReading()`` begins it later.
final class PipeClient: Sendable {
    let inbox = Inbox()
    let server: Server
    private let toServer: Int32
    private let fromServer: Int32
    private let serverEnds: [Int32]
    private let running: Task<Void, Never>

    init(
        tools: [Tool] = Tool.testTools,
        limits: ServerLimits = ServerLimits(),
        executor: (any TaskExecutor)? = nil,
        reads: Bool = true
    ) {
        var input: [Int32] = [-1, -1]
        var output: [Int32] = [-1, -1]
        precondition(pipe(&input) == 0 && pipe(&output) == 0, "no pipes (error \(errno))")
        signal(SIGPIPE, SIG_IGN)
        (toServer, fromServer) = (input[1], output[0])
        serverEnds = [input[0], output[1]]
        let server = Server(
            identity: .test,
            tools: tools,
            input: input[0],
            output: output[1],
            executor: executor,
            limits: limits
        )
        self.server = server
        running = Task { await server.run() }
        if reads { startReading() }
    }

    func startReading() {
        Threads.start { [inbox, fromServer] in
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = read(fromServer, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { break }
                inbox.append(buffer[..<count])
            }
            inbox.close()
        }
    }

    /// Writes from a thread of its own, so that a pipe which is full blocks no test.
    func send(_ text: String) async {
        let bytes = Array(text.utf8)
        await withCheckedContinuation { continuation in
            Threads.start { [toServer] in
                var offset = 0
                while offset < bytes.count {
                    let count = bytes.withUnsafeBytes {
                        write(toServer, $0.baseAddress.map { $0 + offset }, $0.count - offset)
                    }
                    guard count > 0 else { break }
                    offset += count
                }
                continuation.resume()
            }
        }
    }

    func endInput() { end(toServer) }

    func stopListening() { end(fromServer) }

    /// Gives up an end of a pipe, but not its number: a thread of this client may still use that, and would read from or
    /// write to whatever the process opened under it next, such as a connection of another test.
    private func end(_ descriptor: Int32) {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        precondition(nothing >= 0 && dup2(nothing, descriptor) == descriptor, "no /dev/null (error \(errno))")
        close(nothing)
    }

    /// Waits until the server has returned, and closes its ends.
    func join() async {
        await running.value
        for end in serverEnds { close(end) }
    }

    func next() async throws -> String? { try await inbox.next() }
}

/// A task executor with one thread of its own, as a store has.
final class ThreadExecutor: TaskExecutor {
    private let jobs = Monitor<[UnownedJob]>([])

    init() {
        Threads.start { [self] in
            while true {
                let next = jobs.wait { $0.isEmpty ? nil : $0.removeFirst() }
                next.runSynchronously(on: asUnownedTaskExecutor())
            }
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
        jobs.broadcast()
    }
}
