import Storage
import Synchronization
import Values

/// A store that counts what sessions ask of it; it lends reads and nothing else.
final class AskedStore: ForwardingStore {
    let base: any DocumentStore
    private let asked = Mutex<[String]>([])

    init(_ base: any DocumentStore) {
        self.base = base
    }

    /// What was asked since the last time, but for the schema version, which calls share.
    func takeQuestions() -> [String] {
        asked.withLock { asked in
            defer { asked = [] }
            return asked
        }
    }

    fileprivate func note(_ question: String) { asked.withLock { $0.append(question) } }

    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try await base.read(within: limit) { [self] in try body(AskedSession($0, self)) }
    }
}

private struct AskedSession: ReadSession {
    private let base: any ReadSession
    private let store: AskedStore

    init(_ base: any ReadSession, _ store: AskedStore) {
        self.base = base
        self.store = store
    }

    func schemaVersion() throws -> Int64 { try base.schemaVersion() }

    func row(_ id: String, in table: TableLayout) throws -> StoredRow? {
        store.note("row of \(table.tableID)")
        return try base.row(id, in: table)
    }

    func rows(_ query: RowQuery, in table: TableLayout) throws -> [StoredRow] {
        store.note("rows of \(table.tableID)")
        return try base.rows(query, in: table)
    }

    func count(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> Int {
        store.note("count of \(table.tableID)")
        return try base.count(query, in: table, cap: cap)
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
        try base.events(after: cursor, limit: limit)
    }

    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])] {
        try base.history(before: number, limit: limit)
    }

    func news(after place: EventCursor?, limit: Int) throws -> LogNews? { try base.news(after: place, limit: limit) }

    func lastEvent() throws -> EventCursor? { try base.lastEvent() }

    func property(_ name: String) throws -> String? { try base.property(name) }
}
