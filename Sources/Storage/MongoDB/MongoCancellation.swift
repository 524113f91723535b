import Synchronization
import Threads

/// Stops the work of a scope, on the server too: a thread that waits for an answer can't look at a flag.
final class MongoCancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// The session in which the server works for this scope at the moment.
        var running: [UInt8]?
    }

    private let state = Mutex(State())
    private let stop: @Sendable (_ session: [UInt8]) -> Void

    /// - Parameter stop: tells the server to stop what runs in a session; must not block.
    init(stop: @escaping @Sendable (_ session: [UInt8]) -> Void) {
        self.stop = stop
    }

    var isCancelled: Bool { state.withLock { $0.isCancelled } }

    func cancel() {
        let running: [UInt8]? = state.withLock { state in
            state.isCancelled = true
            return state.running
        }
        if let running { stop(running) }
    }

    /// Runs a part that waits for the server.
    func whileRunning<R>(_ session: MongoServerSession, _ body: () throws -> R) throws -> R {
        let id = session.id
        let isCancelled = state.withLock { state in
            state.running = id
            return state.isCancelled
        }
        if isCancelled { throw StoreError(.cancelled, "the work was stopped") }
        defer { state.withLock { $0.running = nil } }
        return try body()
    }
}

/// Tells the server to stop, on a thread and a connection of its own, because all others may be waiting.
final class MongoStopper: Sendable {
    private let driver: MongoDriver
    private let threads = WorkerThreads(count: 1)

    init(_ driver: MongoDriver) {
        self.driver = driver
    }

    func stop(_ session: [UInt8]) {
        threads.submit { [driver] in
            let command = BSONWriter.document { writer in
                writer.array("killSessions") { $0.raw(.index(0), document: session) }
            }
            guard let connection = try? driver.connection() else { return }
            // What can't be stopped ends at its time limit.
            try? connection.command(command, on: "admin")
            driver.release(connection)
        }
    }

    func close() { threads.stop() }
}
