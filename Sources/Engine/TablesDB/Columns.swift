import Catalog
import Storage
import Values

/// `tablesDB.create…Column`, `update…Column`, `getColumn`, `deleteColumn`, `listColumns`: one implementation for every
/// kind of column.
enum ColumnHandlers {
    static let all: [Handler] = [create, update, get, delete, list]

    /// The kinds by the word in the names of their operations.
    private static let words: [(word: String, type: ColumnType)] = [
        ("Boolean", .boolean), ("Datetime", .datetime), ("Email", .email), ("Enum", .enum), ("Float", .float),
        ("Integer", .integer), ("BigInt", .bigint), ("Ip", .ip), ("Url", .url), ("String", .string),
        ("Varchar", .varchar), ("Text", .text), ("Mediumtext", .mediumtext), ("Longtext", .longtext), ("Point", .point),
        ("Line", .line), ("Polygon", .polygon),
    ]

    /// The id of the operation that creates or updates columns of a kind.
    static func operation(_ verb: String, _ type: ColumnType) -> String {
        let word =
            words.first { $0.type == type }?.word ?? type.rawValue.prefix(1).uppercased() + type.rawValue.dropFirst()
        return "tablesDB.\(verb)\(word)Column"
    }

    private static func type(_ call: Call, _ verb: String) -> ColumnType {
        words.first { call.operation.implementation == "tablesDB.\(verb)\($0.word)Column" }!.type
    }

    static let create = Handler.define(
        ids: words.map { "tablesDB.create\($0.word)Column" },
        prepare: defined,
        body: { column, context in
            let table = try context.table()
            try ColumnRules.checkRoom(for: column.key, among: table.takenColumns)
            var column = column
            column.status = .available
            try insert(column, table.uid, context)
            try context.writer.add(column.layout, to: table.layout)
            try TableHandlers.touch(table, [:], context)
            context.eventIDs["columnId"] = column.key
            return column.json(context.dialect)
        }
    )

    /// The column that a call of an operation which creates one asks for.
    static func defined(by call: Call) throws(AppError) -> Column {
        var column = Column(
            uid: call.clock.makeID(),
            key: call.string("key"),
            storedAs: call.string("key"),
            type: type(call, "create"),
            required: call.bool("required"),
            isArray: call.bool("array"),
            isEncrypted: call.bool("encrypt"),
            createdAt: call.now,
            updatedAt: call.now
        )
        readOptions(call, &column)
        try ColumnRules.check(&column)
        return column
    }

    /// What a column is changed to.
    private struct Change: Sendable {
        var type: ColumnType
        var newKey: String?
    }

    static let update = Handler.define(
        ids: words.map { "tablesDB.update\($0.word)Column" },
        prepare: { call in Change(type: type(call, "update"), newKey: call.optional("newKey")?.string) },
        body: { change, context in
            let (table, old) = try column(context)
            guard old.type == change.type else {
                throw AppError(
                    .columnTypeInvalid,
                    "The column '\(old.key)' is \(old.type.rawValue), not \(change.type.rawValue).",
                    argument: "key",
                    hint: "Use the update operation of its own kind."
                )
            }
            guard old.status == .available else { throw notAvailable(old) }
            var new = old
            new.required = context.call.bool("required")
            new.updatedAt = context.now
            readOptions(context.call, &new)
            try ColumnRules.check(&new)
            try IndexRules.check(from: old, to: new, table)
            try ColumnContradictions.check(from: old, to: new, table, context)
            if let key = change.newKey, key != old.key { try rename(&new, to: key, table, context) }
            try save(new, context)
            try TableHandlers.touch(table, [:], context)
            context.eventIDs["columnId"] = new.key
            return new.json(context.dialect)
        },
        conclude: { change, context in
            try context.table().column(change.newKey ?? context.call.string("key"))?.json(context.dialect) ?? [:]
        }
    )

