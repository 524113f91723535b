package import Values

/// A row as the store returns it.
package struct StoredRow: Sendable, Equatable {
    package var id: String
    /// Opaque; rises in creation order.
    package var sequence: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var permissions: [String]
    /// One value for each column of the layout, in its order; null where there is none, or where the query left it out.
    package var values: [JSON]

    package init(
        id: String,
        sequence: String,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        permissions: [String],
        values: [JSON]
    ) {
        self.id = id
        self.sequence = sequence
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.permissions = permissions
        self.values = values
    }
}

extension StoredRow {
    /// About how much memory the row takes, in bytes.
    var footprint: Int {
        values.reduce(256) { $0 + Self.footprint($1) }
    }

    private static func footprint(_ value: JSON) -> Int {
        switch value {
        case .string(let text): 32 + text.utf8.count
        case .array(let items): items.reduce(32) { $0 + footprint($1) }
        case .object(let object): object.members.reduce(32) { $0 + 32 + footprint($1.value) }
        default: 32
        }
    }
}

/// A row to add.
package struct NewRow: Sendable {
    package var id: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var permissions: [String]
    /// One value for each column of the layout, in its order.
    package var values: [JSON]

    package init(
        id: String,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        permissions: [String] = [],
        values: [JSON]
    ) {
        self.id = id
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.permissions = permissions
        self.values = values
    }
}

/// What to change of a row; what is not named stays.
package struct RowChange: Sendable {
    package var createdAt: Timestamp?
    package var updatedAt: Timestamp
    /// Whether a row that says a later date than ``updatedAt`` keeps it.
    package var keepsLater: Bool
    /// nil: unchanged.
    package var permissions: [String]?
    /// Positions in the layout's columns with their new values.
    package var values: [(position: Int, value: JSON)]
    /// What the store computes; of columns that ``values`` does not name.
    package var operations: [RowOperation]

    package init(
        createdAt: Timestamp? = nil,
        updatedAt: Timestamp,
        keepsLater: Bool = false,
        permissions: [String]? = nil,
        values: [(position: Int, value: JSON)],
        operations: [RowOperation] = []
    ) {
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.keepsLater = keepsLater
        self.permissions = permissions
        self.values = values
        self.operations = operations
    }
}

extension NewRow {
    /// - Throws: ``StoreError`` `unkeepable`.
    func checkKept(in layout: TableLayout) throws(StoreError) {
        for position in layout.jsonColumns { try values[position].checkKept() }
    }
}

extension RowChange {
    /// - Throws: ``StoreError`` `unkeepable`.
    func checkKept(in layout: TableLayout) throws(StoreError) {
        if layout.jsonColumns.isEmpty { return }
        for (position, value) in values where layout.columns[position].kind == .json { try value.checkKept() }
    }
}

/// One page of a table, bound to its layout.
///
/// Filters and orders name columns of the layout or `$id`, `$sequence`, `$createdAt`, `$updatedAt`. Operands are of the
/// column's kind, datetimes in the form of ``Timestamp/text``, `$sequence` as a string.
package struct RowQuery: Sendable {
    /// All must hold.
    package var filters: [Filter] = []
    /// The relations that filters of the kind ``Filter/related(_:_:)`` number.
    package var joins: [Join] = []
    /// Only rows with any of these permission strings; nil: every row.
    package var permissions: [String]?
    /// The complete order, ending in a field that tells rows apart.
    package var orders: [Query.Order] = [Query.Order("$sequence")]
    /// Where the page starts.
    package var position: Position?
    package var limit: Int
    package var offset = 0
    /// Positions of the columns to read; nil: all.
    package var columns: [Int]?
    /// A page of more bytes than this, in memory, is refused with `tooLarge` while it is read.
    package var maximumBytes = 128 << 20
    /// A `notSearch` whose words are in more rows than this is refused with `tooManyExcluded`.
    package var maximumExcluded = 10_000

    /// A place in the order: the values of its fields in the row beside which the page starts.
    package struct Position: Sendable, Equatable {
        package var values: [JSON]
        /// True for the page that ends just before the place; it comes in the order of the query all the same.
        package var isBackward: Bool

        package init(values: [JSON], isBackward: Bool) {
            self.values = values
            self.isBackward = isBackward
        }
    }

    package init(limit: Int) {
        self.limit = limit
    }
}
