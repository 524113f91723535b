import Catalog
import Storage
import Values

extension SchemaDocument {
    /// Reads a document that a caller gives.
    /// - Throws: 400 `general_argument_invalid`, naming the place as `document.databases[0].tables[2].name`.
    init(parsing document: JSON, _ catalog: Catalog) throws(AppError) {
        let reader = DefinitionReader(document, "document")
        guard reader.object["format"] == .int(Self.format) else {
            throw reader.invalid(
                "format",
                "it must be \(Self.format), the form of documents that this Tandem knows",
                hint: "project.export writes such a document."
            )
        }
        try reader.allow(["format", "databases"])
        for item in try reader.list("databases") { databases.append(try Self.database(item, catalog)) }
        try Self.checkNames(databases.map(\.id), reader, "databases")
    }

    private static func database(_ reader: DefinitionReader, _ catalog: Catalog) throws(AppError) -> Group {
        try reader.allow(["name", "enabled", "type", "tables"] + states)
        var group = Group(
            id: try reader.string("$id"),
            fields: [
                "name": .string(try reader.string("name")), "enabled": reader.object["enabled"] ?? true,
                "type": reader.object["type"] ?? "tablesdb",
            ]
        )
        for item in try reader.list("tables") { group.tables.append(try table(item, catalog)) }
        try checkNames(group.tables.map(\.id), reader, "tables")
        return group
    }

    private static func table(_ reader: DefinitionReader, _ catalog: Catalog) throws(AppError) -> Group {
        try reader.allow(["name", "enabled", "rowSecurity", "$permissions", "columns", "indexes"] + states)
        let permissions = reader.object["$permissions"] ?? []
        guard let list = permissions.strings else {
            throw reader.invalid("$permissions", "it must be a list of strings")
        }
        var group = Group(
            id: try reader.string("$id"),
            fields: [
                "$permissions": JSON(Permissions.expanded(list, for: [.create, .update, .delete])),
                "name": .string(try reader.string("name")), "enabled": reader.object["enabled"] ?? true,
                "rowSecurity": reader.object["rowSecurity"] ?? false,
            ]
        )
        for item in try reader.list("columns") { group.columns.append(try column(item, catalog)) }
        for item in try reader.list("indexes") { group.indexes.append(try index(item)) }
        try checkNames(group.columns.map(\.key), reader, "columns")
        try checkNames(group.indexes.map(\.key), reader, "indexes")
        return group
    }

    private static func column(_ reader: DefinitionReader, _ catalog: Catalog) throws(AppError) -> Part {
        let word = try reader.string("type")
        guard let type = ColumnType(type: word, format: reader.object["format"]?.string),
            let create = catalog.operation(ColumnHandlers.operation("create", type))
        else {
            let near = Spelling.suggestions(for: word, among: ColumnType.allCases.map(\.rawValue))
            throw reader.invalid(
                "type",
                "'\(word)' is no column type",
                hint: near.isEmpty ? nil : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        try reader.allow(
            create.parameters.map(\.name) + [
                "type", "format", "required", "array", "side", "relatedTable", "relationType",
            ] + states
        )
        var fields = JSONObject(reader.object.members.filter { !states.contains($0.key) && $0.key != "key" })
        fields["type"] = .string(type.wireType)
        fields["format"] = type.format.map { .string($0) }
        for (name, value) in [("required", false), ("array", false)] as [(String, JSON)] where fields[name] == nil {
            fields[name] = value
        }
        if type.kind == .geometry, let value = fields["default"], let shape = try? Geometry(value) {
            fields["default"] = shape.coordinates
        }
        if type.canBeEncrypted, fields["encrypt"] == nil { fields["encrypt"] = false }
        return Part(
            key: try reader.string("key"),
            fields: SchemaDocument.column(fields),
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
