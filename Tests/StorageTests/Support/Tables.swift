import Storage
import Values

extension TableLayout {
    /// The full-text index of ``everything(_:)``.
    static let words = IndexLayout("words", .fulltext, on: [.init("text")])

    /// A layout with a column of every kind.
    static func everything(_ table: String = "things") -> TableLayout {
        TableLayout(
            databaseID: "shop",
            tableID: table,
            incarnation: "1",
            columns: [
                ColumnLayout("text", .text), ColumnLayout("integer", .integer), ColumnLayout("double", .double),
                ColumnLayout("boolean", .boolean), ColumnLayout("datetime", .datetime),
                ColumnLayout("texts", .text, isArray: true), ColumnLayout("integers", .integer, isArray: true),
                ColumnLayout("doubles", .double, isArray: true), ColumnLayout("booleans", .boolean, isArray: true),
                ColumnLayout("datetimes", .datetime, isArray: true), ColumnLayout("json", .json),
            ],
            indexes: [words]
        )
    }

    /// A layout with the columns `a` (text) and `n` (integer).
    static func small(
        _ table: String = "notes",
        incarnation: String = "1",
        indexes: [IndexLayout] = []
    ) -> TableLayout {
        TableLayout(
            databaseID: "shop",
            tableID: table,
            incarnation: incarnation,
            columns: [ColumnLayout("a", .text), ColumnLayout("n", .integer)],
            indexes: indexes
        )
    }

    /// Values with these columns set and the others null.
    func values(_ set: [String: JSON]) -> [JSON] {
        precondition(set.keys.allSatisfy { position(of: $0) != nil }, "a test names an unknown column")
        return columns.map { set[$0.key] ?? .null }
    }
}

extension NewRow {
    init(_ id: String, _ values: [JSON] = ["x", 1], permissions: [String] = [], at milliseconds: Int64 = 1000) {
        self.init(
            id: id,
            createdAt: Timestamp(milliseconds: milliseconds),
            updatedAt: Timestamp(milliseconds: milliseconds),
            permissions: permissions,
            values: values
        )
    }
}

extension RowChange {
    init(
        _ values: [Int: JSON] = [:],
        permissions: [String]? = nil,
        operations: [RowOperation] = [],
        at milliseconds: Int64 = 2000
    ) {
        self.init(
            updatedAt: Timestamp(milliseconds: milliseconds),
            permissions: permissions,
            values: values.sorted { $0.key < $1.key }.map { (position: $0.key, value: $0.value) },
            operations: operations
        )
    }
}

extension RowQuery {
    init(
        _ filters: Filter...,
        orders: [Query.Order] = [Query.Order("$sequence")],
        permissions: [String]? = nil,
        limit: Int = 5000,
        offset: Int = 0
    ) {
        self.init(limit: limit)
        self.filters = filters
        self.orders = orders
        self.permissions = permissions
        self.offset = offset
    }
}

extension StoredRow {
    /// The row as text, by which rows compare exactly: Swift takes some different texts for equal.
    var exact: [UInt8] {
        JSON.array([
            .string(id), .string(sequence), .int(createdAt.milliseconds), .int(updatedAt.milliseconds),
            JSON(permissions), .array(values),
        ]).encoded
    }
}

extension DocumentStore {
    func row(_ id: String, in table: TableLayout) async throws -> StoredRow? {
        try await read { try $0.row(id, in: table) }
    }

    func rows(_ query: RowQuery, in table: TableLayout) async throws -> [StoredRow] {
        try await read { try $0.rows(query, in: table) }
    }

    /// The ids of the rows that a query finds.
    func ids(_ query: RowQuery = RowQuery(), in table: TableLayout) async throws -> [String] {
        try await rows(query, in: table).map(\.id)
    }

    func count(_ query: RowQuery = RowQuery(), in table: TableLayout, cap: Int = 5000) async throws -> Int {
        try await read { try $0.count(query, in: table, cap: cap) }
    }

    @discardableResult
    func insert(_ rows: NewRow..., into table: TableLayout) async throws -> [String] {
        try await write { session in try rows.map { try session.insert($0, into: table) } }
    }

    @discardableResult
    func update(_ id: String, _ change: RowChange, in table: TableLayout) async throws -> Bool {
        try await write { try $0.update(id, change, in: table) }
    }

    @discardableResult
    func delete(_ id: String, from table: TableLayout) async throws -> Bool {
        try await write { try $0.delete(id, from: table) }
    }
}
