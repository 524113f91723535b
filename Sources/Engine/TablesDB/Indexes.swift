import Storage
import Values

/// `tablesDB.createIndex`, `getIndex`, `deleteIndex`, `listIndexes`.
enum IndexHandlers {
    static let all: [Handler] = [create, get, delete, list]

    /// How many indexes a table may have, those of its relations among them. MongoDB takes 64, of which five are ours and
    /// some are for changes that are under way.
    static let maximumIndexes = 55
    /// How many columns an index may have. MongoDB takes 32 fields, and the order of creation ends each of them.
    static let maximumColumns = 31

    static let create = Handler.define(
        "tablesDB.createIndex",
        prepare: { call in
            Index(
                uid: call.clock.makeID(),
                key: call.string("key"),
                type: call.string("type"),
                columns: call.arguments["columns"]?.strings ?? [],
                orders: call.arguments["orders"]?.strings ?? [],
                lengths: (call.arguments["lengths"]?.array ?? []).map { $0.int ?? 0 },
                createdAt: call.now,
                updatedAt: call.now
            )
        },
        body: { index, context in
            let table = try context.table()
            let checked = try IndexRules.checked(index, table.columns, table.indexes, stored: table.rowColumns)
            try insert(checked, table.uid, context, .processing)
            try TableHandlers.touch(table, [:], context)
            try context.enqueue(SchemaJobs.job(SchemaJobs.createIndex, table, part: checked.uid))
            context.eventIDs["indexId"] = checked.key
            return checked.json(context.dialect)
        },
        conclude: { index, context in
            let table = try context.table()
            guard let built = table.index(index.key) else { return index.json(context.dialect) }
            guard built.status != .failed else {
                throw AppError(
                    index.type == "unique" ? .rowUniqueConstraintViolation : .columnIndexInvalid,
                    "The index '\(built.key)' could not be built: \(built.error)",
                    argument: "columns",
                    hint: "It stays listed as failed; tablesDB.deleteIndex removes it."
                )
            }
            return built.json(context.dialect)
        }
    )

    static let get = Handler.read("tablesDB.getIndex") { context in try index(context).1.json(context.dialect) }

    static let delete = Handler.define("tablesDB.deleteIndex", prepare: { _ in }) { _, context in
        let (table, index) = try index(context)
        let fields: JSONObject = ["status": .string(BuildStatus.deleting.rawValue)]
        _ = try context.writer.update(
            index.uid,
            Record.change(SystemTables.indexes, at: context.now, fields),
            in: SystemTables.indexes
        )
        try TableHandlers.touch(table, [:], context)
        try context.enqueue(SchemaJobs.job(SchemaJobs.dropIndex, table, part: index.uid))
        context.eventIDs["indexId"] = index.key
        return [:]
    }

    static let list = Handler.read("tablesDB.listIndexes") { context in
        let table = try context.table()
        return try indexes.answer(context, base: [.compare("table", .equal, [.string(table.uid)])]) {
            SchemaReader.index($0).json(context.dialect)
        }
    }

    private static let indexes = SystemList(
        SystemTables.indexes,
        name: "indexes",
        idField: "key",
        fields: [
            ("key", "key"), ("type", "type"), ("status", "status"), ("columns", "columns"), ("attributes", "columns"),
            ("error", "error"),
        ]
    )

    /// Adds the row of an index to the system table.
    static func insert(
        _ index: Index,
        _ table: String,
        _ context: WriteContext,
        _ status: BuildStatus = .available
    ) throws {
        let fields: JSONObject = [
            "table": .string(table), "key": .string(index.key), "type": .string(index.type),
            "columns": JSON(index.columns), "orders": JSON(index.orders),
            "lengths": .array(index.lengths.map { .int($0) }), "status": .string(status.rawValue), "error": "",
        ]
        let row = NewRow(
            id: index.uid,
            createdAt: index.createdAt,
            updatedAt: index.updatedAt,
            values: Record.values(SystemTables.indexes, fields)
        )
        _ = try context.writer.insert(row, into: SystemTables.indexes)
    }

    /// - Throws: 404 `column_index_not_found`.
    private static func index(_ context: ReadContext) throws -> (Table, Index) {
        let table = try context.table()
        let key = context.call.string("key")
        if let index = table.index(key) { return (table, index) }
        throw AppError(
            .columnIndexNotFound,
            "The table '\(table.id)' has no index '\(key)'.",
            argument: "key",
            hint: "tablesDB.listIndexes shows its indexes."
        )
    }
}

