import Threads

/// Follows the log in the file of a project.
///
/// Commits of this process ring a bell. Those of others show in `PRAGMA data_version`, a number that moves when another
/// connection has changed the file; reading it costs about a microsecond.
final class SQLiteTail: BlockingTail.Source {
    /// How long a commit of another process may go unnoticed.
    private static let interval = Duration.milliseconds(15)

    private let session: SQLiteSession
    private let bell: CommitBell
    private var place: EventCursor?
    /// What was seen before the log was last read to its end; nil when there may be more.
    private var seen: (rings: UInt64, version: Int64)?

    init(_ connection: SQLiteConnection, after place: EventCursor?, bell: CommitBell) {
        session = SQLiteSession(connection)
        self.place = place
        self.bell = bell
    }

    func read(limit: Int) throws -> [LoggedEvent] {
        let rings = bell.rings
        if let seen, seen.rings == rings, try version() == seen.version {
            bell.wait(after: rings, atMost: Self.interval)
            return []
        }
        // Taken before the log is read: what comes in between is looked for again.
        let version = try version()
        let events = try session.connection.scope {
            try session.connection.transaction(immediate: false) { try session.events(after: place, limit: limit) }
        }
        if let last = events.last { place = last.cursor }
        seen = events.count < limit ? (rings, version) : nil
        return events
    }

    private func version() throws -> Int64 {
        let statement = try session.connection.statement("PRAGMA data_version")
        guard try statement.step() else { return 0 }
        defer { statement.reset() }
        return statement.integer(0)
    }
}

/// Rings with every commit of this process to one project.
final class CommitBell: Sendable {
    private let state = Monitor<UInt64>(0)

    /// How often it has rung.
    var rings: UInt64 { state.withLock { $0 } }

    func ring() {
        state.withLock { $0 += 1 }
        state.broadcast()
    }

    /// Returns once it has rung more often, or the time is over.
    func wait(after rings: UInt64, atMost timeout: Duration) {
        _ = state.wait(timeout: timeout) { $0 != rings }
    }
}
