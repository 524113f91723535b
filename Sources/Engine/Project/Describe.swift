import Catalog
import Storage
import Values

/// `project.describe` and `tablesDB.describeTable`: what an agent would otherwise have to guess.
enum DescribeHandlers {
    /// - Parameters:
    ///   - catalog: what this process serves.
    ///   - access: what it may do.
    static func all(_ catalog: Catalog, _ access: Access, project: String) -> [Handler] {
        [describe(catalog, access, project), describeTable]
    }

    /// Above so many bytes, tables are listed by name only.
    private static let fullDescription = 8_000

    private static func describe(_ catalog: Catalog, _ access: Access, _ project: String) -> Handler {
        .read("project.describe") { context in
            let tables = Dictionary(grouping: try context.schema.tables(in: nil), by: \.databaseID)
            var query = RowQuery(limit: 1_000_000)
            query.orders = [Query.Order("$sequence")]
            let databases = try context.session.rows(query, in: SystemTables.databases).map(SchemaReader.database)
            var answer: JSONObject = [
                "project": .string(project),
                "services": JSON(catalog.services.map(\.id)),
                "scopes": access.scopes.map { JSON($0.sorted()) } ?? "all",
                "readOnly": .bool(access.isReadOnly),
                "limits": limits,
            ]
            if context.caller.isPrivileged {
                answer["people"] = .object(try DescribePeople(context.session).overview())
            } else {
                answer["you"] = ["actor": .string("\(context.caller.actor)"), "roles": JSON(context.caller.roles)]
            }
            func list(_ describe: (Table) throws -> JSON) throws -> JSON {
                .array(
                    try databases.map { database in
                        var object: JSONObject = ["id": .string(database.id), "name": .string(database.name)]
                        if !database.enabled { object["enabled"] = false }
                        let own = tables[database.id] ?? []
                        object["tables"] = .object(JSONObject(try own.map { ($0.id, try describe($0)) }))
                        return .object(object)
                    }
                )
            }
            answer["databases"] = try list { try compact($0, context) }
            if JSON.object(answer).encoded.count > fullDescription {
                answer["databases"] = try list {
                    .string("\(try count($0, context)) rows, \($0.columns.count) columns")
                }
                answer["hint"] = "There is too much for one answer; tablesDB.describeTable tells all about one table."
            }
            return .object(answer)
        }
    }

    private static let limits: JSON = [
        "columnsPerTable": .int(Int64(ColumnRules.maximumColumns)),
        "indexesPerTable": .int(Int64(IndexHandlers.maximumIndexes)),
        "rowBytes": .int(Int64(RowWriter.maximumBytes)), "idLength": .int(Int64(ID.maximumLength)),
        "queriesPerCall": .int(Int64(Query.maximumQueries)),
    ]

    private static func compact(_ table: Table, _ context: ReadContext) throws -> JSON {
        var object: JSONObject = [
            "rows": .string(try count(table, context)),
            "columns": .object(JSONObject(table.columns.map { ($0.key, .string($0.summary)) })),
            "access": .string(RoleReport(table: table).summary),
        ]
        if !table.indexes.isEmpty {
            object["indexes"] = .object(JSONObject(table.indexes.map { ($0.key, .string($0.summary)) }))
        }
        if !table.enabled { object["enabled"] = false }
        return .object(object)
    }

    /// `42`, or `~120000` from 5,000 on.
    private static func count(_ table: Table, _ context: ReadContext) throws -> String {
        let count = try context.session.roughCount(in: table.layout)
        return (count.isExact ? "" : "~") + String(count.rows)
    }

    private static let describeTable = Handler.read("tablesDB.describeTable") { context in
        let table = try context.table()
        var sample = RowQuery(limit: 3)
        sample.orders = [Query.Order("$sequence", descending: true)]
        let shape = RowShape.Bound(table, context.dialect)
        let rows = try context.session.rows(sample, in: table.layout).map {
            shorten(try JSON(parsing: shape.response($0).encoded))
        }
        return [
            "databaseId": .string(table.databaseID), "tableId": .string(table.id), "name": .string(table.name),
            "enabled": .bool(table.enabled), "rows": .string(try count(table, context)),
            "columns": .object(JSONObject(table.columns.map { ($0.key, .string($0.summary)) })),
            "systemFields":
                "$id, $sequence, $createdAt, $updatedAt, $permissions: on every row; all but $permissions can be filtered and sorted by",
            "indexes": .object(JSONObject(table.indexes.map { ($0.key, .string($0.summary)) })),
            "rowSecurity": .bool(table.rowSecurity), "permissions": JSON(table.permissions),
            "access": RoleReport(table: table).effects,
            "roles": .object(
                JSONObject(
                    try RoleReport(table: table).otherRoles.map {
                        ($0, .string(try DescribePeople(context.session).holders(of: $0)))
                    }
                )
            ),
            "accessNote": .string(
                "The key may do everything. "
                    + (table.rowSecurity
                        ? "Row security is on: a row's own permissions add to the table's."
                        : "Row security is off: permissions of single rows have no effect.")
            ),
            "newestRows": .array(rows),
        ]
    }

    /// Samples show what values look like, not all of them.
    private static func shorten(_ value: JSON) -> JSON {
        switch value {
        case .string(let text) where text.count > 120: .string(text.prefix(117) + "...")
        case .array(let items): .array(items.prefix(5).map(shorten))
        case .object(let object): .object(JSONObject(object.members.map { ($0.key, shorten($0.value)) }))
        default: value
        }
    }
}
