import Storage
import Values

/// A session that seals values of encrypted columns as it writes them, and their copies in the event log.
final class SealedWriter: SealedReader, WriteSession {
    private let writer: any WriteSession
    /// The encrypted columns of the tables whose rows were written, by database and table.
    private var written: [EventSecrets.Place: Set<String>] = [:]

    /// False once this session itself changed the schema.
    private var seesCommittedSchema = true
    /// Whether nothing may be left behind, not even a key.
    private let isRehearsal: Bool
    /// Stands in a rehearsal for the key that would have been made.
    private var passing: ProjectKey?

    init(_ base: any WriteSession, _ keys: Keyring, isRehearsal: Bool = false) {
        writer = base
        self.isRehearsal = isRehearsal
        super.init(base, keys)
    }

    func bumpSchemaVersion() throws {
        seesCommittedSchema = false
        try writer.bumpSchemaVersion()
    }

    func insert(_ row: NewRow, into table: TableLayout) throws -> String {
        if table === SystemTables.staged, let key = try keys.ready(writer, isCommitted: seesCommittedSchema) {
            return try writer.insert(StagedSeal.close(row, keys, by: key), into: table)
        }
        guard !table.sealedColumns.isEmpty else { return try writer.insert(row, into: table) }
        note(table)
        var row = row
        for position in table.sealedColumns {
            row.values[position] = try seal(row.values[position], table, position, row.id)
        }
        return try writer.insert(row, into: table)
    }

    func update(_ id: String, _ change: RowChange, in table: TableLayout) throws -> Bool {
        guard !table.sealedColumns.isEmpty else { return try writer.update(id, change, in: table) }
        note(table)
        var change = change
        for index in change.values.indices {
            let (position, value) = change.values[index]
            guard table.sealedColumns.contains(position) else { continue }
            change.values[index].value = try seal(value, table, position, id)
        }
        return try writer.update(id, change, in: table)
    }

    func delete(_ id: String, from table: TableLayout) throws -> Bool {
        if !table.sealedColumns.isEmpty { note(table) }
        return try writer.delete(id, from: table)
    }

    /// Values are sealed for their row, so each row gets a change of its own with them. What an index may refuse, which
    /// sealed values never are part of, comes before, for all rows or none.
    func update(_ ids: [String], _ change: RowChange, in table: TableLayout) throws -> Int {
        let sealed = change.values.filter { table.sealedColumns.contains($0.position) && !$0.value.isNull }
        if !table.sealedColumns.isEmpty { note(table) }
        guard !sealed.isEmpty else { return try writer.update(ids, change, in: table) }
        _ = try sealingKey()
        var plain = change
        plain.values.removeAll { value in sealed.contains { $0.position == value.position } }
        let count = try writer.update(ids, plain, in: table)
        let rest = RowChange(updatedAt: change.updatedAt, values: sealed)
        for id in ids { _ = try update(id, rest, in: table) }
        return count
    }

    func delete(_ ids: [String], from table: TableLayout) throws -> Int {
        if !table.sealedColumns.isEmpty { note(table) }
        return try writer.delete(ids, from: table)
    }

    /// Makes a table; one with encrypted columns needs the project's key from then on.
    func create(_ table: TableLayout, indexes: [IndexLayout]) throws {
        if !table.sealedColumns.isEmpty { _ = try sealingKey() }
        try writer.create(table, indexes: indexes)
    }

    func add(_ column: ColumnLayout, to table: TableLayout) throws {
        if column.seal != nil { _ = try sealingKey() }
        try writer.add(column, to: table)
    }

    func append(event record: [UInt8]) throws {
        guard !written.isEmpty else { return try writer.append(event: record) }
        try writer.append(event: try EventSecrets.sealed(record, hiding: written, keys, by: sealingKey))
    }

    func set(property name: String, to value: String) throws { try writer.set(property: name, to: value) }

    private func note(_ table: TableLayout) {
        let place = EventSecrets.Place(database: table.databaseID ?? "", table: table.tableID)
        written[place] = Set(table.sealedColumns.map { table.columns[$0].key })
    }

    private func seal(_ value: JSON, _ table: TableLayout, _ position: Int, _ row: String) throws -> JSON {
        if value.isNull { return .null }
        return try ColumnSeal(table, table.columns[position], row).close(value, keys, by: sealingKey())
    }

    private func sealingKey() throws -> ProjectKey {
        if let passing { return passing }
        if let key = try keys.sealing(writer, isCommitted: seesCommittedSchema, mayMake: !isRehearsal) { return key }
        passing = .random()
        return passing!
    }

    override func key(_ fingerprint: String) throws -> ProjectKey {
        if let passing, passing.fingerprint == fingerprint { return passing }
        return try super.key(fingerprint)
    }
}
