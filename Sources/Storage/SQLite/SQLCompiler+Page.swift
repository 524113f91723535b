import Values

/// A statement that reads a page or a part of one. The limit is its last parameter unless there is an offset.
struct CompiledPage {
    var sql: String
    var parameters: [SQLValue]

    mutating func limit(to count: Int) { parameters[parameters.count - 1] = .integer(Int64(count)) }
}

extension SQLCompiler {
    /// Compiles a page. More than one statement comes back where one would keep SQLite from using an index: after a
    /// value in descending order come smaller values and then nulls, which no single index range covers.
    ///
    /// - Parameter few: whether the permissions of the query match few rows, which then lead the search.
    static func page(
        _ query: RowQuery,
        in table: SQLiteTable,
        few: Bool,
        joins: [SQLiteJoin] = []
    ) -> [CompiledPage] {
        var orders = query.orders
        if query.position?.isBackward == true {
            orders = orders.map { Query.Order($0.field, descending: !$0.descending) }
        }
        guard let position = query.position else { return [page(query, orders, table, few, joins) { _ in nil }] }
        if let first = orders.first, first.descending, orders.count == 2, !first.field.hasPrefix("$"), query.offset == 0
        {
            return [
                page(query, orders, table, few, joins) { $0.afterOne(orders, position.values) },
                page(query, orders, table, few, joins) { $0.nullsOf(orders[0]) },
            ]
        }
        return [page(query, orders, table, few, joins) { $0.after(orders, position.values) }]
    }

    private static func page(
        _ query: RowQuery,
        _ orders: [Query.Order],
        _ table: SQLiteTable,
        _ few: Bool,
        _ joins: [SQLiteJoin],
        _ place: (inout SQLCompiler) -> String?
    ) -> CompiledPage {
        var compiler = SQLCompiler(table, joins)
        var sql = "SELECT \(table.selection(query.columns)) FROM \(table.name) t WHERE "
        sql += compiler.matching(query, few: few)
        if let place = place(&compiler) { sql += " AND " + place }
        sql += " ORDER BY " + orders.map { compiler.name($0) + ($0.descending ? " DESC" : "") }.joined(separator: ", ")
        sql += " LIMIT \(compiler.mark(.integer(Int64(query.limit))))"
        if query.offset > 0 { sql += " OFFSET \(compiler.mark(.integer(Int64(query.offset))))" }
        return CompiledPage(sql: sql, parameters: compiler.parameters)
    }

    /// Compiles the capped count of what matches.
    static func count(
        _ query: RowQuery,
        in table: SQLiteTable,
        cap: Int,
        few: Bool,
        joins: [SQLiteJoin] = []
    ) -> CompiledPage {
        var compiler = SQLCompiler(table, joins)
        let condition = compiler.matching(query, few: few)
        let limit = compiler.mark(.integer(Int64(cap)))
        return CompiledPage(
            sql: "SELECT count(*) FROM (SELECT 1 FROM \(table.name) t WHERE \(condition) LIMIT \(limit))",
            parameters: compiler.parameters
        )
    }

    /// Compiles the question how many rows these permissions open, counted up to `cap`.
    static func permitted(_ permissions: [String], in table: SQLiteTable, cap: Int) -> CompiledPage {
        var compiler = SQLCompiler(table)
        let marks = permissions.map { compiler.mark(.text($0)) }.joined(separator: ", ")
        return CompiledPage(
            sql: "SELECT count(*) FROM (SELECT 1 FROM \(table.permissionsName) WHERE permission IN (\(marks)) "
                + "LIMIT \(cap))",
            parameters: compiler.parameters
        )
    }

    private mutating func matching(_ query: RowQuery, few: Bool) -> String {
        let condition = condition(query.filters)
        guard let permissions = query.permissions else { return condition }
        return "\(condition) AND \(opened(by: permissions, leading: few))"
    }

    /// Whether these permissions open the row at this place.
    mutating func opened(by permissions: [String], leading: Bool) -> String {
        let marks = permissions.map { mark(.text($0)) }.joined(separator: ", ")
        return leading
            ? "\(alias)._seq IN (SELECT row FROM \(table.permissionsName) WHERE permission IN (\(marks)))"
            : "EXISTS (SELECT 1 FROM \(table.permissionsName) p WHERE p.permission IN (\(marks)) AND p.row = \(alias)._seq)"
    }

    private func name(_ order: Query.Order) -> String {
        guard let (expression, _) = table.field(order.field) else {
            preconditionFailure("the engine bound an order to an unknown column")
        }
        return expression
    }

    private mutating func operand(_ order: Query.Order, _ value: JSON) -> String {
        mark(SQLValue(scalar: value, table.field(order.field)!.column.kind))
    }

    private mutating func nullsOf(_ order: Query.Order) -> String { "\(name(order)) IS NULL" }

    /// Rows after a place in the order of one column and a tie-break, nulls of the column left out.
    private mutating func afterOne(_ orders: [Query.Order], _ values: [JSON]) -> String {
        let (first, second) = (name(orders[0]), name(orders[1]))
        let (one, two) = (operand(orders[0], values[0]), operand(orders[1], values[1]))
        if orders[0].descending == orders[1].descending {
            return "(\(first), \(second)) \(orders[0].descending ? "<" : ">") (\(one), \(two))"
        }
        let (strict, loose) = orders[0].descending ? ("<", "<=") : (">", ">=")
        return "\(first) \(loose) \(one) AND (\(first) \(strict) \(one) OR \(second) "
            + "\(orders[1].descending ? "<" : ">") \(two))"
    }

    /// Rows after a place in any order.
    private mutating func after(_ orders: [Query.Order], _ values: [JSON]) -> String {
        if orders.count == 1 {
            return "\(name(orders[0])) \(orders[0].descending ? "<" : ">") \(operand(orders[0], values[0]))"
        }
        if orders.count == 2, !orders[0].descending || orders[0].field.hasPrefix("$") {
            return afterOne(orders, values)
        }
        if orders.allSatisfy({ !$0.descending }) {
            let names = orders.map { name($0) }.joined(separator: ", ")
            let marks = zip(orders, values).map { operand($0, $1) }.joined(separator: ", ")
            return "(\(names)) > (\(marks))"
        }
        let marks = zip(orders, values).map { operand($0, $1) }
        var alternatives: [String] = []
        for (index, order) in orders.enumerated() {
            var parts = (0..<index).map { "\(name(orders[$0])) = \(marks[$0])" }
            let field = name(order)
            if !order.descending {
                parts.append("\(field) > \(marks[index])")
            } else if order.field.hasPrefix("$") {
                parts.append("\(field) < \(marks[index])")
            } else {
                parts.append("(\(field) < \(marks[index]) OR \(field) IS NULL)")
            }
            alternatives.append("(" + parts.joined(separator: " AND ") + ")")
        }
        return "(" + alternatives.joined(separator: " OR ") + ")"
    }
}
