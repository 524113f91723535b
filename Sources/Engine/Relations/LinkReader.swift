import Storage
import Values

/// Follows one relation from rows of a table to the related ones.
struct LinkReader {
    /// How many rows or pairs of one relation a call may touch.
    static let maximum = 5000

    private let session: any ReadSession
    private let link: Link
    private let table: Table
    private let related: Table
    private let limit: Int
    private let tooMany: (() -> AppError)?

    /// - Parameters:
    ///   - limit: how many rows or pairs are read at most.
    ///   - tooMany: what to say of more, unless they are asked for by queries.
    init(
        _ session: any ReadSession,
        _ link: Link,
        from table: Table,
        to related: Table,
        atMost limit: Int = LinkReader.maximum,
        tooMany: (() -> AppError)? = nil
    ) {
        self.session = session
        self.link = link
        self.table = table
        self.related = related
        self.limit = limit
        self.tooMany = tooMany
    }

    /// The rows that are related to these.
    ///
    /// - Parameters:
    ///   - permissions: nil for rows whatever their permissions.
    ///   - columns: what to read of them; it includes the column that holds the ids of these rows, if one does.
    /// - Throws: 400 `general_bad_request` when there are too many.
    func rows(
        of owners: [StoredRow],
        permissions: [String]? = nil,
        columns: [Int]? = nil
    ) throws -> RelatedRows.Found {
        var found = RelatedRows.Found()
        func read(_ field: String, _ ids: [String], _ limit: Int = .max) throws -> [StoredRow] {
            try self.read(field, ids, in: related.layout, permissions, columns, limit)
        }
        switch link.path {
        case .holds(let key):
            let position = table.layout.position(of: key)!
            let wanted = owners.compactMap { $0.values[position].string }
            found.rows = try read("$id", distinct(wanted))
            let index = index(of: found.rows)
            for owner in owners {
                if let row = owner.values[position].string.flatMap({ index[$0] }) { found.positions[owner.id] = [row] }
            }
        case .heldBy(let key):
            let position = related.layout.position(of: key)!
            found.rows = try read(key, owners.map(\.id), limit)
            for (row, stored) in found.rows.enumerated() {
                if let owner = stored.values[position].string { found.positions[owner, default: []].append(row) }
            }
        case .pairs:
            let pairs = try pairs(of: owners.map(\.id))
            found.rows = try read("$id", distinct(pairs.map(\.other)))
            let index = index(of: found.rows)
            for pair in pairs {
                if let row = index[pair.other] { found.positions[pair.own, default: []].append(row) }
            }
        }
        return found
    }

    /// The rows that hold the id of this one; none unless the relation is kept so.
    func holders(of owner: String) throws -> [StoredRow] {
        guard case .heldBy(let key) = link.path else { return [] }
        return try read(key, [owner], in: related.layout, nil, nil, limit)
    }

    /// A pair of ids, this side's first.
    struct Pair {
        var id: String
        var own: String
        var other: String

        fileprivate init(_ row: StoredRow, _ own: Int, _ other: Int) {
            id = row.id
            self.own = row.values[own].string ?? ""
            self.other = row.values[other].string ?? ""
        }
    }

    /// The pairs of these rows, in the order in which they were made; none unless the relation is many to many.
    private func pairs(of owners: [String]) throws -> [Pair] {
        var result: [Pair] = []
        try forEachPage(ofPairsOf: owners) { page in
            result += page
            if result.count > limit { throw refusal() }
        }
        return result
    }

    /// Reads the same, however many there are. `body` may remove them.
    func forEachPage(ofPairsOf owners: [String], _ body: ([Pair]) throws -> Void) throws {
        guard case .pairs(let layout, let own, let other) = link.path else { return }
        let (first, second) = (layout.position(of: own)!, layout.position(of: other)!)
        try forEachPage(own, owners, in: layout, nil, nil) { page in
            try body(page.map { Pair($0, first, second) })
        }
    }

    private func distinct(_ ids: [String]) -> [String] { Array(Set(ids)).sorted() }

    private func index(of rows: [StoredRow]) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1.id, $0) })
    }

    /// The rows with one of these ids in a field.
    private func read(
        _ field: String,
        _ ids: [String],
        in layout: TableLayout,
        _ permissions: [String]?,
        _ columns: [Int]?,
        _ limit: Int
    ) throws -> [StoredRow] {
        var result: [StoredRow] = []
        try forEachPage(field, ids, in: layout, permissions, columns) { page in
            result += page
            if result.count > limit { throw refusal() }
        }
        return result
    }

    /// The same in pages of one more than most calls may touch, so that too many are known by the first.
    private func forEachPage(
        _ field: String,
        _ ids: [String],
        in layout: TableLayout,
        _ permissions: [String]?,
        _ columns: [Int]?,
        _ body: ([StoredRow]) throws -> Void
    ) throws {
        var start = 0
        while start < ids.count {
            let end = min(ids.count, start + Self.maximum)
            var query = RowQuery(limit: Self.maximum + 1)
            query.filters = [.compare(field, .equal, ids[start..<end].map { .string($0) })]
            query.permissions = permissions
            query.columns = columns
            while true {
                let page = try session.rows(query, in: layout)
                try body(page)
                guard page.count == query.limit, let last = page.last else { break }
                query.position = RowQuery.Position(values: [.string(last.sequence)], isBackward: false)
            }
            start = end
        }
    }

    private func refusal() -> AppError {
        tooMany?()
            ?? AppError(
                .generalBadRequest,
                "More than \(Self.maximum) rows of the table '\(related.id)' are related to these by '\(link.key)'.",
                argument: "queries",
                hint: "Ask for fewer rows with limit, or list '\(related.id)' itself with a filter."
            )
    }
}

extension Call {
    /// How many rows or pairs of one relation it may touch.
    var mostRelated: Int { movesRows ? .max : LinkReader.maximum }
}
