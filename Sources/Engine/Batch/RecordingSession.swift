import Storage
import Values

/// A session that writes through another one and keeps account of what changes.
final class RecordingSession: WriteSession {
    private let inner: any WriteSession
    private let jobs: JobRunner
    /// What happened so far.
    private(set) var effects: [Effect] = []
    /// Records of the event log so far.
    private(set) var events: [[UInt8]] = []
    /// What is destroyed since the last ``takeLosses()``, by what it is, in the order in which it was met.
    private var losses: [Loss] = []
    private var tableNames: [String: String] = [:]

    /// - Parameter jobs: knows what jobs will destroy once they are carried out.
    init(_ inner: any WriteSession, _ jobs: JobRunner) {
        self.inner = inner
        self.jobs = jobs
    }

    /// What was destroyed since this was asked before.
    func takeLosses() -> [Loss] {
        defer { losses = [] }
        return losses
    }

    private func note(_ kind: String, _ action: String, _ target: String, _ count: Int = 1) {
        guard count > 0 else { return }
        let same = effects.firstIndex { $0.kind == kind && $0.action == action && $0.target == target }
        if let same {
            effects[same].count += count
        } else {
            effects.append(Effect(kind: kind, action: action, target: target, count: count))
        }
    }

    private func note(_ loss: Loss) {
        if let same = losses.firstIndex(where: { $0.what == loss.what }) {
            losses[same].count += loss.count
        } else {
            losses.append(loss)
        }
    }

    // MARK: Reading

    func schemaVersion() throws -> Int64 { try inner.schemaVersion() }
    func row(_ id: String, in table: TableLayout) throws -> StoredRow? { try inner.row(id, in: table) }
    func rows(_ query: RowQuery, in table: TableLayout) throws -> [StoredRow] { try inner.rows(query, in: table) }
    func estimatedCount(in table: TableLayout) throws -> Int { try inner.estimatedCount(in: table) }
    func lastEvent() throws -> EventCursor? { try inner.lastEvent() }
    func news(after place: EventCursor?, limit: Int) throws -> LogNews? { try inner.news(after: place, limit: limit) }
    func property(_ name: String) throws -> String? { try inner.property(name) }

