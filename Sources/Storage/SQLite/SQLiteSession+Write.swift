import Values

extension SQLiteSession {
    func bumpSchemaVersion() throws {
        try connection.execute("UPDATE tandem_meta SET value = value + 1 WHERE key = 'schema_version'")
    }

    func insert(_ row: NewRow, into layout: TableLayout) throws -> String {
        let table = connection.table(layout)
        let statement = try connection.statement(table.insert)
        statement.bind(row.id, at: 1)
        statement.bind(row.createdAt.milliseconds, at: 2)
        statement.bind(row.updatedAt.milliseconds, at: 3)
        bind(row.permissions, at: 4, of: statement)
        for (index, column) in layout.columns.enumerated() {
            statement.bind(SQLValue(row.values[index], column), at: Int32(5 + index))
        }
        do throws(StoreError) { try statement.run() } catch {
            // A row may break both rules, and SQLite names the one whose index it checked first.
            guard error.kind == .uniqueViolation, try self.row(row.id, in: layout) != nil else { throw error }
            throw StoreError(.duplicateID, "a row with this id exists")
        }
        let sequence = connection.lastInsertedRow
        try grant(row.permissions, to: sequence, in: table)
        return String(sequence)
    }

    func update(_ id: String, _ change: RowChange, in layout: TableLayout) throws -> Bool {
        let table = connection.table(layout)
        var sets = ["_updatedAt = ?1"]
        var parameters: [SQLValue] = [.integer(change.updatedAt.milliseconds)]
        func set(_ column: String, _ value: SQLValue) {
            parameters.append(value)
            sets.append("\(column) = ?\(parameters.count)")
        }
        if let createdAt = change.createdAt { set("_createdAt", .integer(createdAt.milliseconds)) }
        for (position, value) in change.values {
            set(table.columns[position], SQLValue(value, layout.columns[position]))
        }
        var old: [String] = []
        if let permissions = change.permissions {
            guard let current = try currentPermissions(id, table) else { return false }
            old = current
            set("_permissions", permissions.isEmpty ? .null : .text(JSON(permissions).text))
        }
        parameters.append(.text(id))
        let statement = try connection.statement(
            "UPDATE \(table.name) SET \(sets.joined(separator: ", ")) WHERE _id = ?\(parameters.count) RETURNING _seq"
        )
        statement.bind(parameters)
        guard try statement.step() else { return false }
        let sequence = statement.integer(0)
        try statement.run()
        // After the row, so that a body which goes on when a unique index refused the row finds them unchanged.
        if let permissions = change.permissions, permissions != old {
            try revoke(old, of: sequence, in: table)
            try grant(permissions, to: sequence, in: table)
        }
        return true
    }

    func delete(_ id: String, from layout: TableLayout) throws -> Bool {
        let table = connection.table(layout)
        let statement = try connection.statement(table.deleteByID)
        statement.bind(id, at: 1)
        guard try statement.step() else { return false }
        let sequence = statement.integer(0)
        let permissions = statement.permissions(1)
        try statement.run()
        try revoke(permissions, of: sequence, in: table)
        return true
    }

    func append(event record: [UInt8]) throws {
        let statement = try connection.statement("INSERT INTO tandem_events (record) VALUES (?1)")
        statement.bind(text: record, at: 1)
        try statement.run()
    }

    func set(property name: String, to value: String) throws {
        let statement = try connection.statement(
            "INSERT INTO tandem_properties (name, value) VALUES (?1, ?2) "
                + "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        statement.bind(name, at: 1)
        statement.bind(value, at: 2)
        try statement.run()
    }

    private func bind(_ permissions: [String], at index: Int32, of statement: SQLiteStatement) {
        if permissions.isEmpty {
            statement.bindNull(at: index)
        } else {
            statement.bind(JSON(permissions).text, at: index)
        }
    }

    private func currentPermissions(_ id: String, _ table: SQLiteTable) throws -> [String]? {
        let statement = try connection.statement("SELECT _permissions FROM \(table.name) WHERE _id = ?1")
        statement.bind(id, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.permissions(0)
    }

    private func grant(_ permissions: [String], to sequence: Int64, in table: SQLiteTable) throws {
        try change(permissions, sequence, table.insertPermission)
    }

    private func revoke(_ permissions: [String], of sequence: Int64, in table: SQLiteTable) throws {
        try change(permissions, sequence, table.deletePermission)
    }

    private func change(_ permissions: [String], _ sequence: Int64, _ fixed: FixedStatement) throws {
        for permission in permissions {
            let statement = try connection.statement(fixed)
            statement.bind(permission, at: 1)
            statement.bind(sequence, at: 2)
            try statement.run()
        }
    }
}
