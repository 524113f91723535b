import GRDB
import Glibc
import Synchronization

/// The database file of one project: checked, made if needed, and then opened as often as wanted.
final class SQLiteFile: Sendable {
    private let configuration: SQLiteStore.Configuration
    private let state = Mutex<OpenFolder?>(nil)

    /// "Tand", which tells our files from those of others (`PRAGMA application_id`).
    private static let applicationID: UInt32 = 0x5461_6E64
    /// The version of the layout inside the file (`PRAGMA user_version`).
    private static let format: UInt32 = 1

    init(_ configuration: SQLiteStore.Configuration) {
        self.configuration = configuration
    }

    /// Opens a connection, and before the first one the file itself.
    /// - Throws: ``StoreError``; the next call tries again.
    func connect(readonly: Bool) throws -> SQLiteConnection {
        let folder = try state.withLock { state in
            if let folder = state { return folder }
            let folder = try configuration.folder.open()
            do { try prepare(folder.databasePath(of: configuration.project)) } catch {
                folder.remove()
                throw error
            }
            state = folder
            return folder
        }
        return try connect(folder.databasePath(of: configuration.project), readonly: readonly)
    }

    /// Removes the file when it is ephemeral.
    func remove() {
        state.withLock { state in
            state?.remove()
            state = nil
        }
    }

    private func connect(_ path: String, readonly: Bool) throws -> SQLiteConnection {
        let durable = configuration.syncsEveryCommit ? "FULL" : "NORMAL"
        return try SQLiteConnection(
            path: path,
            readonly: readonly,
            synchronous: configuration.folder.isEphemeral ? "OFF" : durable
        )
    }

    private func prepare(_ path: String) throws {
        let isOurs = try check(path)
        let descriptor = Glibc.open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        if descriptor >= 0 { close(descriptor) }
        let end = ContinuousClock.now + .seconds(10)
        while true {
            do { return try prepare(path, isOurs: isOurs) } catch let error as StoreError
                where error.kind == .busy && ContinuousClock.now < end
            {
                // To turn to WAL a connection wants the file alone, and SQLite refuses at once where another one wants
                // the same, because neither would ever get it.
                usleep(.random(in: 2000...20_000))
            }
        }
    }

    private func prepare(_ path: String, isOurs: Bool) throws {
        let connection = try connect(path, readonly: false)
        let session = SQLiteSession(connection)
        try connection.scope {
            // What the header says may belong to a transaction that never ended: opening undoes it, so that a file
            // whose maker was killed is empty only now.
            if try session.integer(Self.allTables) == 0 { try create(session) }
            guard try session.integer(Self.ownTables) == 2 else {
                guard isOurs else { throw Self.foreign(path) }
                throw StoreError(
                    .damaged,
                    "the database \(path) is damaged: tables are missing. Restore it from a backup"
                )
            }
            // Files of the first versions have none yet.
            try connection.execute(
                "CREATE TABLE IF NOT EXISTS tandem_properties (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT"
            )
            try connection.execute("PRAGMA journal_mode = WAL")
            try complete(session)
        }
    }

    private static let allTables = CompiledPage(sql: "SELECT count(*) FROM sqlite_schema", parameters: [])
    private static let ownTables = CompiledPage(
        sql: "SELECT count(*) FROM sqlite_schema WHERE name IN ('tandem_meta', 'tandem_events')",
        parameters: []
    )

    /// Makes our tables in one transaction, so that a process that is killed in between leaves nothing, and one that
    /// comes second finds them made. The ids are written before the file turns to WAL, and so into the file itself.
    private func create(_ session: SQLiteSession) throws {
        let connection = session.connection
        try connection.transaction(immediate: true) {
            guard try session.integer(Self.allTables) == 0 else { return }
            try connection.execute("PRAGMA application_id = \(Self.applicationID)")
            try connection.execute("PRAGMA user_version = \(Self.format)")
            try connection.execute(
                "CREATE TABLE tandem_meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID"
            )
            try connection.execute("INSERT INTO tandem_meta VALUES ('schema_version', 1)")
            try connection.execute(
                "CREATE TABLE tandem_events (seq INTEGER PRIMARY KEY AUTOINCREMENT, record TEXT NOT NULL) STRICT"
            )
            for table in configuration.systemTables { try session.create(table.layout, indexes: table.indexes) }
        }
    }

    /// Adds the tables of our own, and their columns, that files of earlier versions lack.
    private func complete(_ session: SQLiteSession) throws {
        let lacking = try configuration.systemTables.filter { try !session.holds($0.layout) }
        guard !lacking.isEmpty else { return }
        try session.connection.transaction(immediate: true) {
            for table in lacking { try session.complete(table) }
        }
    }

    private static func foreign(_ path: String) -> StoreError {
        StoreError(.unavailable, "the database \(path) was not made by Tandem; name another folder with --data")
    }

    /// Reads the header without beginning to use the database, so that a file which is not ours stays as it is.
    /// - Returns: whether the file says that it is ours; one that is missing or empty doesn't yet.
    private func check(_ path: String) throws(StoreError) -> Bool {
        let header = try SQLiteHeader.bytes(of: path)
        if header.isEmpty { return false }
        let magic = Array("SQLite format 3\0".utf8)
        guard header.count >= 100, header.starts(with: magic) else {
            throw StoreError(
                .damaged,
                "the file \(path) is damaged or no database; restore it from a backup or name another folder"
            )
        }
        func number(_ offset: Int) -> UInt32 { header[offset..<(offset + 4)].reduce(0) { $0 << 8 | UInt32($1) } }
        guard number(68) == Self.applicationID else {
            if number(68) == 0, number(60) == 0, number(28) <= 1 { return false }
            throw Self.foreign(path)
        }
        guard number(60) <= Self.format else {
            throw StoreError(
                .unavailable,
                "the database \(path) was written by a newer Tandem (format \(number(60)), this one knows "
                    + "\(Self.format)); use that version"
            )
        }
        return true
    }
}
