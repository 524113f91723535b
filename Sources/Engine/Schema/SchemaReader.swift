import Storage
import Values

/// Reads databases and tables from the system tables of a session.
struct SchemaReader {
    let session: any ReadSession

    func database(_ id: String) throws -> Database? {
        try session.row(id, in: SystemTables.databases).map(Self.database)
    }

    func table(_ id: String, in database: String) throws -> Table? {
        try session.row("\(database)/\(id)", in: SystemTables.tables).map { try table($0) }
    }

    func table(_ row: StoredRow) throws -> Table {
        let record = Record(row, SystemTables.tables)
        let uid = record.string("uid")
        return Table(
            uid: uid,
            databaseID: record.string("database"),
            id: record.string("table"),
            name: record.string("name"),
            enabled: record.bool("enabled"),
            rowSecurity: record.bool("rowSecurity"),
            permissions: record.strings("permissions"),
            purges: record["purges"].int ?? 0,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            columns: try parts(of: uid, SystemTables.columns).map(Self.column),
            indexes: try parts(of: uid, SystemTables.indexes).map(Self.index)
        )
    }

    /// Every table of a database, or of the project.
    func tables(in database: String?) throws -> [Table] {
        var query = RowQuery(limit: Self.maximumParts)
        if let database { query.filters = [.compare("database", .equal, [.string(database)])] }
        return try session.rows(query, in: SystemTables.tables).map { try table($0) }
    }

    /// More tables than one project, or columns than one table, ever has.
    private static let maximumParts = 1_000_000

    private func parts(of uid: String, _ layout: TableLayout) throws -> [StoredRow] {
        var query = RowQuery(limit: Self.maximumParts)
        query.filters = [.compare("table", .equal, [.string(uid)])]
        return try session.rows(query, in: layout)
    }

    static func database(_ row: StoredRow) -> Database {
        let record = Record(row, SystemTables.databases)
        return Database(
            id: row.id,
            name: record.string("name"),
            enabled: record.bool("enabled"),
            type: record.string("type"),
            createdAt: row.createdAt,
            updatedAt: row.updatedAt
        )
    }

    static func column(_ row: StoredRow) -> Column {
        let record = Record(row, SystemTables.columns)
        return Column(
            uid: row.id,
            key: record.string("key"),
            storedAs: record.string("storedAs"),
            type: ColumnType(rawValue: record.string("kind")) ?? .text,
            required: record.bool("required"),
            isArray: record.bool("array"),
            defaultValue: record["default"],
            size: record["size"].int,
            minimum: record["min"],
            maximum: record["max"],
            elements: record.strings("elements"),
            isEncrypted: record.bool("encrypt"),
            relation: Relation(record["relation"]),
            status: BuildStatus(rawValue: record.string("status")) ?? .stuck,
            error: record.string("error"),
            createdAt: row.createdAt,
            updatedAt: row.updatedAt
        )
    }

    static func index(_ row: StoredRow) -> Index {
        let record = Record(row, SystemTables.indexes)
        return Index(
            uid: row.id,
            key: record.string("key"),
            type: record.string("type"),
            columns: record.strings("columns"),
            orders: record.strings("orders"),
            lengths: (record["lengths"].array ?? []).compactMap(\.int),
            status: BuildStatus(rawValue: record.string("status")) ?? .stuck,
            error: record.string("error"),
            createdAt: row.createdAt,
            updatedAt: row.updatedAt
        )
    }
}
