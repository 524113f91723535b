import Storage
import Values

/// `tablesDB.createTable`, `getTable`, `updateTable`, `deleteTable`, `listTables`.
enum TableHandlers {
    static let all: [Handler] = [create, get, update, delete, list]

    /// What `createTable` is asked to make.
    struct NewTable: Sendable {
        var id: String
        var columns: [Column]
        var indexes: [Index]
    }

    static let create = Handler.define(
        "tablesDB.createTable",
        prepare: { call throws(AppError) -> NewTable in
            let columns = try InlineDefinitions.columns(call)
            return NewTable(
                id: call.newID("tableId"),
                columns: columns,
                indexes: try InlineDefinitions.indexes(call, columns)
            )
        }
    ) { new, context in
        let database = try context.database()
        let call = context.call
        let uid = call.clock.makeID()
        let permissions = Permissions.expanded(
            call.optional("permissions")?.strings ?? [],
            for: [.create, .update, .delete]
        )
        let fields: JSONObject = [
            "database": .string(database.id), "table": .string(new.id), "name": .string(call.string("name")),
            "enabled": .bool(call.bool("enabled")), "rowSecurity": .bool(call.bool("rowSecurity")),
            "permissions": JSON(permissions), "uid": .string(uid),
            "search": .string(DatabaseHandlers.searchText(new.id, call.string("name"))),
        ]
        do { try context.insert("\(database.id)/\(new.id)", fields, into: SystemTables.tables) } catch let error
            as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .tableAlreadyExists,
                "There is a table '\(new.id)' in the database '\(database.id)' already.",
                argument: "tableId",
                hint: "Choose another id, \"unique()\", or use tablesDB.updateTable."
            )
        }
        for column in new.columns { try ColumnHandlers.insert(column, uid, context) }
        for index in new.indexes { try IndexHandlers.insert(index, uid, context) }
        let table = try context.schema.table(new.id, in: database.id)!
        try context.writer.create(table.layout, indexes: new.indexes.map(\.layout))
        context.eventIDs["tableId"] = new.id
        return table.json(context.dialect)
    }

    static let get = Handler.read("tablesDB.getTable") { context in try context.table().json(context.dialect) }

    static let update = Handler.define("tablesDB.updateTable", prepare: { _ in }) { _, context in
        let table = try context.table()
        let call = context.call
        let name = call.optional("name")?.string ?? table.name
        let permissions = call.optional("permissions")?.strings.map {
            Permissions.expanded($0, for: [.create, .update, .delete])
        }
        var fields: JSONObject = [
            "name": .string(name), "enabled": .bool(call.bool("enabled")),
            "rowSecurity": .bool(call.bool("rowSecurity")), "permissions": JSON(permissions ?? table.permissions),
            "search": .string(DatabaseHandlers.searchText(table.id, name)),
        ]
        if call.bool("purge") { fields["purges"] = .int(table.purges + 1) }
        try touch(table, fields, context)
        return try context.schema.table(table.id, in: table.databaseID)!.json(context.dialect)
    }

    static let delete = Handler.define("tablesDB.deleteTable", prepare: { _ in }) { _, context in
        let table = try context.table()
        try remove(table, context, with: [table.id])
        return [:]
    }

    static let list = Handler.read("tablesDB.listTables") { context in
        let database = try context.database()
        return try tables.answer(context, base: [.compare("database", .equal, [.string(database.id)])]) {
            try context.schema.table($0).json(context.dialect)
        }
    }

    private static let tables = SystemList(
        SystemTables.tables,
        name: "tables",
        idField: "table",
        fields: [("$id", "table"), ("name", "name"), ("enabled", "enabled"), ("rowSecurity", "rowSecurity")]
    )

    /// Forgets a table at once and queues the removal of its rows.
    /// - Parameter going: the ids of the tables of the database that are deleted with it, its own among them.
    static func remove(_ table: Table, _ context: WriteContext, with going: Set<String>) throws {
        try RelationColumns.removeOthers(of: table, context, with: going)
        for column in table.allColumns { _ = try context.writer.delete(column.uid, from: SystemTables.columns) }
        for index in table.indexes { _ = try context.writer.delete(index.uid, from: SystemTables.indexes) }
        _ = try context.writer.delete("\(table.databaseID)/\(table.id)", from: SystemTables.tables)
        try context.enqueue(
            Job(
                kind: SchemaJobs.dropTable,
                payload: [
                    "databaseId": .string(table.databaseID), "tableId": .string(table.id), "uid": .string(table.uid),
                ]
            )
        )
    }

    /// Changes fields of a table's own row.
    static func touch(_ table: Table, _ fields: JSONObject, _ context: WriteContext) throws {
        _ = try context.writer.update(
            "\(table.databaseID)/\(table.id)",
            Record.change(SystemTables.tables, at: context.now, fields),
            in: SystemTables.tables
        )
    }
}
