import Storage
import Values

/// `tablesDB.createRow`, `getRow`, `updateRow`, `upsertRow`, `deleteRow`.
enum RowHandlers {
    static let all: [Handler] = [create, get, update, upsert, delete, RowList.handler]

    /// How many bytes a row may have in its wire form.
    static let maximumBytes = 8 << 20

    static let create = Handler.write("tablesDB.createRow", prepare: { $0.newID("rowId") }) { id, context in
        let table = try context.table()
        context.eventIDs["rowId"] = id
        return try insert(id, table, context)
    }

    static let get = Handler.read(
        "tablesDB.getRow",
        prepare: { call throws(AppError) -> RowShape in try RowShape(selecting: try call.queries(), of: call) }
    ) { shape, context in
        let table = try context.table()
        let access = context.caller.access(.read, to: table)
        guard access != .none else { throw context.caller.refusal(.read, on: table) }
        guard let row = try context.session.row(context.call.string("rowId"), in: table.layout),
            access == .all || context.caller.may(.read, row.permissions, in: table)
        else { throw notFound(context) }
        let bound = try shape.bound(to: table, context)
        return bound.response(row, bound.related.isEmpty ? nil : try RelatedRows.read(bound, for: [row], context))
    }

    static let update = Handler.write("tablesDB.updateRow", prepare: { _ in }) { _, context in
        let table = try context.table()
        guard !data(context).isEmpty || context.call.optional("permissions") != nil else {
            throw AppError(
                .rowMissingPayload,
                "Nothing to change: neither \"data\" nor \"permissions\" says anything.",
                argument: "data",
                hint: "Columns are \(table.rowColumns.map(\.key).joined(separator: ", "))."
            )
        }
        guard let row = try existing(.update, table, context) else { throw notFound(context) }
        return try change(row, table, context)
    }

    static let upsert = Handler.write("tablesDB.upsertRow", prepare: { $0.newID("rowId") }) { id, context in
        let table = try context.table()
        context.eventIDs["rowId"] = id
        guard let row = try context.session.row(id, in: table.layout) else { return try insert(id, table, context) }
        guard context.caller.may(.update, row.permissions, in: table) else {
            throw context.caller.refusal(.update, on: table)
        }
        return try change(row, table, context)
    }

    static let delete = Handler.write("tablesDB.deleteRow", prepare: { _ in }) { _, context in
        let table = try context.table()
        guard let row = try existing(.delete, table, context) else { throw notFound(context) }
        if table.links.isEmpty {
            _ = try context.writer.delete(row.id, from: table.layout)
        } else {
            try RelatedDeletion(context).delete(row, from: table)
        }
        return JSON.object([:])
    }

    private static func data(_ context: ReadContext) -> JSONObject {
        context.call.arguments["data"]?.object ?? JSONObject()
    }

    private static func insert(_ id: String, _ table: Table, _ context: WriteContext) throws -> Response {
        let caller = context.caller
        guard caller.access(.create, to: table) == .all else { throw caller.refusal(.create, on: table) }
        var data = try RowData(data(context), for: table, by: caller)
        let relations = data.relations.isEmpty ? nil : RelationWriter(context)
        try relations?.hold(&data, of: id, in: table)
        let values = try data.complete(for: table)
        let permissions = try permissions(context) ?? caller.defaultPermissions
        let createdAt = data.createdAt ?? context.now
        let new = NewRow(
            id: id,
            createdAt: createdAt,
            updatedAt: data.updatedAt ?? context.now,
            permissions: permissions,
            values: values
        )
        let sequence = try store(table) { try context.writer.insert(new, into: table.layout) }
        try relations?.spread(data, from: id, in: table, isNew: true)
        return try answer(
            StoredRow(
                id: id,
                sequence: sequence,
                createdAt: createdAt,
                updatedAt: new.updatedAt,
                permissions: permissions,
                values: values
            ),
            table,
            context
        )
    }

    private static func change(_ row: StoredRow, _ table: Table, _ context: WriteContext) throws -> Response {
        var data = try RowData(data(context), for: table, by: context.caller)
        let relations = data.relations.isEmpty ? nil : RelationWriter(context)
        try relations?.hold(&data, of: row.id, in: table)
        let permissions = try permissions(context)
        var new = row
        for (position, value) in data.values { new.values[position] = value }
        new.createdAt = data.createdAt ?? row.createdAt
        new.updatedAt = data.updatedAt ?? max(context.now, row.updatedAt)
        new.permissions = permissions ?? row.permissions
        let change = RowChange(
            createdAt: data.createdAt,
            updatedAt: new.updatedAt,
            permissions: permissions,
            values: data.values
        )
        _ = try store(table) { try context.writer.update(row.id, change, in: table.layout) }
        try relations?.spread(data, from: row.id, in: table, isNew: false)
        return try answer(new, table, context)
    }

    /// The permissions that the call sets; nil when it sets none.
    private static func permissions(_ context: WriteContext) throws -> [String]? {
        guard let list = context.call.optional("permissions")?.strings else { return nil }
        let expanded = Permissions.expanded(list, for: [.update, .delete])
        try context.caller.checkGrants(expanded)
        return expanded
    }

    /// The row that a call changes, once it is clear that the caller may.
    private static func existing(_ action: Action, _ table: Table, _ context: WriteContext) throws -> StoredRow? {
        let caller = context.caller
        let access = caller.access(action, to: table)
        guard access != .none else { throw caller.refusal(action, on: table) }
        guard let row = try context.session.row(context.call.string("rowId"), in: table.layout) else { return nil }
        guard access == .all || caller.may(action, row.permissions, in: table) else {
            throw caller.refusal(action, on: table)
        }
        return row
    }

    static func answer(_ row: StoredRow, _ table: Table, _ context: ReadContext) throws -> Response {
        let response = RowShape.Bound(table, context.dialect).response(row)
        guard response.encoded.count < maximumBytes else {
            throw AppError(
                .rowInvalidStructure,
                "Invalid row: it has more than \(maximumBytes) bytes.",
                argument: "data",
                hint: "Keep large contents outside of the row and store a link to them."
            )
        }
        return response
    }

    private static func notFound(_ context: ReadContext) -> AppError {
        AppError(
            .rowNotFound,
            "There is no row '\(context.call.string("rowId"))' in the table '\(context.call.string("tableId"))'.",
            argument: "rowId",
            hint: "tablesDB.listRows shows the rows that \(context.caller.actor) may read."
        )
    }

    /// Translates what the store refuses.
    static func store<R>(_ table: Table, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as StoreError {
            switch error.kind {
            case .duplicateID:
                throw AppError(
                    .rowAlreadyExists,
                    "There is a row with this id in the table '\(table.id)' already.",
                    argument: "rowId",
                    hint: "Choose another id, \"unique()\", or use tablesDB.upsertRow."
                )
            case .uniqueViolation:
                let unique = table.indexes.filter { $0.type == "unique" }.map { "\($0.key): \($0.summary)" }
                throw AppError(
                    .rowUniqueConstraintViolation,
                    "Another row has the same values in a unique index.",
                    argument: "data",
                    hint: "Unique indexes are \(unique.joined(separator: "; "))."
                )
            default: throw error
            }
        }
    }
}
