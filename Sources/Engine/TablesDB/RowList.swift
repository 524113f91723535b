import Storage
import Values

/// `tablesDB.listRows`.
enum RowList {
    static let handler = Handler.read(
        "tablesDB.listRows",
        prepare: { call throws(AppError) -> Query in try call.queries() }
    ) { query, context in
        let table = try context.table()
        let access = context.caller.access(.read, to: table)
        guard access != .none else { throw context.caller.refusal(.read, on: table) }
        let shape = try RowShape(selected: query.select).bound(to: table, context.dialect)
        var page = RowQuery(limit: query.limit ?? SystemList.defaultLimit)
        page.filters = try table.fields.filters(query.filters)
        page.orders = try table.fields.orders(query.orders)
        page.offset = query.offset ?? 0
        page.columns = shape.positions
        if access == .own { page.permissions = context.caller.grants(.read) }
        if let cursor = query.cursor {
            guard let row = try context.session.row(cursor.id, in: table.layout),
                context.caller.may(.read, row.permissions, in: table)
            else { throw AppError.unknownCursor(cursor) }
            page.position = try cursor.position(of: row, in: page.orders, table.layout)
        }
        let rows = try context.session.rows(page, in: table.layout)
        let total =
            context.call.bool("total")
            ? try context.session.count(page, in: table.layout, cap: SystemList.countCap) : 0
        let start: StaticString = context.dialect == .tables ? ",\"rows\":[" : ",\"documents\":["
        return Response { writer in
            writer.raw("{\"total\":")
            writer.write(Int64(total))
            writer.raw(start)
            for (index, row) in rows.enumerated() {
                if index > 0 { writer.raw(",") }
                shape.write(row, to: &writer)
            }
            writer.raw("]}")
        }
    }
}
