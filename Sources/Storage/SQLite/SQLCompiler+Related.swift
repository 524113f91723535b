import Values

/// A join with the tables as SQLite knows them.
struct SQLiteJoin {
    let join: Join
    let table: SQLiteTable
    /// The table of pairs, where there is one.
    let pairs: SQLiteTable?
    /// Whether so few related rows match that they should lead the search.
    var leads = false
}

extension SQLCompiler {
    /// Whether a related row matches. When few do, their ids come first and an index finds the rows beside them;
    /// otherwise each candidate of the page is looked at, in the order of the page.
    mutating func related(_ join: SQLiteJoin, _ filters: [Filter], _ number: Int) -> String {
        let (outer, row, pair) = ((table, alias), "r\(number)", "p\(number)")
        func own(_ key: String) -> String { outer.0.field(key, of: outer.1)!.expression }
        func other(_ key: String) -> String { join.table.field(key, of: row)!.expression }
        (table, alias) = (join.table, row)
        var condition = condition(filters)
        if let permissions = join.join.permissions {
            condition += " AND " + opened(by: permissions, leading: false)
        }
        (table, alias) = outer
        let from = "FROM \(join.table.name) \(row)"
        switch join.join.path {
        case .holds(let key):
            return join.leads
                ? "\(own(key)) IN (SELECT \(row)._id \(from) WHERE \(condition))"
                : "EXISTS (SELECT 1 \(from) WHERE \(row)._id = \(own(key)) AND \(condition))"
        case .heldBy(let key):
            return join.leads
                ? "\(alias)._id IN (SELECT \(other(key)) \(from) WHERE \(other(key)) IS NOT NULL AND \(condition))"
                : "EXISTS (SELECT 1 \(from) WHERE \(other(key)) = \(alias)._id AND \(condition))"
        case .pairs(_, let ownKey, let otherKey):
            let pairs = join.pairs!
            let (mine, theirs) = (
                pairs.field(ownKey, of: pair)!.expression, pairs.field(otherKey, of: pair)!.expression
            )
            return join.leads
                ? "\(alias)._id IN (SELECT \(mine) FROM \(pairs.name) \(pair) WHERE \(theirs) IN "
                    + "(SELECT \(row)._id \(from) WHERE \(condition)))"
                : "EXISTS (SELECT 1 FROM \(pairs.name) \(pair) CROSS JOIN \(join.table.name) \(row) "
                    + "WHERE \(mine) = \(alias)._id AND \(row)._id = \(theirs) AND \(condition))"
        }
    }

    /// Compiles the question how many related rows match, counted up to `cap`.
    static func relatedCount(_ filters: [Filter], _ number: Int, _ joins: [SQLiteJoin], cap: Int) -> CompiledPage {
        var compiler = SQLCompiler(joins[number].table, joins)
        var condition = compiler.condition(filters)
        if let permissions = joins[number].join.permissions {
            condition += " AND " + compiler.opened(by: permissions, leading: false)
        }
        return CompiledPage(
            sql: "SELECT count(*) FROM (SELECT 1 FROM \(joins[number].table.name) t WHERE \(condition) LIMIT \(cap))",
            parameters: compiler.parameters
        )
    }
}

extension SQLiteSession {
    /// The joins of a query, with those in front whose rows are few.
    func joins(of query: RowQuery) throws -> [SQLiteJoin] {
        if query.joins.isEmpty { return [] }
        var joins = query.joins.map { join in
            var pairs: SQLiteTable?
            if case .pairs(let layout, _, _) = join.path { pairs = connection.table(layout) }
            return SQLiteJoin(join: join, table: connection.table(join.table), pairs: pairs)
        }
        let cap = 200
        for case .related(let number, let filters) in query.filters where !filters.isEmpty {
            let matching = Int(try integer(SQLCompiler.relatedCount(filters, number, joins, cap: cap)))
            // When more than one in twenty match, the page is full before long.
            guard matching < cap else { continue }
            joins[number].leads = try matching * 20 <= estimatedCount(in: query.joins[number].table)
        }
        return joins
    }
}
