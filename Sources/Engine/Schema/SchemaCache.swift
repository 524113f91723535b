import Storage
import Synchronization
import Values

/// Databases and tables as of the newest schema version that was seen.
///
/// Every session says which version it sees; a look-up from another one starts over. Entries come only from sessions
/// that see nothing uncommitted, so what is kept was true at its version.
final class SchemaCache: Sendable {
    fileprivate struct State {
        var version: Int64 = -1
        var databases: [String: Database] = [:]
        var tables: [String: [String: Table]] = [:]
    }

    private let state = Mutex(State())

    func database(_ id: String, version: Int64) -> Database? {
        state.withLock { $0.version == version ? $0.databases[id] : nil }
    }

    func table(_ id: String, in database: String, version: Int64) -> (Database, Table)? {
        state.withLock { state in
            guard state.version == version, let table = state.tables[database]?[id],
                let database = state.databases[database]
            else { return nil }
            return (database, table)
        }
    }

    func keep(_ database: Database, version: Int64) {
        state.withLock { state in
            state.move(to: version)
            if state.version == version { state.databases[database.id] = database }
        }
    }

    func keep(_ table: Table, version: Int64) {
        state.withLock { state in
            state.move(to: version)
            if state.version == version { state.tables[table.databaseID, default: [:]][table.id] = table }
        }
    }
}

extension SchemaCache.State {
    /// Versions only rise; what an older snapshot read is not kept.
    fileprivate mutating func move(to version: Int64) {
        if version > self.version { self = Self(version: version) }
    }
}
