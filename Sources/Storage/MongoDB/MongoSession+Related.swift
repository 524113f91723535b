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
        func rows(_ filters: [Filter], _ columns: [String], in layout: TableLayout, permissions: [String]?) throws
            -> [StoredRow]
        {
            var query = RowQuery(limit: Self.maximumRelated + 1)
            query.filters = filters
            query.joins = joins
            query.permissions = permissions
            query.orders = []
            query.columns = columns.compactMap { layout.position(of: $0) }
            let rows = try self.rows(query, in: layout)
            guard rows.count <= Self.maximumRelated else {
                throw StoreError(
                    .tooManyRelated,
                    "a condition on related rows holds for more than \(Self.maximumRelated) of them"
                )
            }
            return rows
        }
        func values(_ key: String?, of rows: [StoredRow], in layout: TableLayout) -> [JSON] {
            let position = key.flatMap { layout.position(of: $0) }
            return rows.map { row in position.map { row.values[$0] } ?? .string(row.id) }
        }
        func read(_ filters: [Filter], _ column: String?, in layout: TableLayout, permissions: [String]?) throws
            -> [JSON]
        {
            let found = try rows(filters, column.map { [$0] } ?? [], in: layout, permissions: permissions)
            return values(column, of: found, in: layout)
        }
        switch join.path {
        case .holds(let key):
            return Self.any(key, of: try read(filters, nil, in: join.table, permissions: join.permissions))
        case .heldBy(let key):
            let filters = filters + [.compare(key, .isNotNull, [])]
            return Self.any("$id", of: try read(filters, key, in: join.table, permissions: join.permissions))
        case .pairs(let pairs, let own, let other):
            guard filters.isEmpty, join.permissions == nil else {
                let related = try read(filters, nil, in: join.table, permissions: join.permissions)
                return Self.any("$id", of: try read([Self.any(other, of: related)], own, in: pairs, permissions: nil))
            }
            // Fewer rows are in pairs than in the whole other table; those of a pair may be gone.
            let found = try rows([.compare(other, .isNotNull, [])], [own, other], in: pairs, permissions: nil)
            let others = values(other, of: found, in: pairs)
            let there = try read([Self.any("$id", of: others)], nil, in: join.table, permissions: nil)
            let ids = Set(there.compactMap(\.string))
            let owners = zip(values(own, of: found, in: pairs), others).filter { ids.contains($1.string ?? "") }
            return Self.any("$id", of: owners.map(\.0))
        }
    }

    private static func any(_ key: String, of ids: [JSON]) -> Filter {
        var seen: Set<String> = []
        let distinct = ids.filter { id in id.string.map { seen.insert($0).inserted } ?? false }
        return distinct.isEmpty ? .or([]) : .compare(key, .equal, distinct)
    }
}
