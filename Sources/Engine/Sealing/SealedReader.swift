import Storage
import Values

/// A session that opens sealed values as it reads them.
class SealedReader: ReadSession {
    let base: any ReadSession
    let keys: Keyring

    init(_ base: any ReadSession, _ keys: Keyring) {
        self.base = base
        self.keys = keys
    }

    func schemaVersion() throws -> Int64 { try base.schemaVersion() }

    func row(_ id: String, in table: TableLayout) throws -> StoredRow? {
        guard var row = try base.row(id, in: table) else { return nil }
        if isSealed(table) { try open(&row, table) }
        return row
    }

    func versionedRow(_ id: String, in table: TableLayout) throws -> (version: Int64, row: StoredRow?) {
        var (version, row) = try base.versionedRow(id, in: table)
        if row != nil, isSealed(table) { try open(&row!, table) }
        return (version, row)
    }

    func rows(_ query: RowQuery, in table: TableLayout) throws -> [StoredRow] {
        var rows = try base.rows(query, in: table)
        if isSealed(table) { for index in rows.indices { try open(&rows[index], table) } }
        return rows
    }

    func count(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> Int {
        try base.count(query, in: table, cap: cap)
    }

    func estimatedCount(in table: TableLayout) throws -> Int { try base.estimatedCount(in: table) }

    func duplicates(of fields: [String], in table: TableLayout) throws -> Contradiction {
        try base.duplicates(of: fields, in: table)
    }

    func plan(_ query: RowQuery, in table: TableLayout) throws -> PagePlan { try base.plan(query, in: table) }

    func examine(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> PageExamination {
        try base.examine(query, in: table, cap: cap)
    }

    func events(after cursor: EventCursor?, limit: Int) throws -> [LoggedEvent] {
        try base.events(after: cursor, limit: limit).map { event in
            LoggedEvent(cursor: event.cursor, record: EventSecrets.opened(event.record, self))
        }
    }

    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])] {
        try base.history(before: number, limit: limit).map { ($0.number, EventSecrets.opened($0.record, self)) }
    }

    func news(after place: EventCursor?, limit: Int) throws -> LogNews? {
        guard let news = try base.news(after: place, limit: limit) else { return nil }
        return LogNews(records: news.records.map { EventSecrets.opened($0, self) }, end: news.end)
    }

    func lastEvent() throws -> EventCursor? { try base.lastEvent() }

    func property(_ name: String) throws -> String? { try base.property(name) }

    private func isSealed(_ table: TableLayout) -> Bool {
        !table.sealedColumns.isEmpty || table === SystemTables.staged
    }

    /// Opens what a row holds; called for tables with sealed values.
    func open(_ row: inout StoredRow, _ table: TableLayout) throws {
        if table === SystemTables.staged { return try StagedSeal.open(&row, self) }
        for position in table.sealedColumns {
            let column = table.columns[position]
            row.values[position] = try ColumnSeal(table, column, row.id).open(row.values[position], self)
        }
    }

    /// The key that a text was sealed with.
    func key(_ fingerprint: String) throws -> ProjectKey {
        try keys.opening(fingerprint, base)
    }
}