/// The rules that an index must keep.
enum IndexRules {
    /// The index with an order and a length for each column.
    ///
    /// - Parameter stored: the columns that rows have, of which those of relations have indexes too.
    /// - Throws: `column_index_invalid`, `column_unknown`, `column_not_available`, `column_index_already_exists`,
    ///   `column_index_limit_exceeded`.
    static func checked(
        _ index: Index,
        _ columns: [Column],
        _ others: [Index],
        stored: [Column] = [],
        place: Prose = ""
    ) throws(AppError) -> Index {
        func invalid(_ reason: Prose, _ argument: Prose, hint: Prose? = nil) -> AppError {
            AppError(.columnIndexInvalid, reason, argument: place + argument, hint: hint)
        }
        if let taken = others.first(where: { $0.key.lowercased() == index.key.lowercased() }) {
            throw AppError(
                .columnIndexAlreadyExists,
                "There is an index '\(taken.key)' already.",
                argument: place + "key",
                hint: "It is \(taken.summary)."
            )
        }
        try checkRoom(stored, others, argument: place + "key")
        guard !index.columns.isEmpty else { throw invalid("An index needs at least one column.", "columns") }
        guard index.columns.count <= IndexHandlers.maximumColumns else {
            throw invalid("An index has at most \(IndexHandlers.maximumColumns) columns.", "columns")
        }
        guard Set(index.columns).count == index.columns.count else {
            throw invalid("An index names each column once.", "columns")
        }
        guard index.orders.count <= index.columns.count, index.lengths.count <= index.columns.count else {
            throw invalid("There are more orders or lengths than columns.", "orders")
        }
        for (position, key) in index.columns.enumerated() {
            try check(key, columns, "\(place)columns[\(position)]")
        }
        for (position, length) in index.lengths.enumerated() where length > 0 {
            if let reason = misfit(length, of: index.columns[position], columns) {
                throw invalid(reason, "lengths[\(position)]")
            }
        }
        try checkKind(index, columns, others, place)
        var checked = index
        checked.orders += Array(repeating: "ASC", count: index.columns.count - index.orders.count)
        if let same = others.first(where: {
            $0.columns == checked.columns && $0.orders == checked.orders && $0.type == checked.type
                && $0.status != .failed
        }) {
            throw invalid("The index '\(same.key)' has the same columns and orders.", "columns")
        }
        return checked
    }

    /// Whether a table has room for one more index.
    /// - Throws: `column_index_limit_exceeded`.
    static func checkRoom(_ columns: [Column], _ indexes: [Index], argument: Prose) throws(AppError) {
        let held = columns.count { RelationIndex.layout(of: $0) != nil }
        guard indexes.count + held >= IndexHandlers.maximumIndexes else { return }
        throw AppError(
            .columnIndexLimitExceeded,
            "A table holds at most \(IndexHandlers.maximumIndexes) indexes, those of its relationships among them.",
            argument: argument,
            hint: held == 0 ? "Delete an index first." : "Relationships have \(held) of them. Delete an index first."
        )
    }

    /// Why an index can't count so many leading characters of a column.
    private static func misfit(_ length: Int64, of key: String, _ columns: [Column]) -> Prose? {
        guard let column = columns.first(where: { $0.key == key }), column.type.kind == .text else {
            return "'\(key)' holds no text, so an index can't count its leading characters."
        }
        guard let size = column.size, length > size else { return nil }
        return "The column '\(key)' holds at most \(size) characters, not \(length)."
    }

    private static func check(_ key: String, _ columns: [Column], _ argument: Prose) throws(AppError) {
        if ["$id", "$createdAt", "$updatedAt"].contains(key) { return }
        guard let column = columns.first(where: { $0.key == key }) else {
            let near = Spelling.suggestions(for: key, among: columns.map(\.key))
            throw AppError(
                .columnUnknown,
                "There is no column '\(key)'.",
                argument: argument,
                hint: near.isEmpty ? nil : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        guard column.status == .available else {
            throw AppError(
                .columnNotAvailable,
                "The column '\(key)' is \(column.status.rawValue).",
                argument: argument,
                hint: "tablesDB.getColumn shows its state."
            )
        }
        guard !column.isEncrypted else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(key)' is encrypted and can't be indexed.",
                argument: argument,
                hint: "Index a column that is kept in clear."
            )
        }
        guard column.type != .relationship else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(key)' is a relationship and can't be indexed.",
                argument: argument,
                hint: "The ids of related rows have an index already."
            )
        }
        guard !column.isArray else {
            throw AppError(
                .columnIndexInvalid,
                "The column '\(key)' is an array and can't be indexed.",
                argument: argument
            )
        }
    }
}
