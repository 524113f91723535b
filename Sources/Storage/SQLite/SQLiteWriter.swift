import Synchronization
import Threads

/// The one thread that writes. Writes that wait together share a transaction, each in a savepoint of its own, so that
/// one fsync and one WAL frame header serve many; an error undoes only the write that met it.
final class SQLiteWriter: Sendable {
    /// One write that waits for its turn.
    struct Request: Sendable {
        /// Whether it must have its transaction for itself.
        var isAlone: Bool
        /// Runs the body and keeps its outcome.
        var run: @Sendable (SQLiteSession) throws -> Void
        /// Hands the outcome over; a given error replaces it, because the transaction did not commit.
        var finish: @Sendable ((any Error)?) -> Void
    }

    private struct State {
        var queue: [Request] = []
        var isStarted = false
        var isStopped = false
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let idle = IdleThreads()
    private let ended = IdleThreads()
    private let connect: @Sendable () throws -> SQLiteConnection

    /// How many waiting writes share a transaction at the most.
    private static let groupLimit = 128

    /// - Parameter connect: opens the connection; called on the writer's thread until it succeeds.
    init(connect: @escaping @Sendable () throws -> SQLiteConnection) {
        self.connect = connect
    }

    func submit(_ request: Request) {
        enum Next { case start, wake, refuse }
        let next: Next = state.withLock { state in
            guard !state.isStopped else { return .refuse }
            state.queue.append(request)
            defer { state.isStarted = true }
            return state.isStarted ? .wake : .start
        }
        switch next {
        case .start: Threads.start { self.loop() }
        case .wake: idle.wakeOne()
        case .refuse: request.finish(StoreError(.unavailable, "the store is closed"))
        }
    }

    /// Refuses new writes and returns once the waiting ones are done.
    func stop() {
        let isRunning = state.withLock { state in
            state.isStopped = true
            return state.isStarted
        }
        guard isRunning else { return }
        idle.wakeAll()
        ended.wait { state.withLock { $0.hasEnded } }
    }

    private func loop() {
        var connection: SQLiteConnection?
        while true {
            idle.wait { state.withLock { !$0.queue.isEmpty || $0.isStopped } }
            let group = takeGroup()
            if group.isEmpty { break }
            do {
                let current = try connection ?? connect()
                connection = current
                run(group, SQLiteSession(current))
            } catch {
                for request in group { request.finish(error) }
            }
        }
        connection = nil
        state.withLock { $0.hasEnded = true }
        ended.wakeAll()
    }

    private func takeGroup() -> [Request] {
        state.withLock { state in
            var count = 0
            while count < min(state.queue.count, Self.groupLimit), !state.queue[count].isAlone { count += 1 }
            if count == 0, !state.queue.isEmpty { count = 1 }
            let group = Array(state.queue.prefix(count))
            state.queue.removeFirst(count)
            return group
        }
    }

    private func run(_ group: [Request], _ session: SQLiteSession) {
        if group.count == 1 { return runAlone(group[0], session) }
        var outcomes: [(any Error)?] = []
        do {
            try session.connection.scope {
                try session.connection.transaction(immediate: true) {
                    for request in group { outcomes.append(try runInSavepoint(request, session)) }
                }
            }
        } catch {
            // Nothing of the group was kept, and its members are independent: each gets a transaction of its own.
            for request in group { runAlone(request, session) }
            return
        }
        for (request, outcome) in zip(group, outcomes) { request.finish(outcome) }
    }

    /// Returns the error of the body; throws when the transaction around it is lost.
    private func runInSavepoint(_ request: Request, _ session: SQLiteSession) throws -> (any Error)? {
        let connection = session.connection
        try connection.execute("SAVEPOINT write")
        do {
            try request.run(session)
        } catch {
            guard connection.isInTransaction else { throw error }
            try connection.execute("ROLLBACK TO write")
            try connection.execute("RELEASE write")
            return error
        }
        try connection.execute("RELEASE write")
        return nil
    }

    private func runAlone(_ request: Request, _ session: SQLiteSession) {
        do {
            try session.connection.scope {
                try session.connection.transaction(immediate: true) { try request.run(session) }
            }
        } catch {
            return request.finish(error)
        }
        request.finish(nil)
    }
}
