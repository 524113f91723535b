import Catalog
import Values

/// What has to happen so that a project has the schema of a document.
struct SchemaDifference: Sendable {
    /// One operation on the way.
    struct Step: Sendable {
        var operation: String
        var arguments: JSONObject
    }

    /// Something that differs, for people: its kind, where it is, and where both are known what changes.
    struct Note: Sendable, Equatable {
        var kind: String
        var path: String
        var more: JSONObject = [:]

        var json: JSON { .object(JSONObject([("kind", .string(kind)), ("path", .string(path))] + more.members)) }
    }

    private(set) var create: [Note] = []
    private(set) var change: [Note] = []
    private(set) var delete: [Note] = []
    /// What is not in the document, or can't become as it is there without a loss, and stays.
    private(set) var left: [Note] = []
    /// What has to wait until something of the same name is gone.
    private(set) var waiting: [Note] = []
    private var phases: [[Step]] = Array(repeating: [], count: Phase.allCases.count)

    /// The order of operations: what is in the way goes first, and what stands on others comes last.
    private enum Phase: Int, CaseIterable {
        case dropIndexes, dropColumns, dropTables, dropDatabases, databases, tables, columns, relationships, indexes
    }

    private let deletes: Bool
    private let catalog: Catalog

    var steps: [Step] { phases.flatMap { $0 } }

    /// - Parameter deletes: whether what is not in the document goes.
    init(from current: SchemaDocument, to wanted: SchemaDocument, deletes: Bool, _ catalog: Catalog) {
        self.deletes = deletes
        self.catalog = catalog
        for database in wanted.databases { compare(current.databases.first { $0.id == database.id }, database) }
        for database in current.databases where !wanted.databases.contains(where: { $0.id == database.id }) {
            remove(Note(kind: "database", path: database.id), .dropDatabases, "tablesDB.delete", [:], database.id)
        }
    }

    // MARK: Databases and tables

    private mutating func compare(_ current: SchemaDocument.Group?, _ wanted: SchemaDocument.Group) {
        let id: JSONObject = ["databaseId": .string(wanted.id)]
        let fields = wanted.fields.only(["name", "enabled"])
        if let current {
            let (from, to) = current.fields.only(["name", "enabled"]).difference(to: fields)
            if !to.isEmpty {
                change.append(
                    Note(kind: "database", path: wanted.id, more: ["from": .object(from), "to": .object(to)])
                )
                add(.databases, "tablesDB.update", id + fields)
            }
        } else {
            create.append(Note(kind: "database", path: wanted.id))
            let operation = wanted.fields["type"] == "legacy" ? "databases.create" : "tablesDB.create"
            add(.databases, operation, id + fields)
        }
        for table in wanted.tables { compare(current?.tables.first { $0.id == table.id }, table, in: wanted.id) }
        for table in current?.tables ?? [] where !wanted.tables.contains(where: { $0.id == table.id }) {
            let note = Note(kind: "table", path: "\(wanted.id)/\(table.id)")
            remove(note, .dropTables, "tablesDB.deleteTable", ["tableId": .string(table.id)], wanted.id)
        }
    }

    private mutating func compare(
        _ current: SchemaDocument.Group?,
        _ wanted: SchemaDocument.Group,
        in database: String
    ) {
        let path = "\(database)/\(wanted.id)"
        let address: JSONObject = ["databaseId": .string(database), "tableId": .string(wanted.id)]
        guard let current else { return make(wanted, path, address) }
        let (from, to) = current.fields.difference(to: wanted.fields)
        if !to.isEmpty {
            change.append(Note(kind: "table", path: path, more: ["from": .object(from), "to": .object(to)]))
            add(.tables, "tablesDB.updateTable", address + Self.arguments(ofTable: wanted))
        }
        for column in wanted.columns where !column.isMadeByTwin {
            compare(current.columns.first { $0.key == column.key }, column, path, address)
        }
        for column in current.columns
        where !column.isMadeByTwin && !column.isDeleting && !wanted.columns.contains(where: { $0.key == column.key }) {
            let note = Note(kind: "column", path: "\(path)/\(column.key)")
            remove(note, .dropColumns, "tablesDB.deleteColumn", address + ["key": .string(column.key)])
        }
        for index in wanted.indexes {
            compareIndex(current.indexes.first { $0.key == index.key }, index, path, address)
        }
        for index in current.indexes
        where !index.isDeleting && !wanted.indexes.contains(where: { $0.key == index.key }) {
            let note = Note(kind: "index", path: "\(path)/\(index.key)")
            remove(note, .dropIndexes, "tablesDB.deleteIndex", address + ["key": .string(index.key)])
        }
    }

    /// How many columns a new table may bring along.
    private static let maximumInline = 100

    private mutating func make(_ table: SchemaDocument.Group, _ path: String, _ address: JSONObject) {
        create.append(Note(kind: "table", path: path))
        let own = table.columns.filter { !$0.isRelationship }
        let inline = own.prefix(Self.maximumInline)
        let keys = Set(inline.map(\.key))
        func isInline(_ index: SchemaDocument.Part) -> Bool {
            (index.fields["columns"]?.strings ?? []).allSatisfy { keys.contains($0) || $0.hasPrefix("$") }
        }
        func list(_ parts: some Sequence<SchemaDocument.Part>) -> JSON {
            .array(parts.map { .object(["key": .string($0.key)] + $0.fields.withoutNulls) })
        }
        let parts: JSONObject = ["columns": list(inline), "indexes": list(table.indexes.filter(isInline))]
        add(.tables, "tablesDB.createTable", address + Self.arguments(ofTable: table) + parts)
        for column in own.dropFirst(Self.maximumInline) { make(column, path, address) }
        for column in table.columns where column.isRelationship && !column.isMadeByTwin { make(column, path, address) }
        for index in table.indexes where !isInline(index) { makeIndex(index, path, address) }
    }

