import Storage
import Values

/// `tablesDB.createRows`, `upsertRows`, `updateRows`, `deleteRows`: many rows in one call, all or none of them.
enum RowBulks {
    static let all: [Handler] = [create, upsert, update, delete]

    /// How many rows an answer shows.
    private static let shown = 100

    static let create = Handler.write("tablesDB.createRows", prepare: rows) { rows, context in
        let writer = try writer(context)
        return try answer(writer.create(rows), writer) { rows[$0].place.data }
    }

    static let upsert = Handler.write("tablesDB.upsertRows", prepare: rows) { rows, context in
        let writer = try writer(context)
        return try answer(writer.upsert(rows), writer) { rows[$0].place.data }
    }

    static let update = Handler.write("tablesDB.updateRows", prepare: { try $0.queries() }) { query, context in
        let writer = try writer(context)
        let data = context.call.arguments["data"]?.object ?? JSONObject()
        guard !data.isEmpty else { throw writer.missingPayload("data") }
        return try answer(writer.update(matching: query, data), writer) { _ in "data" }
    }

    static let delete = Handler.write("tablesDB.deleteRows", prepare: { try $0.queries() }) { query, context in
        let writer = try writer(context, removes: true)
        return try answer(writer.delete(matching: query), writer) { _ in "queries" }
    }

    /// - Throws: 400 `general_bad_request` for a table whose rows are related: each would have to be followed.
    private static func writer(_ context: WriteContext, removes: Bool = false) throws -> RowWriter {
        let table = try context.table()
        guard !table.links.contains(where: { removes || $0.column.isVisible }) else {
            throw AppError(
                .generalBadRequest,
                "The rows of the table '\(table.id)' are related to others, which bulk operations don't support.",
                argument: "tableId",
                hint: "Write them one by one, if they belong together as steps of one call."
            )
        }
        return RowWriter(table, context)
    }

    private static func rows(_ call: Call) throws -> [BulkRow] {
        try BulkRow.list(call.arguments["rows"]?.array ?? [], call.clock)
    }

    /// Answers with how many rows changed and the first of them, and keeps all of them for the event log.
    private static func answer(
        _ rows: [StoredRow],
        _ writer: RowWriter,
        _ place: (Int) -> Prose
    ) throws -> Response {
        let shape = RowShape.Bound(writer.table, writer.context.dialect)
        var holdsUnsafeInteger = false
        var encoded: [[UInt8]] = []
        encoded.reserveCapacity(rows.count)
        for (index, row) in rows.enumerated() {
            let response = shape.response(row)
            try writer.checkSize(response, place(index))
            if index < shown, response.holdsUnsafeInteger { holdsUnsafeInteger = true }
            encoded.append(response.encoded)
        }
        writer.context.changedRows = encoded
        let start: StaticString = writer.context.dialect == .tables ? ",\"rows\":[" : ",\"documents\":["
        var answer = Response { writer in
            writer.raw("{\"total\":")
            writer.write(Int64(rows.count))
            writer.raw(start)
            for (index, row) in encoded.prefix(shown).enumerated() {
                if index > 0 { writer.raw(",") }
                writer.raw(row)
            }
            writer.raw("]}")
        }
        answer.holdsUnsafeInteger = holdsUnsafeInteger
        return answer
    }
}
