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

    private let state = Monitor(State())
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
        case .wake: state.broadcast()
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
        state.broadcast()
        state.wait(for: { $0.hasEnded ? () : nil })
    }

    private func loop() {
        var connection: SQLiteConnection?
        while true {
            let group = nextGroup()
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
        state.broadcast()
    }

    /// Blocks until writes wait, and takes those that may share a transaction; none once the store is closed.
    private func nextGroup() -> [Request] {
        state.wait(for: { state in
            guard !state.queue.isEmpty else { return state.isStopped ? [] : nil }
            let limit = min(state.queue.count, Self.groupLimit)
            let together = state.queue[..<limit].firstIndex(where: \.isAlone) ?? limit
            let group = Array(state.queue.prefix(max(1, together)))
            state.queue.removeFirst(group.count)
            return group
        })
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
