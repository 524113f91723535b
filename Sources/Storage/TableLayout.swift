import Values

/// How a table is laid out in the store. Immutable: a schema change makes a new layout.
///
/// A class, because stores keep what they derive from a layout (statements, names) by its identity.
package final class TableLayout: Sendable {
    /// The database that holds it; nil for the tables of Tandem itself.
    package let databaseID: String?
    package let tableID: String
    /// Tells incarnations apart: a deleted table and a new one of the same id never share anything.
    package let incarnation: String
    package let columns: [ColumnLayout]
    /// The positions of columns whose values are sealed before they reach the store.
    package let sealedColumns: [Int]
    /// Those of its indexes that queries are compiled for: the fulltext and spatial ones.
    package let indexes: [IndexLayout]

    private let positions: [String: Int]
    /// The positions of columns that hold any JSON.
    let jsonColumns: [Int]

    package init(
        databaseID: String?,
        tableID: String,
        incarnation: String,
        columns: [ColumnLayout],
        indexes: [IndexLayout] = []
    ) {
        self.databaseID = databaseID
        self.tableID = tableID
        self.incarnation = incarnation
        self.columns = columns
        sealedColumns = columns.indices.filter { columns[$0].seal != nil }
        self.indexes = indexes
        jsonColumns = columns.indices.filter { columns[$0].kind == .json }
        positions = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1.key, $0) })
    }

    /// The position of a column in ``columns`` and in the values of a row.
    package func position(of key: String) -> Int? { positions[key] }

    /// The index of a kind over a column, where there is one.
    func index(_ kind: IndexLayout.Kind, on key: String) -> IndexLayout? {
        indexes.first { $0.kind == kind && $0.fields[0].key == key }
    }
}

/// One column of a layout.
package struct ColumnLayout: Sendable, Equatable {
    /// The name callers use.
    package let key: String
    /// The name in the store; differs from `key` only while a rename is being carried out.
    package let storedAs: String
    package let kind: ColumnKind
    package let isArray: Bool
    /// What binds sealed values to this column; nil for a column in clear. Stores keep what they are given either way.
    package let seal: String?

    package init(
        _ key: String,
        storedAs: String? = nil,
        _ kind: ColumnKind,
        isArray: Bool = false,
        seal: String? = nil
    ) {
        self.key = key
        self.storedAs = storedAs ?? key
        self.kind = kind
        self.isArray = isArray
        self.seal = seal
    }
}

/// What a column holds. Values cross the border of the store in their wire form, `datetime` as ``Timestamp/text``.
package enum ColumnKind: Sendable, Equatable {
    case text, integer, double, boolean, datetime
    /// Any JSON value, kept whole and never filtered. Its members have no U+0000 in their names, and at most
    /// ``JSON/maximumKeptDepth`` levels are in each other.
    case json
    /// The coordinates of a ``Geometry``.
    case geometry
}

extension JSON {
    /// How many levels of objects and lists a store keeps in each other; MongoDB takes 200 in all.
    static var maximumKeptDepth: Int { 100 }

    /// Refuses what not every store can keep.
    /// - Throws: ``StoreError`` `unkeepable`.
    func checkKept(depth: Int = 0) throws(StoreError) {
        switch self {
        case .array(let items):
            guard depth < Self.maximumKeptDepth else { throw Self.tooDeep }
            for item in items { try item.checkKept(depth: depth + 1) }
        case .object(let object):
            guard depth < Self.maximumKeptDepth else { throw Self.tooDeep }
            for member in object.members {
                guard !member.key.utf8.contains(0) else {
                    throw StoreError(.unkeepable, "the name of a member holds the character U+0000")
                }
                try member.value.checkKept(depth: depth + 1)
            }
        default: break
        }
    }

    private static var tooDeep: StoreError {
        StoreError(.unkeepable, "it has more than \(maximumKeptDepth) levels of objects and lists in each other")
    }
}

/// One index of a layout.
package struct IndexLayout: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        /// In the order of its fields.
        case key
        /// The same, and no two rows have the same values.
        case unique
        /// Over the words of one text column.
        case fulltext
        /// Over where the shapes of one column are.
        case spatial
    }

    package struct Field: Sendable, Equatable {
        /// A column's key, or `$id`, `$createdAt`, `$updatedAt`.
        package let key: String
        package let descending: Bool

        package init(_ key: String, descending: Bool = false) {
            self.key = key
            self.descending = descending
        }
    }

    package let key: String
    package let kind: Kind
    package let fields: [Field]

    package init(_ key: String, _ kind: Kind = .key, on fields: [Field]) {
        self.key = key
        self.kind = kind
        self.fields = fields
    }

    package init(_ key: String, unique: Bool, on fields: [Field]) {
        self.init(key, unique ? .unique : .key, on: fields)
    }

    package var isUnique: Bool { kind == .unique }
}

/// A change to a table that exists.
package enum SchemaChange: Sendable {
    case dropColumn(ColumnLayout, TableLayout)
    case renameColumn(from: String, to: String, TableLayout)
    case createIndex(IndexLayout, TableLayout)
    case dropIndex(key: String, TableLayout)
    case dropTable(TableLayout)
}
