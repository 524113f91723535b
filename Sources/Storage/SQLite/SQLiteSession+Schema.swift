import Values

extension SQLiteSession {
    func create(_ layout: TableLayout, indexes: [IndexLayout]) throws {
        let table = connection.table(layout)
        var columns = [
            "_seq INTEGER PRIMARY KEY AUTOINCREMENT", "_id TEXT NOT NULL UNIQUE", "_createdAt INTEGER NOT NULL",
            "_updatedAt INTEGER NOT NULL", "_permissions TEXT",
        ]
        for (index, column) in layout.columns.enumerated() {
            columns.append("\(table.columns[index]) \(Self.type(of: column))")
        }
        try connection.execute("CREATE TABLE \(table.name) (\(columns.joined(separator: ", "))) STRICT")
        if layout.databaseID != nil {
            try connection.execute(
                "CREATE TABLE \(table.permissionsName) (permission TEXT NOT NULL, row INTEGER NOT NULL, "
                    + "PRIMARY KEY (permission, row)) STRICT, WITHOUT ROWID"
            )
            for key in ["$createdAt", "$updatedAt"] {
                try create(IndexLayout(key, on: [IndexLayout.Field(key)]), in: table)
            }
        }
        for index in indexes { try create(index, in: table) }
    }

    func add(_ column: ColumnLayout, to layout: TableLayout) throws {
        let table = connection.table(layout)
        guard try !columns(of: table).contains(column.storedAs) else { return }
        try connection.execute(
            "ALTER TABLE \(table.name) ADD COLUMN \(SQLiteTable.quoted(column.storedAs)) \(Self.type(of: column))"
        )
    }

    /// Carries out a change; one that is carried out already changes nothing.
    func define(_ change: SchemaChange) throws {
        switch change {
        case .dropColumn(let column, let layout):
            let table = connection.table(layout)
            guard try columns(of: table).contains(column.storedAs) else { return }
            try connection.execute("ALTER TABLE \(table.name) DROP COLUMN \(SQLiteTable.quoted(column.storedAs))")
        case .renameColumn(let old, let new, let layout):
            let table = connection.table(layout)
            guard try columns(of: table).contains(old) else { return }
            try connection.execute(
                "ALTER TABLE \(table.name) RENAME COLUMN \(SQLiteTable.quoted(old)) TO \(SQLiteTable.quoted(new))"
            )
        case .createIndex(let index, let layout): try create(index, in: connection.table(layout))
        case .dropIndex(let key, let layout):
            let table = connection.table(layout)
            try connection.execute("DROP INDEX IF EXISTS \(table.indexName(key))")
            try dropCompanions(of: table, index: key)
        case .dropTable(let layout):
            let table = connection.table(layout)
            try dropCompanions(of: table)
            try connection.execute("DROP TABLE IF EXISTS \(table.name)")
            try connection.execute("DROP TABLE IF EXISTS \(table.permissionsName)")
        }
    }

    /// Whether a table is there with all its columns.
    func holds(_ layout: TableLayout) throws -> Bool {
        let there = try columns(of: connection.table(layout))
        return !there.isEmpty && layout.columns.allSatisfy { there.contains($0.storedAs) }
    }

    /// Makes a table of our own, or adds the columns that it lacks.
    func complete(_ system: SystemTable) throws {
        guard try !columns(of: connection.table(system.layout)).isEmpty else {
            return try create(system.layout, indexes: system.indexes)
        }
        for column in system.layout.columns { try add(column, to: system.layout) }
    }

    private func create(_ index: IndexLayout, in table: SQLiteTable) throws {
        if index.kind == .fulltext { return try createWords(index, of: table) }
        if index.kind == .spatial { return try createBoxes(index, of: table) }
        let fields = index.fields.map { field -> String in
            let column: String
            switch field.key {
            case "$id": column = "_id"
            case "$sequence": column = "_seq"
            case "$createdAt": column = "_createdAt"
            case "$updatedAt": column = "_updatedAt"
            default:
                guard let position = table.layout.position(of: field.key) else {
                    preconditionFailure("the engine indexed an unknown column")
                }
                column = table.columns[position]
            }
            return column + (field.descending ? " DESC" : "")
        }
        try connection.execute(
            "CREATE \(index.isUnique ? "UNIQUE " : "")INDEX IF NOT EXISTS \(table.indexName(index.key)) "
                + "ON \(table.name) (\(fields.joined(separator: ", ")))"
        )
    }

    private func columns(of table: SQLiteTable) throws -> Set<String> {
        let statement = try connection.statement("SELECT name FROM pragma_table_info(?1)")
        try statement.bind(SQLiteTable.plainName(table.layout), at: 1)
        var names: Set<String> = []
        while try statement.step() { names.insert(statement.text(0)) }
        return names
    }

    private static func type(of column: ColumnLayout) -> String {
        if column.isArray { return "TEXT" }
        return switch column.kind {
        case .text, .json, .geometry: "TEXT"
        case .integer, .boolean, .datetime: "INTEGER"
        case .double: "REAL"
        }
    }
}
