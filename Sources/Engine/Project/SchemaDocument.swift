import Storage
import Values

/// The schema of a project as one document: databases with their tables, columns, indexes and permissions, in the words
/// of the models, without what differs from store to store.
struct SchemaDocument: Sendable, Equatable {
    /// The version of the document's form.
    static let format: Int64 = 1

    var databases: [Group] = []

    /// A database or a table.
    struct Group: Sendable, Equatable {
        var id: String
        /// What the group says of itself, but for its id.
        var fields: JSONObject
        /// The tables of a database.
        var tables: [Group] = []
        var columns: [Part] = []
        var indexes: [Part] = []
    }

    /// A column or an index.
    struct Part: Sendable, Equatable {
        var key: String
        /// What the part says of itself, but for its key and its state.
        var fields: JSONObject
        var status: String

        var isDeleting: Bool { status == BuildStatus.deleting.rawValue }
        var isRelationship: Bool { fields["type"] == "relationship" }
        /// Whether the column came with that of another table.
        var isMadeByTwin: Bool { fields["side"] == "child" }
    }

    /// The members of models that say how things stand, not what they are.
    static let states = ["$id", "$createdAt", "$updatedAt", "status", "error", "databaseId", "bytesMax", "bytesUsed"]
}

extension SchemaDocument {
    /// The schema as it is.
    init(of context: ReadContext) throws {
        var query = RowQuery(limit: 1_000_000)
        query.orders = [Query.Order("$sequence")]
        let tables = Dictionary(grouping: try context.schema.tables(in: nil), by: \.databaseID)
        databases = try context.session.rows(query, in: SystemTables.databases).map(SchemaReader.database)
            .map { database in
                Group(
                    id: database.id,
                    fields: Self.stripped(database.json),
                    tables: (tables[database.id] ?? []).map(Self.table)
                )
            }
    }

    private static func table(_ table: Table) -> Group {
        let model = table.json(.tables)
        var fields = stripped(model)
        fields["columns"] = nil
        fields["indexes"] = nil
        let columns = table.columns.map(part)
        return Group(
            id: table.id,
            fields: fields,
            // Those come in pairs, so their order tells nothing.
            columns: columns.filter { !$0.isRelationship }
                + columns.filter(\.isRelationship).sorted { $0.key < $1.key },
            indexes: (model["indexes"]?.array ?? []).map { part($0, stripped($0)) }
        )
    }

    /// A column in the words of its model.
    static func part(_ column: Column) -> Part {
        let model = column.json(.tables)
        return part(model, withoutBounds(stripped(model)))
    }

    private static func part(_ model: JSON, _ fields: JSONObject) -> Part {
        var fields = fields
        fields["key"] = nil
        return Part(key: model["key"]?.string ?? "", fields: fields, status: model["status"]?.string ?? "")
    }

    private static func stripped(_ model: JSON) -> JSONObject {
        JSONObject((model.object?.members ?? []).filter { !states.contains($0.key) })
    }

    /// A column without the bounds that every number has.
    private static func withoutBounds(_ fields: JSONObject) -> JSONObject {
        var fields = fields
        let least: [JSON] = [.int(.min), .double(-.greatestFiniteMagnitude), .null]
        let greatest: [JSON] = [.int(.max), .double(.greatestFiniteMagnitude), .null]
        if let minimum = fields["min"], least.contains(minimum) { fields["min"] = nil }
        if let maximum = fields["max"], greatest.contains(maximum) { fields["max"] = nil }
        // The kind says it already.
        if fields["format"] == "datetime" { fields["format"] = nil }
        return fields
    }

    /// The document without what is on its way out.
    var json: JSON {
        [
            "format": .int(Self.format),
            "databases": .array(
                databases.map { database in
                    Self.object(
                        "$id",
                        database.id,
                        database.fields,
                        [("tables", .array(database.tables.map(Self.json)))]
                    )
                }
            ),
        ]
    }

    private static func json(_ table: Group) -> JSON {
        func list(_ parts: [Part]) -> JSON {
            .array(parts.filter { !$0.isDeleting }.map { object("key", $0.key, $0.fields, []) })
        }
        return object(
            "$id",
            table.id,
            table.fields,
            [("columns", list(table.columns)), ("indexes", list(table.indexes))]
        )
    }

    private static func object(_ name: String, _ id: String, _ fields: JSONObject, _ more: [JSONObject.Member]) -> JSON
    {
        .object(JSONObject([(name, .string(id))] + fields.members + more))
    }
}
