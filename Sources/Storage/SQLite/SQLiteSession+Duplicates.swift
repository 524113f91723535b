extension SQLiteSession {
    func duplicates(of fields: [String], in layout: TableLayout) throws -> Contradiction {
        let table = connection.table(layout)
        let columns = fields.compactMap { table.field($0)?.expression }
        let list = columns.joined(separator: ", ")
        let present = columns.map { "\($0) IS NOT NULL" }.joined(separator: " AND ")
        let groups = "FROM \(table.name) t WHERE \(present) GROUP BY \(list) HAVING count(*) > 1"
        let total = try integer(
            CompiledPage(sql: "SELECT coalesce(sum(n), 0) FROM (SELECT count(*) n \(groups))", parameters: [])
        )
        let statement = try connection.statement(
            "SELECT t._id FROM \(table.name) t WHERE (\(list)) IN (SELECT \(list) \(groups)) "
                + "ORDER BY t._seq LIMIT \(Contradiction.maximumExamples)"
        )
        var examples: [String] = []
        while try statement.step() { examples.append(statement.text(0)) }
        return Contradiction(count: Int(total), examples: examples)
    }
}
