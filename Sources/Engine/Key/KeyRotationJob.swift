import Storage
import Values

/// Seals every encrypted value of a project anew, table by table and page by page. Each page is written together with
/// the note of how far the work is, so that one which was interrupted goes on where it was.
enum KeyRotationJob {
    static let kind = "key.change"

    /// How far the work is.
    struct Place: Equatable {
        /// The lasting id of the table, and the sequence of its last row that is done.
        var table = ""
        var sequence = "0"
        var rows = 0

        private static let property = "keyChangePlace"
        /// Stands for the place before every table; it sorts before every id.
        private static let start = "-"

        init() {}

        init(in session: any ReadSession) throws {
            let parts = try session.property(Self.property)?.split(separator: " ").map(String.init) ?? []
            guard parts.count == 3 else { return }
            (table, sequence, rows) = (parts[0], parts[1], Int(parts[2]) ?? 0)
        }

        func save(_ session: any WriteSession) throws {
            try session.set(property: Self.property, to: "\(table.isEmpty ? Self.start : table) \(sequence) \(rows)")
        }
    }

    static func begin(at now: Timestamp, id: String, in session: any WriteSession) throws {
        try Place().save(session)
        _ = try JobQueue.add(Job(kind: kind, payload: [:]), at: now, id: id, to: session)
    }

    /// The id of the job, unless it has failed for good.
    static func pending(in session: any ReadSession) throws -> String? { try find("pending", session)?.id }

    /// Why the job has failed for good.
    static func failure(in session: any ReadSession) throws -> String? {
        try find("dead", session).map { Record($0, SystemTables.jobs).string("error") }
    }

    /// Lets a job that has failed for good try again.
    static func revive(at now: Timestamp, in session: any WriteSession) throws {
        guard let row = try find("dead", session) else { return }
        try JobQueue.revive(row.id, at: now, in: session)
    }

    private static func find(_ state: String, _ session: any ReadSession) throws -> StoredRow? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("kind", .equal, [.string(kind)]), .compare("state", .equal, [.string(state)])]
        return try session.rows(query, in: SystemTables.jobs).first
    }

    static func handler(_ keys: Keyring) -> JobHandler {
        JobHandler(
            kind: kind,
            canPerform: { session in
                do { try keys.checkChange(session) } catch is AppError { return false }
                return true
            }
        ) { run in try await perform(run, keys) }
    }

    private static func perform(_ run: JobRun, _ keys: Keyring) async throws {
        let addresses = try await run.store.read { try tables(in: $0) }
        for address in addresses {
            while try await run.store.write(grouped: false, { try page(of: address, keys, $0) }) {
                CrashPoint.reach("key.page")
            }
        }
        try await run.end { session in
            guard let change = try Keyring.situation(in: session).change else { return }
            let new = try keys.opening(change.new, session)
            try StagedSeal.change(to: new, session, keys)
            try session.set(property: Keyring.property, to: change.new)
            try session.set(property: KeyChange.property, to: "")
            try session.bumpSchemaVersion()
        }
    }

    /// A table by its lasting id and where it is. One of our own is in no database.
    private struct Address: Sendable {
        var uid: String
        var database: String?
        var table: String

        /// nil when the table is gone.
        func layout(in session: any ReadSession) throws -> TableLayout? {
            guard let database else { return SystemTables.all.first { $0.layout.tableID == table }?.layout }
            let found = try SchemaReader(session: session).table(table, in: database)
            return found?.uid == uid ? found?.layout : nil
        }
    }

    /// The tables that hold sealed values, in the order in which they are worked on.
    private static func tables(in session: any ReadSession) throws -> [Address] {
        let own = SystemTables.all.map(\.layout).filter { !$0.sealedColumns.isEmpty }
            .map { Address(uid: "/\($0.tableID)", database: nil, table: $0.tableID) }
        let tables = try SchemaReader(session: session).tables(in: nil).filter { !$0.layout.sealedColumns.isEmpty }
            .map { Address(uid: $0.uid, database: $0.databaseID, table: $0.id) }
        return (own + tables).sorted { $0.uid < $1.uid }
    }

    /// Works on one page.
    /// - Returns: false once the table is done, or gone.
    private static func page(of address: Address, _ keys: Keyring, _ session: any WriteSession) throws -> Bool {
        var place = try Place(in: session)
        guard place.table <= address.uid, let change = try Keyring.situation(in: session).change,
            let table = try address.layout(in: session)
        else { return false }
        if place.table != address.uid { (place.table, place.sequence) = (address.uid, "0") }
        let rows = try read(table, after: place.sequence, session)
        guard let last = rows.last else { return false }
        let opener = SealedReader(session, keys)
        let new = try keys.opening(change.new, session)
        for row in rows {
            var change = RowChange(updatedAt: row.updatedAt, values: [])
            for position in table.sealedColumns {
                let seal = ColumnSeal(table, table.columns[position], row.id)
                guard let sealed = seal.sealed(row.values[position]), sealed.fingerprint != new.fingerprint else {
                    continue
                }
                let clear = try seal.open(row.values[position], opener)
                change.values.append((position, try seal.close(clear, keys, by: new)))
            }
            if !change.values.isEmpty { _ = try session.update(row.id, change, in: table) }
        }
        place.sequence = last.sequence
        place.rows += rows.count
        try place.save(session)
        return true
    }

    private static func read(_ table: TableLayout, after sequence: String, _ session: any WriteSession) throws
        -> [StoredRow]
    {
        var query = RowQuery(limit: 500)
        query.maximumBytes = 8 << 20
        query.position = RowQuery.Position(values: [.string(sequence)], isBackward: false)
        while true {
            do { return try session.rows(query, in: table) } catch let error as StoreError
                where error.kind == .tooLarge && query.limit > 1
            {
                query.limit = max(1, query.limit / 4)
            }
        }
    }
}
