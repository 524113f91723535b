import Storage
import Values

/// `tablesDB.createRow`, `getRow`, `updateRow`, `upsertRow`, `deleteRow`.
enum RowHandlers {
    static let all: [Handler] =
        [create, get, update, upsert, delete] + RowIncrements.all + RowBulks.all

    static let create = Handler.write("tablesDB.createRow", prepare: { $0.newID("rowId") }) { id, context in
        context.eventIDs["rowId"] = id
        let writer = RowWriter(try context.table(), context)
        return try writer.answer(writer.create(id, data(context), permissions: permissions(context)))
    }

    static let get = Handler.read(
        "tablesDB.getRow",
        prepare: { call throws(AppError) -> RowShape in try RowShape(selecting: try call.queries(), of: call) }
    ) { shape, context in
        let table = try context.table()
        let access = context.caller.access(.read, to: table)
        guard access != .none else { throw context.caller.refusal(.read, on: table) }
        let id = context.call.string("rowId")
        guard let row = try context.session.row(id, in: table.layout),
            access == .all || context.caller.may(.read, row.permissions, in: table)
        else { throw AppError.unknownRow(id, table, context.caller) }
        let bound = try shape.bound(to: table, context)
        return bound.response(row, bound.related.isEmpty ? nil : try RelatedRows.read(bound, for: [row], context))
    }

    static let update = Handler.write("tablesDB.updateRow", prepare: { _ in }) { _, context in
        let writer = RowWriter(try context.table(), context)
        let id = context.call.string("rowId")
        return try writer.answer(writer.update(id, data(context), permissions: permissions(context)))
    }

    static let upsert = Handler.write("tablesDB.upsertRow", prepare: { $0.newID("rowId") }) { id, context in
        context.eventIDs["rowId"] = id
        let writer = RowWriter(try context.table(), context)
        return try writer.answer(writer.upsert(id, data(context), permissions: permissions(context)))
    }

    static let delete = Handler.write("tablesDB.deleteRow", prepare: { _ in }) { _, context in
        let writer = RowWriter(try context.table(), context)
        let row = try writer.delete(context.call.string("rowId"))
        // Who may hear that it is gone depends on what it was.
        context.eventPayload = try JSON(parsing: writer.shown(row).encoded)
        return JSON.object([:])
    }

    private static func data(_ context: ReadContext) -> JSONObject {
        context.call.arguments["data"]?.object ?? JSONObject()
    }

    private static func permissions(_ context: ReadContext) -> [String]? {
        context.call.optional("permissions")?.strings
    }
}

extension AppError {
    static func unknownRow(_ id: String, _ table: Table, _ caller: Caller) -> AppError {
        AppError(
            .rowNotFound,
            "There is no row '\(id)' in the table '\(table.id)'.",
            argument: "rowId",
            hint: "tablesDB.listRows shows the rows that \(caller.actor) may read."
        )
    }
}
