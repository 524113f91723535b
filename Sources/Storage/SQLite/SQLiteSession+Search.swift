import Values

extension SQLiteSession {
    /// Makes the words of a column searchable: a full-text table that keeps them without the text, which triggers keep
    /// in step within the transaction of every write.
    func createWords(_ index: IndexLayout, of table: SQLiteTable) throws {
        let words = table.companionName(index.key)
        guard try companions(of: table, index: index.key).isEmpty else { return }
        let column = SQLiteTable.quoted(table.layout.columns[table.layout.position(of: index.fields[0].key)!].storedAs)
        try connection.execute(
            "CREATE VIRTUAL TABLE \(words) USING fts5(words, content='', columnsize=0, detail=none, "
                + "tokenize=\"ascii tokenchars '\(Self.wordCharacters)'\")"
        )
        func add(_ row: String) -> String {
            "INSERT INTO \(words) (rowid, words) SELECT \(row)._seq, tandem_words(\(row).\(column)) "
        }
        // Such a table is told what it has to forget.
        func remove(_ row: String) -> String {
            "INSERT INTO \(words) (\(words), rowid, words) "
                + "SELECT 'delete', \(row)._seq, tandem_words(\(row).\(column)) "
        }
        func trigger(_ name: String, _ event: String, _ statements: String) throws {
            try connection.execute(
                "CREATE TRIGGER \(table.companionName(index.key, name)) AFTER \(event) BEGIN \(statements) END"
            )
        }
        let (old, new) = ("WHERE old.\(column) IS NOT NULL;", "WHERE new.\(column) IS NOT NULL;")
        try trigger("insert", "INSERT ON \(table.name)", add("new") + new)
        try trigger("delete", "DELETE ON \(table.name)", remove("old") + old)
        try trigger(
            "update",
            "UPDATE OF \(column) ON \(table.name) WHEN old.\(column) IS NOT new.\(column)",
            remove("old") + old + " " + add("new") + new
        )
        try connection.execute(add("t") + "FROM \(table.name) t WHERE t.\(column) IS NOT NULL")
    }

    /// The ASCII characters of words beside letters and digits, which SQLite takes for word characters by itself.
    private static let wordCharacters = String(
        decoding: Array(1...8) + Array(14...31) + [0x5F, 0x7F] as [UInt8],
        as: UTF8.self
    )

    /// Removes the tables that stand for an index, or for all indexes, with their triggers.
    func dropCompanions(of table: SQLiteTable, index: String? = nil) throws {
        for (type, name) in try companions(of: table, index: index) {
            try connection.execute("DROP \(type) \(SQLiteTable.quoted(name))")
        }
    }

    /// The tables and triggers that stand for an index; nil: for all indexes.
    func companions(of table: SQLiteTable, index: String?) throws -> [(type: String, name: String)] {
        let statement = try connection.statement(
            "SELECT type, name FROM sqlite_schema WHERE substr(name, 1, length(?1)) = ?1 "
                + "AND (type = 'trigger' OR sql LIKE 'CREATE VIRTUAL TABLE %') ORDER BY type DESC"
        )
        try statement.bind(table.companionPrefix(index), at: 1)
        var found: [(type: String, name: String)] = []
        while try statement.step() { found.append((statement.text(0), statement.text(1))) }
        return found
    }

    /// Refuses to leave out more rows than the other store could name.
    func checkExclusions(_ query: RowQuery, _ table: SQLiteTable) throws {
        for (key, search) in query.exclusions {
            let cap = query.maximumExcluded + 1
            let count = try integer(SQLCompiler.found(key, .string(search), in: table, cap: cap))
            try query.checkExcluded(Int(count))
        }
    }
}