    func count(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> Int {
        try inner.count(query, in: table, cap: cap)
    }

    func duplicates(of fields: [String], in table: TableLayout) throws -> Contradiction {
        try inner.duplicates(of: fields, in: table)
    }

    func plan(_ query: RowQuery, in table: TableLayout) throws -> PagePlan { try inner.plan(query, in: table) }

    func examine(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> PageExamination {
        try inner.examine(query, in: table, cap: cap)
    }

    func events(after cursor: EventCursor?, limit: Int) throws -> [LoggedEvent] {
        try inner.events(after: cursor, limit: limit)
    }

    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])] {
        try inner.history(before: number, limit: limit)
    }

    // MARK: Writing

    func bumpSchemaVersion() throws { try inner.bumpSchemaVersion() }
    func add(_ column: ColumnLayout, to table: TableLayout) throws { try inner.add(column, to: table) }
    func set(property name: String, to value: String) throws { try inner.set(property: name, to: value) }

    func create(_ table: TableLayout, indexes: [IndexLayout]) throws { try inner.create(table, indexes: indexes) }

    func append(event record: [UInt8]) throws {
        try inner.append(event: record)
        events.append(record)
    }

    func insert(_ row: NewRow, into table: TableLayout) throws -> String {
        let sequence = try inner.insert(row, into: table)
        if table === SystemTables.jobs {
            try noteJob(row)
        } else if table === IdentityTables.outbox {
            note("mail", "send", row.values[table.position(of: "recipient")!].string ?? "")
        } else if table === WebhookTables.deliveries {
            note("webhook", "deliver", row.values[table.position(of: "webhookId")!].string ?? "")
        } else if let target = try target(row.id, row.values, in: table) {
            note(kind(of: table), "create", target)
        }
        return sequence
    }

    func update(_ id: String, _ change: RowChange, in table: TableLayout) throws -> Bool {
        // A table's own date moves with its columns; that alone is worth no line.
        let isSeen = table !== SystemTables.jobs && (table.databaseID != nil || !change.values.isEmpty)
        guard isSeen else { return try inner.update(id, change, in: table) }
        let target = try target(id, in: table)
        guard try inner.update(id, change, in: table) else { return false }
        if let target { note(kind(of: table), "update", target) }
        return true
    }

    func delete(_ id: String, from table: TableLayout) throws -> Bool {
        let target = table === SystemTables.jobs ? nil : try target(id, in: table)
        guard try inner.delete(id, from: table) else { return false }
        if let target {
            note(kind(of: table), "delete", target)
            note(Loss(what(table), 1))
        }
        return true
    }

    /// Many rows at once are rows of one table of a caller's or of people, or pairs of one relation.
    func update(_ ids: [String], _ change: RowChange, in table: TableLayout) throws -> Int {
        let count = try inner.update(ids, change, in: table)
        if let target = try target("", [], in: table) { note(kind(of: table), "update", target, count) }
        return count
    }

    func delete(_ ids: [String], from table: TableLayout) throws -> Int {
        let count = try inner.delete(ids, from: table)
        if let target = try target("", [], in: table) { note(kind(of: table), "delete", target, count) }
        note(Loss(what(table), count))
        return count
    }

    // MARK: Names

    private func kind(of table: TableLayout) -> String {
        table.databaseID == nil && !Self.isOfPeople(table) ? "schema" : "row"
    }

    /// Whether it is one of the tables of users, teams and settings, whose rows are known by their table.
    private static func isOfPeople(_ table: TableLayout) -> Bool { people.contains(ObjectIdentifier(table)) }

    /// Counting how often somebody has called is no effect.
    private static let people = Set(
        (IdentityTables.all + WebhookTables.all).map(\.layout).filter { $0 !== IdentityTables.limits }
            .map { ObjectIdentifier($0) }
    )

    /// What rows of a table are to a caller, in the plural.
    private func what(_ table: TableLayout) -> String {
        if table.databaseID == nil { return table.tableID }
        return Pairs.are(in: table) ? "links" : "rows"
    }

    private func noteJob(_ row: NewRow) throws {
        let values = row.values
        func value(_ key: String) -> JSON { values[SystemTables.jobs.position(of: key)!] }
        let job = Job(kind: value("kind").string ?? "", payload: value("payload"))
        let place = [job.payload["databaseId"]?.string, job.payload["tableId"]?.string].compactMap { $0 }
        note("job", job.kind, place.joined(separator: "/"))
        for loss in try jobs.losses(of: job, in: inner) {
            note(loss)
            if loss.what == "rows" { note("row", "delete", place.joined(separator: "/"), loss.count) }
        }
    }

    private func target(_ id: String, in table: TableLayout) throws -> String? {
        if table === SystemTables.columns || table === SystemTables.indexes {
            guard let row = try inner.row(id, in: table) else { return nil }
            return try target(id, row.values, in: table)
        }
        return try target(id, [], in: table)
    }

    /// What a caller knows the thing by that a row stands for; nil for what has no name of its own.
    private func target(_ id: String, _ values: [JSON], in table: TableLayout) throws -> String? {
        // A pair is known by the relation that it belongs to.
        if Pairs.are(in: table) { return try target(table.incarnation, in: SystemTables.columns) }
        if let database = table.databaseID { return "\(database)/\(table.tableID)" }
        if Self.isOfPeople(table) { return table.tableID }
        if table === SystemTables.databases || table === SystemTables.tables { return id }
        guard table === SystemTables.columns || table === SystemTables.indexes else { return nil }
        if table === SystemTables.columns, Relation(values[table.position(of: "relation")!])?.isHidden == true {
            return nil
        }
        let key = values[table.position(of: "key")!].string ?? ""
        let uid = values[table.position(of: "table")!].string ?? ""
        if let known = tableNames[uid] { return "\(known)/\(key)" }
        var query = RowQuery(limit: 1)
        query.filters = [.compare("uid", .equal, [.string(uid)])]
        guard let name = try inner.rows(query, in: SystemTables.tables).first?.id else { return nil }
        tableNames[uid] = name
        return "\(name)/\(key)"
    }
}

/// So many things of a kind that are destroyed.
struct Loss: Sendable, Equatable {
    /// In the plural: `rows`, `tables`.
    var what: String
    var count: Int

    init(_ what: String, _ count: Int) {
        self.what = what
        self.count = count
    }
}
