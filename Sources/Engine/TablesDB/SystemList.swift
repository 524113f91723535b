import Storage
import Values

/// A list of something that Tandem keeps in a system table: databases, tables, columns, indexes.
struct SystemList: Sendable {
    let layout: TableLayout
    /// The name of the items in the answer, for example `tables`.
    let name: String
    /// What queries may name, in the words of either dialect.
    private let binding: (tables: QueryBinding, collections: QueryBinding)
    /// The store's name for what callers call `$id`, or `key`.
    let idField: String

    /// - Parameters:
    ///   - fields: names that callers use, with the columns of the layout that they mean.
    init(_ layout: TableLayout, name: String, idField: String, fields: [(name: String, column: String)]) {
        self.layout = layout
        self.name = name
        self.idField = idField
        let own = fields.map { field -> (name: String, field: QueryField) in
            if field.column.hasPrefix("$") { return (field.name, QueryField(storeKey: field.column, kind: .text)) }
            let column = layout.columns[layout.position(of: field.column)!]
            return (field.name, QueryField(storeKey: field.column, kind: column.kind, isArray: column.isArray))
        }
        binding = (
            QueryBinding(own + Self.systemFields),
            QueryBinding(own.map { (Dialect.collections.translated($0.name), $0.field) } + Self.systemFields)
        )
    }

    private static let systemFields: [(name: String, field: QueryField)] = [
        ("$sequence", QueryField(storeKey: "$sequence", kind: .integer)),
        ("$createdAt", QueryField(storeKey: "$createdAt", kind: .datetime)),
        ("$updatedAt", QueryField(storeKey: "$updatedAt", kind: .datetime)),
    ]

    /// How many items a list counts.
    static let countCap = 5000
    /// How many items a page has when the query does not say.
    static let defaultLimit = 25

    /// Answers a list call whose items all match `base`.
    func answer(_ context: ReadContext, base: [Filter] = [], _ item: (StoredRow) throws -> JSON) throws -> JSON {
        try answer(context, base: base, items: { try $0.map(item) })
    }

    /// As above, where the items of a page are made together.
    func answer(_ context: ReadContext, base: [Filter] = [], items: ([StoredRow]) throws -> [JSON]) throws -> JSON {
        let page = try page(context, base: base)
        let rows = try context.session.rows(page, in: layout)
        let total = context.call.bool("total") ? try context.session.count(page, in: layout, cap: Self.countCap) : 0
        return .object(
            JSONObject([("total", .int(Int64(total))), (context.dialect.translated(name), .array(try items(rows)))])
        )
    }

    /// The page that a list call asks for, of items that all match `base`.
    func page(_ context: ReadContext, base: [Filter]) throws -> RowQuery {
        let query = try context.call.queries()
        let binding = context.dialect == .tables ? binding.tables : binding.collections
        if query.select != nil {
            throw AppError(
                .generalQueryInvalid,
                "Invalid query: 'select' works on rows only.",
                argument: "queries"
            )
        }
        var page = RowQuery(limit: query.limit ?? Self.defaultLimit)
        page.filters = base + (try binding.filters(query.filters))
        if let search = context.call.optional("search")?.string {
            page.filters.append(.compare("search", .contains, [.string(search.lowercased())]))
        }
        page.orders = try binding.orders(query.orders)
        page.offset = query.offset ?? 0
        if let cursor = query.cursor { page.position = try position(cursor, page.orders, base, context) }
        return page
    }

    private func position(
        _ cursor: Query.Cursor,
        _ orders: [Query.Order],
        _ base: [Filter],
        _ context: ReadContext
    ) throws -> RowQuery.Position {
        var query = RowQuery(limit: 1)
        query.filters = base + [.compare(idField, .equal, [.string(cursor.id)])]
        guard let row = try context.session.rows(query, in: layout).first else {
            throw AppError.unknownCursor(cursor)
        }
        return try cursor.position(of: row, in: orders, layout)
    }
}

extension AppError {
    static func unknownCursor(_ cursor: Query.Cursor) -> AppError {
        AppError(
            .generalCursorNotFound,
            "The cursor names '\(cursor.id)', which does not exist.",
            argument: "queries",
            hint: "Take the id of the last item of the page before."
        )
    }
}

extension Query.Cursor {
    /// The place of a row in an order.
    /// - Throws: `database_query_order_null` when the row has no value to sort by.
    func position(of row: StoredRow, in orders: [Query.Order], _ layout: TableLayout) throws(AppError)
        -> RowQuery.Position
    {
        var values: [JSON] = []
        for order in orders {
            let value: JSON =
                switch order.field {
                case "$id": .string(row.id)
                case "$sequence": .string(row.sequence)
                case "$createdAt": .string(row.createdAt.text)
                case "$updatedAt": .string(row.updatedAt.text)
                default: row.values[layout.position(of: order.field)!]
                }
            guard !value.isNull else {
                throw AppError(
                    .databaseQueryOrderNull,
                    "The row '\(id)' of the cursor has no value for '\(order.field)', by which the list is sorted.",
                    argument: "queries",
                    hint: "Add isNotNull on that field, or sort by another one."
                )
            }
            values.append(value)
        }
        let isBackward = if case .before = self { true } else { false }
        return RowQuery.Position(values: values, isBackward: isBackward)
    }
}
