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
        case .dropColumn(let column, let layout):
            guard let table = try project.table(layout, connection) else { return }
            for name in Set([column.key, column.storedAs]) {
                try MongoSchema.updateAll(having: name, table.collection, connection) { update in
                    update.document("$unset") { $0.string(.named(name), "") }
                }
            }
        case .renameColumn(let old, let new, let layout):
            guard let table = try project.table(layout, connection) else { return }
            // Every writer uses the new name by now, and rows are read under either.
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
            try MongoSchema.drop(table.collection, connection)
        }
    }
}
