import Values

extension SQLiteSession {
    func bumpSchemaVersion() throws {
        try connection.execute("UPDATE tandem_meta SET value = value + 1 WHERE key = 'schema_version'")
    }

    func insert(_ row: NewRow, into layout: TableLayout) throws -> String {
        try row.checkKept(in: layout)
        let table = connection.table(layout)
        let statement = try connection.statement(table.insert)
        try statement.bind(row.id, at: 1)
        statement.bind(row.createdAt.milliseconds, at: 2)
        statement.bind(row.updatedAt.milliseconds, at: 3)
        try bind(row.permissions, at: 4, of: statement)
        for (index, column) in layout.columns.enumerated() {
            try statement.bind(SQLValue(row.values[index], column), at: Int32(5 + index))
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
        try update(CollectionOfOne(id), change, in: layout) == 1
    }

    func update(_ ids: [String], _ change: RowChange, in layout: TableLayout) throws -> Int {
        try allOrNothing { try update(ids[...], change, in: layout) }
    }

    private func update(_ ids: some Sequence<String>, _ change: RowChange, in layout: TableLayout) throws -> Int {
        try change.checkKept(in: layout)
        let table = connection.table(layout)
        let assignments = SQLAssignments(change, table)
        let idMark = assignments.parameters.count + 1
        let sql = "UPDATE \(table.name) SET \(assignments.text) WHERE _id = ?\(idMark) RETURNING _seq"
        var count = 0
        // The order decides whether a unique index is met on the way, and the other store goes by ids.
        for id in ids.sorted() {
            var old: [String] = []
            if change.permissions != nil {
                guard let current = try currentPermissions(id, table) else { continue }
                old = current
            }
            let statement = try connection.statement(sql)
            if count == 0 { try statement.bind(assignments.parameters) }
            try statement.bind(id, at: Int32(idMark))
            guard try statement.step() else { continue }
            let sequence = statement.integer(0)
            try statement.run()
            count += 1
            // After the row, so that a body which goes on when a unique index refused the row finds them unchanged.
            if let permissions = change.permissions, permissions != old {
                try revoke(old, of: sequence, in: table)
                try grant(permissions, to: sequence, in: table)
            }
        }
        return count
    }

    func delete(_ id: String, from layout: TableLayout) throws -> Bool {
        let table = connection.table(layout)
        let statement = try connection.statement(table.deleteByID)
        try statement.bind(id, at: 1)
        guard try statement.step() else { return false }
        let sequence = statement.integer(0)
        let permissions = statement.permissions(1)
        try statement.run()
        try revoke(permissions, of: sequence, in: table)
        return true
    }

    func delete(_ ids: [String], from layout: TableLayout) throws -> Int {
        try ids.reduce(0) { count, id in try delete(id, from: layout) ? count + 1 : count }
    }

    /// Undoes what `body` did when it throws, so that a body of the caller may go on.
    private func allOrNothing<R>(_ body: () throws -> R) throws -> R {
        try connection.execute("SAVEPOINT many")
        do {
            let result = try body()
            try connection.execute("RELEASE many")
            return result
        } catch {
            if connection.isInTransaction {
                try connection.execute("ROLLBACK TO many")
                try connection.execute("RELEASE many")
            }
            throw error
        }
    }

    func append(event record: [UInt8]) throws {
        let statement = try connection.statement("INSERT INTO tandem_events (record) VALUES (?1)")
        try statement.bind(text: record, at: 1)
        try statement.run()
    }

    func set(property name: String, to value: String) throws {
        let statement = try connection.statement(
            "INSERT INTO tandem_properties (name, value) VALUES (?1, ?2) "
                + "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
        )
        try statement.bind(name, at: 1)
        try statement.bind(value, at: 2)
        try statement.run()
    }

    private func bind(_ permissions: [String], at index: Int32, of statement: SQLiteStatement) throws {
        if permissions.isEmpty {
            statement.bindNull(at: index)
        } else {
            try statement.bind(JSON(permissions).text, at: index)
        }
    }

    private func currentPermissions(_ id: String, _ table: SQLiteTable) throws -> [String]? {
        let statement = try connection.statement("SELECT _permissions FROM \(table.name) WHERE _id = ?1")
        try statement.bind(id, at: 1)
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
            try statement.bind(permission, at: 1)
            statement.bind(sequence, at: 2)
            try statement.run()
        }
    }
}
