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
    }

    private let current = Mutex(Snapshot(version: -1))

    func database(_ id: String, version: Int64) -> Database? {
        let snapshot = current.withLock { $0 }
        return snapshot.version == version ? snapshot.databases[id] : nil
    }

    func table(_ id: String, in database: String, version: Int64) -> (Database, Table)? {
        let snapshot = current.withLock { $0 }
        guard snapshot.version == version, let table = snapshot.tables[database]?[id],
            let database = snapshot.databases[database]
        else { return nil }
        return (database, table)
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
        current.withLock { current in
            guard version >= current.version else { return }
            var databases = version == current.version ? current.databases : [:]
            var tables = version == current.version ? current.tables : [:]
            body(&databases, &tables)
            current = Snapshot(version: version, databases: databases, tables: tables)
        }
    }
}
