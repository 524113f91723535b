import Values

/// Reads through one connection. Lives only inside a scope of ``SQLiteStore``.
final class SQLiteSession: WriteSession {
    let connection: SQLiteConnection
    /// Whether the store knows how to tell that something was committed since.
    var isWatched = false

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    func schemaVersion() throws -> Int64 {
        let statement = try connection.statement(connection.schemaVersion)
        guard try statement.step() else { throw StoreError(.damaged, "the schema version is missing from the store") }
        defer { statement.reset() }
        return statement.integer(0)
    }

    func row(_ id: String, in layout: TableLayout) throws -> StoredRow? {
        let table = connection.table(layout)
        let statement = try connection.statement(table.selectByID)
        try statement.bind(id, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.row(layout, nil)
    }

    func rows(_ query: RowQuery, in layout: TableLayout) throws -> [StoredRow] {
        let table = connection.table(layout)
        try checkExclusions(query, table)
        var result: [StoredRow] = []
        var bytes = 0
        let (few, joins) = (try opensFew(query, table), try joins(of: query))
        for (index, page) in SQLCompiler.page(query, in: table, few: few, joins: joins).enumerated() {
            var page = page
            if index > 0 {
                guard result.count < query.limit else { break }
                page.limit(to: query.limit - result.count)
            }
            let statement = try connection.statement(page.sql)
            try statement.bind(page.parameters)
            while try statement.step() {
                let row = statement.row(layout, query.columns)
                bytes += row.footprint
                guard bytes <= query.maximumBytes else {
                    statement.reset()
                    throw StoreError(.tooLarge, "the page has more than \(query.maximumBytes) bytes")
                }
                result.append(row)
            }
        }
        if query.position?.isBackward == true { result.reverse() }
        return result
    }

    func count(_ query: RowQuery, in layout: TableLayout, cap: Int) throws -> Int {
        let table = connection.table(layout)
        try checkExclusions(query, table)
        let (few, joins) = (try opensFew(query, table), try joins(of: query))
        return Int(try integer(SQLCompiler.count(query, in: table, cap: cap, few: few, joins: joins)))
    }

    func estimatedCount(in layout: TableLayout) throws -> Int {
        let name = connection.table(layout).name
        let page = CompiledPage(
            sql: "SELECT coalesce((SELECT max(_seq) FROM \(name)) - (SELECT min(_seq) FROM \(name)) + 1, 0)",
            parameters: []
        )
        return Int(try integer(page))
    }

    func events(after cursor: EventCursor?, limit: Int) throws -> [LoggedEvent] {
        let statement = try connection.statement(
            "SELECT seq, record FROM tandem_events WHERE seq > ?1 ORDER BY seq LIMIT ?2"
        )
        var place: Int64?
        if let cursor {
            guard let number = Int64(cursor.text) else { throw StoreError.historyIsLost }
            place = number
        }
        statement.bind(place ?? 0, at: 1)
        statement.bind(Int64(limit), at: 2)
        var result: [LoggedEvent] = []
        var first: Int64?
        while try statement.step() {
            let number = statement.integer(0)
            first = first ?? number
            result.append(LoggedEvent(cursor: EventCursor(String(number)), record: Array(statement.bytes(1))))
        }
        if let place, limit > 0 { try checkReach(of: place, next: first) }
        return result
    }

    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])] {
        let statement = try connection.statement(
            "SELECT seq, record FROM tandem_events WHERE seq < ?1 ORDER BY seq DESC LIMIT ?2"
        )
        statement.bind(number ?? .max, at: 1)
        statement.bind(Int64(limit), at: 2)
        var result: [(number: Int64, record: [UInt8])] = []
        while try statement.step() { result.append((statement.integer(0), Array(statement.bytes(1)))) }
        return result
    }

    func lastEvent() throws -> EventCursor? {
        let statement = try connection.statement("SELECT max(seq) FROM tandem_events")
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.isNull(0) ? nil : EventCursor(String(statement.integer(0)))
    }

    func news(after place: EventCursor?, limit: Int) throws -> LogNews? {
        guard let place else { return LogNews(records: [], end: try lastEvent() ?? EventCursor("0")) }
        let found: [LoggedEvent]
        do { found = try events(after: place, limit: limit + 1) } catch let error as StoreError
            where error.kind == .historyLost
        {
            return nil
        }
        guard found.count <= limit else { return nil }
        return LogNews(records: found.map(\.record), end: found.last?.cursor ?? place)
    }

    func property(_ name: String) throws -> String? {
        let statement = try connection.statement("SELECT value FROM tandem_properties WHERE name = ?1")
        try statement.bind(name, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return statement.text(0)
    }

    /// When few rows are open to the caller they lead the search, otherwise each candidate is checked.
    func opensFew(_ query: RowQuery, _ table: SQLiteTable) throws -> Bool {
        guard let permissions = query.permissions else { return false }
        let cap = 1000
        return try integer(SQLCompiler.permitted(permissions, in: table, cap: cap)) < cap
    }

    func integer(_ page: CompiledPage) throws -> Int64 {
        let statement = try connection.statement(page.sql)
        try statement.bind(page.parameters)
        guard try statement.step() else { throw StoreError(.internalFault, "a count answered nothing") }
        defer { statement.reset() }
        return statement.integer(0)
    }
}
