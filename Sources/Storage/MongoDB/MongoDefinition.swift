import Glibc
import Values

/// Changes of tables that exist, which MongoDB makes outside of transactions. Each may be made again without harm.
struct MongoDefinition {
    private let project: MongoProject
    private let connection: MongoConnection

    init(_ project: MongoProject, _ connection: MongoConnection) {
        self.project = project
        self.connection = connection
    }

    func carryOut(_ change: SchemaChange) throws {
        switch change {
        case .addColumn: return
        case .dropColumn(let column, let layout):
            guard let table = try project.table(layout, connection) else { return }
            try waitForWriters()
            for name in Set([column.key, column.storedAs]) {
                try MongoSchema.updateAll(having: name, table.collection, connection) { update in
                    update.document("$unset") { $0.string(.named(name), "") }
                }
            }
        case .renameColumn(let old, let new, let layout):
            guard let table = try project.table(layout, connection) else { return }
            // From here on every writer uses the new name, and rows are read under either.
            try waitForWriters()
            try MongoSchema.updateAll(having: old, table.collection, connection) { update in
                update.document("$rename") { $0.string(.named(old), new) }
            }
        case .createIndex(let index, let layout):
            guard let table = try project.table(layout, connection) else { return }
            try MongoSchema.create(index, on: table, connection)
        case .dropIndex(let key, let layout):
            guard let table = try project.table(layout, connection) else { return }
            try MongoSchema.dropIndex(key, of: table, connection)
        case .dropTable(let layout):
            guard let table = try project.table(layout, connection) else { return }
            try waitForWriters()
            try MongoSchema.drop(table.collection, connection)
        }
    }

    /// Returns once no transaction is left that began before the schema version of now was committed.
    ///
    /// Every transaction that writes reads the version first, and keeps a shared lock on its collection until it ends.
    /// This command needs the lock for itself. A process that died within a transaction holds it until the server gives
    /// the transaction up; others are let pass in the meantime.
    private func waitForWriters() throws {
        let command = BSONWriter.document { writer in
            writer.string("collMod", "meta")
            writer.int64("maxTimeMS", 1000)
        }
        let start = monotonicNanoseconds()
        while true {
            do {
                try connection.command(command, on: project.metadata, writes: true)
                return
            } catch let failure as MongoFailure where failure.code == 50 || failure.code == 24 {
                guard monotonicNanoseconds() - start < 120_000_000_000 else { throw failure }
                usleep(200_000)
            }
        }
    }
}
