import Values

extension SQLiteSession {
    static let boxColumns = ["minX", "maxX", "minY", "maxY", "minZ", "maxZ"]

    /// Makes an R*Tree of the boxes around the shapes of a column, which triggers keep in step.
    func createBoxes(_ index: IndexLayout, of table: SQLiteTable) throws {
        let boxes = table.companionName(index.key)
        guard try companions(of: table, index: index.key).isEmpty else { return }
        let column = SQLiteTable.quoted(table.layout.columns[table.layout.position(of: index.fields[0].key)!].storedAs)
        let names = Self.boxColumns.joined(separator: ", ")
        try connection.execute("CREATE VIRTUAL TABLE \(boxes) USING rtree(id, \(names))")
        func add(_ row: String) -> String {
            let values = Self.boxColumns.indices.map { "tandem_box(\(row).\(column), \($0))" }.joined(separator: ", ")
            return "INSERT INTO \(boxes) (id, \(names)) SELECT \(row)._seq, \(values) "
        }
        func trigger(_ name: String, _ event: String, _ statements: String) throws {
            try connection.execute(
                "CREATE TRIGGER \(table.companionName(index.key, name)) AFTER \(event) BEGIN \(statements) END"
            )
        }
        let new = "WHERE tandem_box(new.\(column), 0) IS NOT NULL;"
        let remove = "DELETE FROM \(boxes) WHERE id = old._seq;"
        try trigger("insert", "INSERT ON \(table.name)", add("new") + new)
        try trigger("delete", "DELETE ON \(table.name)", remove)
        try trigger(
            "update",
            "UPDATE OF \(column) ON \(table.name) WHEN old.\(column) IS NOT new.\(column)",
            remove + " " + add("new") + new
        )
        try connection.execute(add("t") + "FROM \(table.name) t WHERE tandem_box(t.\(column), 0) IS NOT NULL")
    }
}
