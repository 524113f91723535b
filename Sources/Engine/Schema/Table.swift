import Storage
import Synchronization
import Values

/// A database as stored.
struct Database: Sendable {
    var id: String
    var name: String
    var enabled: Bool
    var type: String
    var createdAt: Timestamp
    var updatedAt: Timestamp

    var json: JSON {
        [
            "$id": .string(id), "name": .string(name), "$createdAt": .string(createdAt.text),
            "$updatedAt": .string(updatedAt.text), "enabled": .bool(enabled), "type": .string(type), "status": "ready",
        ]
    }
}

/// A table with its columns and indexes, as of one schema version. Immutable and shared between calls.
final class Table: Sendable {
    /// The id of its row in the system table: tells incarnations of the same id apart.
    let uid: String
    let databaseID: String
    let id: String
    let name: String
    let enabled: Bool
    let rowSecurity: Bool
    let permissions: [String]
    /// How often cached lists of it were thrown away.
    let purges: Int64
    let createdAt: Timestamp
    let updatedAt: Timestamp
    /// Whatever their state, in the order of their creation.
    let columns: [Column]
    /// The same with the hidden sides of relations.
    let allColumns: [Column]
    let indexes: [Index]
    /// The columns that rows have in the store: those that are available, hidden ones included.
    let rowColumns: [Column]
    /// The relations of its rows, hidden ones included.
    let links: [Link]
    /// The positions in ``rowColumns`` of the columns that answers show; nil for all of them.
    let plainPositions: [Int]?
    /// How the store lays out ``rowColumns``.
    let layout: TableLayout
    /// What queries may name.
    let fields: QueryBinding
    /// The members of every row that say where it belongs, as JSON text in the words of either dialect.
    private let encodedIDs: (tables: [UInt8], collections: [UInt8])
    /// The keys of ``rowColumns`` as JSON text, each between its comma and its colon.
    let encodedKeys: [[UInt8]]
    let keptFingerprint = AtomicLazyReference<TableFingerprint>()

    init(
        uid: String,
        databaseID: String,
        id: String,
        name: String,
        enabled: Bool,
        rowSecurity: Bool,
        permissions: [String],
        purges: Int64,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        columns: [Column],
        indexes: [Index]
    ) {
        self.uid = uid
        self.databaseID = databaseID
        self.id = id
        self.name = name
        self.enabled = enabled
        self.rowSecurity = rowSecurity
        self.permissions = permissions
        self.purges = purges
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        allColumns = columns
        self.columns = columns.filter(\.isVisible)
        self.indexes = indexes
        let stored = columns.filter { $0.status == .available && $0.isInRows }
        rowColumns = stored
        links = columns.compactMap { Link($0, databaseID: databaseID) }
        let plain = stored.indices.filter { stored[$0].type != .relationship }
        plainPositions = plain.count == stored.count ? nil : plain
        layout = TableLayout(
            databaseID: databaseID,
            tableID: id,
            incarnation: uid,
            columns: rowColumns.map(\.layout),
            indexes: indexes.filter { $0.status == .available && ["fulltext", "spatial"].contains($0.type) }.map(
                \.layout
            )
        )
        fields = RowFields.binding(rowColumns.filter(\.isVisible), layout.indexes)
        let ids = "\":\(JSON.string(id).text),\"$databaseId\":\(JSON.string(databaseID).text)"
        encodedIDs = (Array(("\"$tableId" + ids).utf8), Array(("\"$collectionId" + ids).utf8))
        encodedKeys = rowColumns.map { Array(",\(JSON.string($0.key).text):".utf8) }
    }

    func encodedIDs(_ dialect: Dialect) -> [UInt8] {
        dialect == .tables ? encodedIDs.tables : encodedIDs.collections
    }

    func column(_ key: String) -> Column? { columns.first { $0.key == key } }

    /// The columns whose keys no other one may have.
    var takenColumns: [Column] { allColumns.filter(\.takesKey) }

    /// A relation that callers see.
    func link(_ key: String) -> Link? { links.first { $0.key == key && $0.column.isVisible } }

    func index(_ key: String) -> Index? { indexes.first { $0.key == key } }

    func json(_ dialect: Dialect) -> JSON {
        [
            "$id": .string(id), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "$permissions": JSON(permissions), "databaseId": .string(databaseID), "name": .string(name),
            "enabled": .bool(enabled), dialect.translated("rowSecurity"): .bool(rowSecurity),
            dialect.translated("columns"): .array(columns.map { $0.json(dialect) }),
            "indexes": .array(indexes.map { $0.json(dialect) }), "bytesMax": 0, "bytesUsed": 0,
        ]
    }
}

/// The state of a column or an index.
enum BuildStatus: String, Sendable {
    case available, processing, deleting, stuck, failed
}
