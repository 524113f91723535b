/// The connection that writes, on the one thread that does. Writes that wait together share a transaction, each in a
/// savepoint of its own, so that one fsync and one WAL frame header serve many; an error undoes only the write that met
/// it.
final class SQLiteWriter {
    private let connect: () throws -> SQLiteConnection
    private let bell: CommitBell
    private var connection: SQLiteConnection?

    /// - Parameters:
    ///   - bell: rung when something was committed.
    ///   - connect: opens the connection; called for each group until it succeeds.
    init(bell: CommitBell, connect: @escaping () throws -> SQLiteConnection) {
        self.bell = bell
        self.connect = connect
    }

    /// Carries out the writes of a group and finishes each of them.
    func run(_ group: [WriteQueue<SQLiteSession>.Request]) {
        do {
            let current = try connection ?? connect()
            connection = current
            run(group, SQLiteSession(current))
        } catch {
            for request in group { request.finish(error) }
        }
    }

    private func run(_ group: [WriteQueue<SQLiteSession>.Request], _ session: SQLiteSession) {
        if group.count == 1 { return runAlone(group[0], session) }
        var outcomes: [(any Error)?] = []
        do {
            try session.connection.scope {
                try session.connection.transaction(immediate: true) {
                    for request in group { outcomes.append(try runInSavepoint(request, session)) }
                }
            }
        } catch {
            // Nothing of the group was kept, and its members are independent: each gets a transaction of its own. One that
            // was stopped would be stopped again.
            let kind = (error as? StoreError)?.kind
            let stopped = kind == .timeout || kind == .cancelled ? outcomes.count : nil
            for (place, request) in group.enumerated() {
                if place == stopped { request.finish(error) } else { runAlone(request, session) }
            }
            return
        }
        bell.ring()
        for (request, outcome) in zip(group, outcomes) { request.finish(outcome) }
    }

    /// Returns the error of the body; throws when the transaction around it is lost.
    private func runInSavepoint(_ request: WriteQueue<SQLiteSession>.Request, _ session: SQLiteSession) throws -> (
        any Error
    )? {
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

    private func runAlone(_ request: WriteQueue<SQLiteSession>.Request, _ session: SQLiteSession) {
        do {
            try session.connection.scope {
                try session.connection.transaction(immediate: true) { try request.run(session) }
            }
        } catch {
            return request.finish(error)
        }
        bell.ring()
        request.finish(nil)
    }
}
