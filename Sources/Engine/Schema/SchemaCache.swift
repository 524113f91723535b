import Synchronization
import Values

/// Databases and tables as of the newest schema version that was seen.
///
/// Every session says which version it sees; a look-up from another one starts over. Entries come only from sessions
/// that see nothing uncommitted, so what is kept was true at its version.
final class SchemaCache: Sendable {
    /// What is known of one version. Immutable, so that readers hold the lock for no longer than it takes to copy a
    /// reference.
    private final class Snapshot: Sendable {
        let version: Int64
        let databases: [String: Database]
        let tables: [String: [String: Table]]

        init(version: Int64, databases: [String: Database] = [:], tables: [String: [String: Table]] = [:]) {
            self.version = version
            self.databases = databases
            self.tables = tables
        }

        func table(_ id: String, in database: String) -> (Database, Table)? {
            guard let table = tables[database]?[id], let database = databases[database] else { return nil }
            return (database, table)
        }
    }

    private struct State {
        var snapshot = Snapshot(version: -1)
        /// Moves with every change that this process makes.
        var changes: UInt64 = 0
        /// A version that was the newest at some moment, and is unless another process has changed something since.
        var newest: (version: Int64, at: Timestamp)?
    }

    private let current = Mutex(State())

    func database(_ id: String, version: Int64) -> Database? {
        let snapshot = current.withLock { $0.snapshot }
        return snapshot.version == version ? snapshot.databases[id] : nil
    }

    func table(_ id: String, in database: String, version: Int64) -> (Database, Table)? {
        let snapshot = current.withLock { $0.snapshot }
        return snapshot.version == version ? snapshot.table(id, in: database) : nil
    }

    func keep(_ database: Database, version: Int64) {
        change(version) { databases, _ in databases[database.id] = database }
    }

    func keep(_ table: Table, version: Int64) {
        change(version) { _, tables in tables[table.databaseID, default: [:]][table.id] = table }
    }

    /// Versions only rise; what an older snapshot read is not kept.
    private func change(
        _ version: Int64,
        _ body: (inout [String: Database], inout [String: [String: Table]]) -> Void
    ) {
        current.withLock { state in
            let current = state.snapshot
            guard version >= current.version else { return }
            var databases = version == current.version ? current.databases : [:]
            var tables = version == current.version ? current.tables : [:]
            body(&databases, &tables)
            state.snapshot = Snapshot(version: version, databases: databases, tables: tables)
        }
    }
}

/// What is known without asking the store.
extension SchemaCache {
    /// A look at the schema: when it began, and after how many changes by this process.
    struct Glance: Sendable {
        fileprivate let changes: UInt64
        fileprivate let at: Timestamp
    }

    /// For how long others may have changed the schema unnoticed, in milliseconds.
    static let unnoticed: Int64 = 1000

    static func isRecent(_ moment: Timestamp, at now: Timestamp) -> Bool {
        (0..<unnoticed).contains(now.milliseconds - moment.milliseconds)
    }

    /// Begins a look at the schema. Comes before anything is read.
    func glance(at moment: Timestamp) -> Glance { current.withLock { Glance(changes: $0.changes, at: moment) } }

    /// Ends a look, which found this version. Not believed when this process has changed the schema meanwhile.
    func found(_ version: Int64, _ glance: Glance) {
        current.withLock { state in
            guard glance.changes == state.changes else { return }
            if let newest = state.newest, newest.version > version || newest.at > glance.at { return }
            state.newest = (version, glance.at)
        }
    }

    /// Says that this process may have changed the schema; nothing that was known before is believed.
    func changed() {
        current.withLock { state in
            state.changes += 1
            state.newest = nil
        }
    }

    /// What is known of a table.
    struct Known {
        /// As the store had it at most a second ago, and as this process left it; nil where that is not known.
        var table: (Database, Table)?
        /// The version of the schema in which it was so.
        var version: Int64?
        /// How often this process has changed the schema.
        var changes: UInt64
        /// What lists of no table of a caller's depend on besides their rows.
        var fixed: TableFingerprint?

        static let presences = Known(changes: 0, fixed: .presences)

        /// What lists depend on besides their rows; nil where that is not known.
        var fingerprint: TableFingerprint? { fixed ?? table?.1.fingerprint }
    }

    func known(_ id: String, in database: String, at now: Timestamp) -> Known {
        let (snapshot, changes, newest) = current.withLock { ($0.snapshot, $0.changes, $0.newest) }
        guard let newest, newest.version == snapshot.version, Self.isRecent(newest.at, at: now) else {
            return Known(changes: changes)
        }
        return Known(table: snapshot.table(id, in: database), version: snapshot.version, changes: changes)
    }
}