    static let get = Handler.read("tablesDB.getColumn") { context in try column(context).1.json(context.dialect) }

    static let delete = Handler.define("tablesDB.deleteColumn", prepare: { _ in }) { _, context in
        var (table, column) = try column(context)
        context.eventIDs["columnId"] = column.key
        if column.type == .relationship {
            try RelationColumns.remove(column, from: table, context)
            return [:]
        }
        try checkIndexes(column, table)
        column.status = .deleting
        column.updatedAt = context.now
        try save(column, context)
        try TableHandlers.touch(table, [:], context)
        try context.enqueue(SchemaJobs.job(SchemaJobs.dropColumn, table, part: column.uid))
        return [:]
    }

    static let list = Handler.read("tablesDB.listColumns") { context in
        let table = try context.table()
        let base: [Filter] = [
            .compare("table", .equal, [.string(table.uid)]), .compare("type", .notEqual, [.string(hiddenType)]),
        ]
        return try columns.answer(context, base: base) { SchemaReader.column($0).json(context.dialect) }
    }

    private static let columns = SystemList(
        SystemTables.columns,
        name: "columns",
        idField: "key",
        fields: ["key", "type", "size", "required", "array", "status", "error"].map { ($0, $0) }
    )

    /// Reads what the kind of the column allows; an argument that is not there leaves what was.
    private static func readOptions(_ call: Call, _ column: inout Column) {
        if let value = call.arguments["default"] { column.defaultValue = value }
        if let size = call.optional("size")?.int { column.size = size }
        if let minimum = call.arguments["min"] { column.minimum = minimum }
        if let maximum = call.arguments["max"] { column.maximum = maximum }
        if let elements = call.optional("elements")?.strings { column.elements = elements }
        column.normalizeNumbers()
    }

    /// - Throws: 404 `column_not_found`.
    static func column(_ context: ReadContext) throws -> (Table, Column) {
        let table = try context.table()
        let key = context.call.string("key")
        if let column = table.column(key) { return (table, column) }
        let near = Spelling.suggestions(for: key, among: table.columns.map(\.key))
        throw AppError(
            .columnNotFound,
            "The table '\(table.id)' has no column '\(key)'.",
            argument: "key",
            hint: near.isEmpty
                ? "tablesDB.listColumns shows its columns." : "Did you mean \(near.joined(separator: " or "))?"
        )
    }

    static func notAvailable(_ column: Column) -> AppError {
        AppError(
            .columnNotAvailable,
            "The column '\(column.key)' is \(column.status.rawValue) and can't be changed.",
            argument: "key",
            hint: "tablesDB.getColumn shows its state."
        )
    }

    private static func checkIndexes(_ column: Column, _ table: Table) throws {
        guard let index = table.indexes.first(where: { $0.columns.contains(column.key) && $0.status != .deleting })
        else { return }
        throw AppError(
            .columnIndexDependency,
            "The index '\(index.key)' uses the column '\(column.key)'.",
            argument: "key",
            hint: "Delete the index first with tablesDB.deleteIndex."
        )
    }

    private static func rename(_ column: inout Column, to key: String, _ table: Table, _ context: WriteContext) throws {
        try checkIndexes(column, table)
        try ColumnRules.checkRoom(
            for: key,
            among: table.takenColumns.filter { $0.uid != column.uid },
            argument: "newKey"
        )
        column.key = key
        try ColumnRules.check(&column, keyArgument: "newKey")
        try context.enqueue(SchemaJobs.job(SchemaJobs.renameColumn, table, part: column.uid))
    }
}

extension Column {
    /// Whole numbers given for a float column are floats.
    fileprivate mutating func normalizeNumbers() {
        guard type == .float else { return }
        if let number = defaultValue.number { defaultValue = .double(number) }
        if let number = minimum.number { minimum = .double(number) }
        if let number = maximum.number { maximum = .double(number) }
    }
}
