import Catalog
import Storage
import Values

extension SchemaDocument {
    /// What reading a document takes: the call that gives it, and the operations whose rules it must keep.
    private struct Source {
        let call: Call
        let catalog: Catalog
    }

    private struct TablePlace {
        let database: String
        let table: String
    }

    /// Reads the document that a call gives.
    /// - Throws: 400 `general_argument_invalid`, or what is wrong with a column, naming the place as
    ///   `document.databases[0].tables[2].name`.
    init(of call: Call, _ catalog: Catalog) throws(AppError) {
        let source = Source(call: call, catalog: catalog)
        let reader = DefinitionReader(call.arguments["document"] ?? .null, "document")
        guard reader.object["format"] == .int(Self.format) else {
            throw reader.invalid(
                "format",
                "it must be \(Self.format), the form of documents that this Tandem knows",
                hint: "project.export writes such a document."
            )
        }
        try reader.allow(["format", "databases"])
        for item in try reader.list("databases") { databases.append(try Self.database(item, source)) }
        try Self.checkNames(databases.map(\.id), reader, "databases")
    }

    private static func database(_ reader: DefinitionReader, _ source: Source) throws(AppError) -> Group {
        try reader.allow(["name", "enabled", "type", "tables"] + states)
        var group = Group(
            id: try reader.key("$id"),
            fields: [
                "name": .string(try reader.string("name")), "enabled": reader.object["enabled"] ?? true,
                "type": reader.object["type"] ?? "tablesdb",
            ]
        )
        for item in try reader.list("tables") { group.tables.append(try table(item, in: group.id, source)) }
        try checkNames(group.tables.map(\.id), reader, "tables")
        return group
    }

    private static func table(_ reader: DefinitionReader, in database: String, _ source: Source) throws(AppError)
        -> Group
    {
        try reader.allow(["name", "enabled", "rowSecurity", "$permissions", "columns", "indexes"] + states)
        let permissions = reader.object["$permissions"] ?? []
        guard let list = permissions.strings else {
            throw reader.invalid("$permissions", "it must be a list of strings")
        }
        var group = Group(
            id: try reader.key("$id"),
            fields: [
                "$permissions": JSON(Permissions.expanded(list, for: [.create, .update, .delete])),
                "name": .string(try reader.string("name")), "enabled": reader.object["enabled"] ?? true,
                "rowSecurity": reader.object["rowSecurity"] ?? false,
            ]
        )
        let place = TablePlace(database: database, table: group.id)
        for item in try reader.list("columns") { group.columns.append(try column(item, of: place, source)) }
        for item in try reader.list("indexes") { group.indexes.append(try index(item)) }
        try checkNames(group.columns.map(\.key), reader, "columns")
        try checkNames(group.indexes.map(\.key), reader, "indexes")
        return group
    }

    /// A column as the operation that creates its kind would make it, so that a document which leaves out what goes
    /// without saying, or says it in another form, is equal to what comes of it.
    private static func column(_ reader: DefinitionReader, of table: TablePlace, _ source: Source) throws(AppError)
        -> Part
    {
        let word = try reader.string("type")
        guard let type = ColumnType(type: word, format: reader.object["format"]?.string),
            let create = source.catalog.operation(ColumnHandlers.operation("create", type))
        else {
            let near = Spelling.suggestions(for: word, among: ColumnType.allCases.map(\.rawValue))
            throw reader.invalid(
                "type",
                "'\(word)' is no column type",
                hint: near.isEmpty ? nil : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        let own = create.parameters.map(\.name)
        try reader.allow(
            (type == .relationship ? relationshipMembers : own.filter { !["databaseId", "tableId"].contains($0) })
                + ["type", "format", "required", "array"] + states
        )
        // Models say these two of every column, whether or not its kind has them.
        for name in ["required", "array"] where !own.contains(name) {
            guard let value = reader.object[name], !value.isNull, value != false else { continue }
            throw reader.invalid("\(name)", "a \(type.rawValue) column can only say false here")
        }
        var arguments: JSONObject = [
            "databaseId": .string(table.database), "tableId": .string(table.table),
            "key": .string(try reader.key("key")),
        ]
        if type == .relationship {
            guard try side(reader) == .parent else { return twin(reader) }
            arguments["type"] = .string(try kind(reader).rawValue)
            arguments["relatedTableId"] = .string(try reader.key("relatedTable"))
        }
        for name in own where arguments[name] == nil { arguments[name] = reader.object[name] }
        if own.contains("required"), arguments["required"]?.isNull != false { arguments["required"] = false }
        do throws(AppError) {
            let call = Call(
                operation: create,
                arguments: try create.validate(arguments),
                actor: source.call.actor,
                now: source.call.now,
                clock: source.call.clock
            )
            var column =
                type == .relationship
                ? try RelationColumns.defined(by: call) : try ColumnHandlers.defined(by: call)
            column.status = .available
            return part(column)
        } catch { throw error.within(reader.place) }
    }

    /// What the model of a relationship says of it.
    private static let relationshipMembers = [
        "key", "relatedTable", "relationType", "twoWay", "twoWayKey", "onDelete", "side",
    ]

    private static func side(_ reader: DefinitionReader) throws(AppError) -> Relation.Side {
        guard reader.object["side"]?.isNull == false else { return .parent }
        guard let side = Relation.Side(rawValue: try reader.string("side")) else {
            throw reader.invalid("side", "it must be parent or child")
        }
        return side
    }

    private static func kind(_ reader: DefinitionReader) throws(AppError) -> Relation.Kind {
        guard let kind = Relation.Kind(rawValue: try reader.string("relationType")) else {
            let known = Relation.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw reader.invalid("relationType", "it must be one of \(known)")
        }
        return kind
    }

    /// The column of a relation's child, which comes with that of its parent.
    private static func twin(_ reader: DefinitionReader) -> Part {
        Part(
            key: reader.object["key"]?.string ?? "",
            fields: ["type": .string(ColumnType.relationship.wireType), "side": .string(Relation.Side.child.rawValue)],
            status: BuildStatus.available.rawValue
        )
    }

    private static func index(_ reader: DefinitionReader) throws(AppError) -> Part {
        try reader.allow(["key", "type", "columns", "orders", "lengths"] + states)
        guard let columns = reader.object["columns"]?.strings else {
            throw reader.invalid("columns", "it must be a list of column keys")
        }
        let orders = reader.object["orders"]?.strings ?? []
        let missing = Array(repeating: "ASC", count: max(0, columns.count - orders.count))
        return Part(
            key: try reader.string("key"),
            fields: [
                "type": .string(try reader.string("type")), "columns": JSON(columns), "orders": JSON(orders + missing),
                "lengths": reader.object["lengths"] ?? [],
            ],
            status: BuildStatus.available.rawValue
        )
    }

    private static func checkNames(_ names: [String], _ reader: DefinitionReader, _ member: Prose) throws(AppError) {
        var seen: Set<String> = []
        for (index, name) in names.enumerated() where !seen.insert(name).inserted {
            throw reader.invalid(member + "[\(index)]", "'\(name)' is there twice")
        }
    }
}
