import Storage
import Values

/// `tablesDB.listRows`.
enum RowList {
    /// - Parameter check: refuses lists that no index serves; nil where all are read.
    static func handler(_ check: IndexCheck?) -> Handler {
        Handler.read(
            "tablesDB.listRows",
            prepare: { call throws(AppError) -> Query in try call.queries() }
        ) { query, context in
            let list = try Bound(query, context)
            try check?.check(list, context)
            return answer(try list.rows(context), total: context.call.bool("total") ? try list.total(context) : 0)
        }
        .cached { call in try source(call, check) }
    }

    /// Where the cache gets the lists that it does not have.
    private static func source(_ call: Call, _ check: IndexCheck?) throws -> ListSource {
        let query = try call.queries()
        return ListSource { context in
            try Bound(query, context).place
        } load: { parts, context in
            let list = try Bound(query, context)
            try check?.check(list, context)
            return LoadedList(
                table: list.table.fingerprint,
                schema: list.reachesOut ? try context.schemaVersion() : nil,
                place: list.place,
                rows: parts == .total ? nil : try list.rows(context),
                total: parts == .rows ? nil : try list.total(context)
            )
        }
    }

    /// A list as the table of a session understands it: rights are checked, names are known, the cursor's place is found.
    struct Bound {
        let table: Table
        let page: RowQuery
        private let shape: RowShape.Bound

        /// - Throws: what is wrong with the table, the rights or the query.
        init(_ query: Query, _ context: ReadContext) throws {
            table = try context.table()
            let access = context.caller.access(.read, to: table)
            guard access != .none else { throw context.caller.refusal(.read, on: table) }
            shape = try RowShape(selected: query.select).bound(to: table, context)
            var page = RowQuery(limit: query.limit ?? SystemList.defaultLimit)
            if table.links.isEmpty {
                page.filters = try table.fields.filters(query.filters)
            } else {
                var related = RelatedFilters(context)
                page.filters = try related.bind(query.filters, to: table)
                page.joins = related.joins
                try QueryBinding.checkNesting(of: query.orders, table)
            }
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
            self.page = page
        }

        /// The rows of the page: the members of the answer behind its total, with the comma before them.
        func rows(_ context: ReadContext) throws -> Response {
            let rows = try context.session.rows(page, in: table.layout)
            let others = shape.related.isEmpty ? nil : try RelatedRows.read(shape, for: rows, context)
            let start: StaticString = context.dialect == .tables ? ",\"rows\":[" : ",\"documents\":["
            return Response { writer in
                writer.raw(start)
                for (index, row) in rows.enumerated() {
                    if index > 0 { writer.raw(",") }
                    shape.write(row, others, to: &writer)
                }
                writer.raw("]")
            }
        }

        /// Whether the list depends on other tables: their rows, columns and rights.
        var reachesOut: Bool { !page.joins.isEmpty || !shape.related.isEmpty }

        /// The place of the cursor as text; empty without one.
        var place: [UInt8] { RowList.place(of: page) }

        /// How many rows match, counted up to the cap.
        func total(_ context: ReadContext) throws -> Int {
            try context.session.count(page, in: table.layout, cap: SystemList.countCap)
        }
    }

    /// Where a page starts, as text; empty for one without a cursor.
    static func place(of page: RowQuery) -> [UInt8] {
        guard let position = page.position else { return [] }
        return JSON.array([.bool(position.isBackward)] + position.values).encoded
    }

    /// The answer made of its parts.
    static func answer(_ rows: Response, total: Int) -> Response {
        var writer = JSONWriter(reserving: rows.encoded.count + 24)
        writer.raw("{\"total\":")
        writer.write(Int64(total))
        writer.raw(rows.encoded)
        writer.raw("}")
        return Response(encoded: writer.bytes, holdsUnsafeInteger: rows.holdsUnsafeInteger)
    }
}
