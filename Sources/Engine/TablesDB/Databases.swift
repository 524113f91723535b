import Storage
import Values

/// `tablesDB.create`, `get`, `update`, `delete`, `list`.
enum DatabaseHandlers {
    static let all: [Handler] = [create, get, update, delete, list]

    static let create = Handler.define("tablesDB.create", prepare: { $0.newID("databaseId") }) { id, context in
        let call = context.call
        let fields: JSONObject = [
            "name": .string(call.string("name")), "enabled": .bool(call.bool("enabled")),
            "type": call.dialect == .tables ? "tablesdb" : "legacy",
            "search": .string(searchText(id, call.string("name"))),
        ]
        do { try context.insert(id, fields, into: SystemTables.databases) } catch let error as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .databaseAlreadyExists,
                "There is a database '\(id)' already.",
                argument: "databaseId",
                hint: "Choose another id, \"unique()\", or use tablesDB.get."
            )
        }
        context.eventIDs["databaseId"] = id
        return try context.schema.database(id)!.json
    }

    static let get = Handler.read("tablesDB.get") { context in try context.database().json }

    static let update = Handler.define("tablesDB.update", prepare: { _ in }) { _, context in
        let database = try context.database()
        let name = context.call.optional("name")?.string ?? database.name
        let fields: JSONObject = [
            "name": .string(name), "enabled": .bool(context.call.bool("enabled")),
            "search": .string(searchText(database.id, name)),
        ]
        _ = try context.writer.update(
            database.id,
            Record.change(SystemTables.databases, at: context.now, fields),
            in: SystemTables.databases
        )
        return try context.schema.database(database.id)!.json
    }

    static let delete = Handler.define("tablesDB.delete", prepare: { _ in }) { _, context in
        let database = try context.database()
        let tables = try context.schema.tables(in: database.id)
        let going = Set(tables.map(\.id))
        for table in tables { try TableHandlers.remove(table, context, with: going) }
        _ = try context.writer.delete(database.id, from: SystemTables.databases)
        return [:]
    }

    static let list = Handler.read("tablesDB.list") { context in
        try databases.answer(context) { SchemaReader.database($0).json }
    }

    private static let databases = SystemList(
        SystemTables.databases,
        name: "databases",
        idField: "$id",
        fields: [("$id", "$id"), ("name", "name"), ("enabled", "enabled"), ("type", "type")]
    )

    /// What the `search` of lists looks through.
    static func searchText(_ id: String, _ name: String) -> String { "\(id) \(name)".lowercased() }
}