    private static func arguments(ofTable table: SchemaDocument.Group) -> JSONObject {
        var arguments = table.fields
        arguments["permissions"] = arguments["$permissions"]
        arguments["$permissions"] = nil
        return arguments
    }

    // MARK: Columns

    /// What a column can't change once it is there.
    private static let lasting = [
        "type", "format", "array", "encrypt", "relatedTable", "relationType", "twoWay", "twoWayKey", "side",
    ]

    private mutating func compare(
        _ current: SchemaDocument.Part?,
        _ wanted: SchemaDocument.Part,
        _ path: String,
        _ address: JSONObject
    ) {
        let place = "\(path)/\(wanted.key)"
        guard let current else { return make(wanted, path, address) }
        guard !current.isDeleting else { return waiting.append(Note(kind: "column", path: place)) }
        let (from, to) = current.fields.difference(to: wanted.fields)
        if from.isEmpty, to.isEmpty { return }
        let note = Note(kind: "column", path: place, more: ["from": .object(from), "to": .object(to)])
        guard !(from.keys + to.keys).contains(where: Self.lasting.contains) else {
            remove(note, .dropColumns, "tablesDB.deleteColumn", address + ["key": .string(wanted.key)])
            if deletes { waiting.append(Note(kind: "column", path: place)) }
            return
        }
        change.append(note)
        guard let operation = operation("update", wanted) else { return }
        var arguments = address + ["key": .string(wanted.key)]
        for parameter in operation.parameters where arguments[parameter.name] == nil && parameter.name != "newKey" {
            arguments[parameter.name] = wanted.fields[parameter.name] ?? (parameter.isNullable ? .null : nil)
        }
        add(.columns, operation.id, arguments)
    }

    private mutating func make(_ column: SchemaDocument.Part, _ path: String, _ address: JSONObject) {
        create.append(Note(kind: "column", path: "\(path)/\(column.key)"))
        guard let operation = operation("create", column) else { return }
        var fields = column.fields
        if column.isRelationship {
            fields["type"] = fields["relationType"]
            fields["relatedTableId"] = fields["relatedTable"]
        }
        var arguments = address + ["key": .string(column.key)]
        for parameter in operation.parameters where arguments[parameter.name] == nil {
            if let value = fields[parameter.name], !value.isNull { arguments[parameter.name] = value }
        }
        add(column.isRelationship ? .relationships : .columns, operation.id, arguments)
    }

    private func operation(_ verb: String, _ column: SchemaDocument.Part) -> Operation? {
        ColumnType(type: column.fields["type"]?.string ?? "", format: column.fields["format"]?.string)
            .flatMap { catalog.operation(ColumnHandlers.operation(verb, $0)) }
    }

    // MARK: Indexes

    /// An index holds no data, so one that differs is built anew.
    private mutating func compareIndex(
        _ current: SchemaDocument.Part?,
        _ wanted: SchemaDocument.Part,
        _ path: String,
        _ address: JSONObject
    ) {
        let place = "\(path)/\(wanted.key)"
        guard let current else { return makeIndex(wanted, path, address) }
        guard !current.isDeleting else { return waiting.append(Note(kind: "index", path: place)) }
        let (from, to) = current.fields.difference(to: wanted.fields)
        if from.isEmpty, to.isEmpty, current.status != BuildStatus.failed.rawValue { return }
        change.append(Note(kind: "index", path: place, more: ["from": .object(from), "to": .object(to)]))
        add(.dropIndexes, "tablesDB.deleteIndex", address + ["key": .string(wanted.key)])
        waiting.append(Note(kind: "index", path: place))
    }

    private mutating func makeIndex(_ index: SchemaDocument.Part, _ path: String, _ address: JSONObject) {
        create.append(Note(kind: "index", path: "\(path)/\(index.key)"))
        add(.indexes, "tablesDB.createIndex", address + ["key": .string(index.key)] + index.fields)
    }

    // MARK: Steps

    private mutating func add(_ phase: Phase, _ operation: String, _ arguments: JSONObject) {
        phases[phase.rawValue].append(Step(operation: operation, arguments: arguments))
    }

    private mutating func remove(
        _ note: Note,
        _ phase: Phase,
        _ operation: String,
        _ arguments: JSONObject,
        _ database: String? = nil
    ) {
        guard deletes else { return left.append(note) }
        delete.append(note)
        add(phase, operation, (database.map { ["databaseId": .string($0)] } ?? [:]) + arguments)
    }
}

extension JSONObject {
    fileprivate static func + (left: JSONObject, right: JSONObject) -> JSONObject {
        JSONObject(left.members + right.members)
    }

    fileprivate func only(_ keys: [String]) -> JSONObject {
        JSONObject(members.filter { keys.contains($0.key) })
    }

    fileprivate var withoutNulls: JSONObject { JSONObject(members.filter { !$0.value.isNull }) }

    /// The members in which two objects differ, on either side. A null and no member are alike.
    fileprivate func difference(to other: JSONObject) -> (from: JSONObject, to: JSONObject) {
        let (left, right) = (withoutNulls, other.withoutNulls)
        return (
            JSONObject(left.members.filter { right[$0.key] != $0.value }),
            JSONObject(right.members.filter { left[$0.key] != $0.value })
        )
    }
}
