import Values

extension MongoSession {
    /// How many related rows, or pairs, one condition may be about.
    private static let maximumRelated = 100_000

    /// The query with each condition on related rows replaced by the ids that it comes to. Ids travel in one read for
    /// each relation; the server then uses the indexes of this table as for any list.
    /// - Throws: ``StoreError`` `tooManyRelated`.
    func resolved(_ query: RowQuery) throws -> RowQuery {
        if query.joins.isEmpty { return query }
        var query = query
        query.filters = try query.filters.map { try resolve($0, query.joins) }
        query.joins = []
        return query
    }

    private func resolve(_ filter: Filter, _ joins: [Join]) throws -> Filter {
        switch filter {
        case .related(let number, let filters): try ids(joins[number], filters, joins)
        case .and(let parts): .and(try parts.map { try resolve($0, joins) })
        case .or(let parts): .or(try parts.map { try resolve($0, joins) })
        default: filter
        }
    }

    private func ids(_ join: Join, _ filters: [Filter], _ joins: [Join]) throws -> Filter {
        func read(_ filters: [Filter], _ column: String?, in layout: TableLayout, permissions: [String]?) throws
            -> [JSON]
        {
            var query = RowQuery(limit: Self.maximumRelated + 1)
            query.filters = filters
            query.joins = joins
            query.permissions = permissions
            query.orders = []
            let position = column.flatMap { layout.position(of: $0) }
            query.columns = position.map { [$0] } ?? []
            let rows = try rows(query, in: layout)
            guard rows.count <= Self.maximumRelated else {
                throw StoreError(
                    .tooManyRelated,
                    "a condition on related rows holds for more than \(Self.maximumRelated) of them"
                )
            }
            return rows.map { row in position.map { row.values[$0] } ?? .string(row.id) }
        }
        switch join.path {
        case .holds(let key):
            return Self.any(key, of: try read(filters, nil, in: join.table, permissions: join.permissions))
        case .heldBy(let key):
            let filters = filters + [.compare(key, .isNotNull, [])]
            return Self.any("$id", of: try read(filters, key, in: join.table, permissions: join.permissions))
        case .pairs(let pairs, let own, let other):
            var condition = [Filter.compare(other, .isNotNull, [])]
            if !filters.isEmpty || join.permissions != nil {
                let related = try read(filters, nil, in: join.table, permissions: join.permissions)
                condition = [Self.any(other, of: related)]
            }
            return Self.any("$id", of: try read(condition, own, in: pairs, permissions: nil))
        }
    }

    private static func any(_ key: String, of ids: [JSON]) -> Filter {
        var seen: Set<String> = []
        let distinct = ids.filter { id in id.string.map { seen.insert($0).inserted } ?? false }
        return distinct.isEmpty ? .or([]) : .compare(key, .equal, distinct)
    }
}
