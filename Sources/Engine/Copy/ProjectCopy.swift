package import Storage
import Values

/// Copies a project from one store to another, of the same kind or not: databases, tables, columns, indexes and rows
/// with their ids, dates and permissions, and users, teams, keys and settings as they are. Sequences are made anew in the same order; the log of events stays behind.
///
/// Every page is written together with the note of how far the copy is, so that one that was killed goes on where it
/// was and nothing is there twice.
package struct ProjectCopy: Sendable {
    /// What was copied of one table, while it goes on and in the end.
    package struct Progress: Sendable {
        /// `<databaseId>/<tableId>`.
        package var table: String
        package var rows: Int
        /// About how many there are.
        package var of: Int
        package var isVerifying: Bool
    }

    /// Why a copy can't be made or isn't one.
    package struct Refusal: Error, CustomStringConvertible {
        package var description: String
    }

    let source: any DocumentStore
    let target: any DocumentStore
    /// Tells this copy from one of something else into the same project.
    let identity: String
    let report: @Sendable (Progress) -> Void

    package init(
        from source: any DocumentStore,
        to target: any DocumentStore,
        identity: String,
        report: @escaping @Sendable (Progress) -> Void
    ) {
        self.source = source
        self.target = target
        self.identity = identity
        self.report = report
    }

    private static let state = "copy"
    private static let finished = "finished"

    /// Copies and compares.
    /// - Returns: how many tables and rows there are.
    /// - Throws: ``Refusal``, or ``StoreError``.
    package func run() async throws -> (tables: Int, rows: Int) {
        let (databases, tables) = try await schema()
        try await begin()
        for database in databases { try await copy(row: database, of: SystemTables.databases) }
        for table in KeptTable.identity { _ = try await copyRows(of: table) }
        var rows = 0
        for table in tables {
            try await make(table)
            for kept in table.keptTables {
                let count = try await copyRows(of: kept)
                if !kept.isPairs { rows += count }
            }
        }
        for table in KeptTable.identity + tables.flatMap(\.keptTables) {
            let (left, right) = (try await digest(source, table), try await digest(target, table))
            guard left == right else {
                throw Refusal(
                    description:
                        "the table '\(table.name)' differs after the copy: "
                        + "\(left.count) rows here, \(right.count) there, or their contents. Somebody wrote meanwhile; "
                        + "copy into an empty project while nobody writes"
                )
            }
        }
        try await target.write(grouped: false) { session in
            try session.set(property: Self.state, to: "\(identity) \(Self.finished)")
        }
        return (tables.count, rows)
    }

    private func schema() async throws -> (databases: [StoredRow], tables: [Table]) {
        try await source.read { session in
            guard try session.count(RowQuery(limit: 1), in: SystemTables.jobs, cap: 1) == 0 else {
                throw Refusal(
                    description:
                        "changes of tables are still to be carried out; let 'tandem mcp' run on the source for "
                        + "a moment, or see 'tandem doctor', then copy again"
                )
            }
            guard try Keyring.situation(in: session).change == nil else {
                throw Refusal(description: "the key of the project is being changed; finish 'tandem key rotate' first")
            }
            return (
                try session.rows(RowQuery(limit: 1_000_000), in: SystemTables.databases),
                try SchemaReader(session: session).tables(in: nil)
            )
        }
    }

    /// Claims the target, which must be empty or hold a part of this copy.
    private func begin() async throws {
        let (identity, state, finished) = (identity, Self.state, Self.finished)
        let key = try await source.read { try $0.property(Keyring.property) }
        try await target.write(grouped: false) { session in
            let known = try session.property(state)
            if known == identity { return }
            if known == "\(identity) \(finished)" {
                throw Refusal(description: "the target holds this copy already, complete and compared")
            }
            let claimed = [SystemTables.databases, IdentityTables.users, IdentityTables.keys]
            guard known == nil, try claimed.allSatisfy({ try session.count(RowQuery(limit: 1), in: $0, cap: 1) == 0 })
            else {
                throw Refusal(description: "the target project holds other data; copy into a project that is empty")
            }
            if let key {
                // Sealed values are copied as they are, so they need the same key there.
                let other = try session.property(Keyring.property)
                guard other == nil || other == key else {
                    throw Refusal(
                        description:
                            "the target project has another key, of fingerprint \(other!); this one's has \(key)"
                    )
                }
                try session.set(property: Keyring.property, to: key)
            }
            try session.set(property: state, to: identity)
        }
    }

    private func copy(row: StoredRow, of layout: TableLayout) async throws {
        try await target.write(grouped: false) { session in
            if try session.row(row.id, in: layout) == nil { _ = try session.insert(NewRow(row), into: layout) }
        }
    }

    /// Makes a table with everything that the system tables say of it, in one transaction.
    private func make(_ table: Table) async throws {
        let parts = try await source.read { session in
            var query = RowQuery(limit: 1_000_000)
            query.filters = [.compare("table", .equal, [.string(table.uid)])]
            return (
                try session.row("\(table.databaseID)/\(table.id)", in: SystemTables.tables),
                try session.rows(query, in: SystemTables.columns), try session.rows(query, in: SystemTables.indexes)
            )
        }
        guard let row = parts.0 else { throw Refusal(description: "the table '\(table.id)' vanished during the copy") }
        let property = Self.property(table.uid)
        try await target.write(grouped: false) { session in
            guard try session.property(property) == nil else { return }
            try session.bumpSchemaVersion()
            _ = try session.insert(NewRow(row), into: SystemTables.tables)
            for column in parts.1 { _ = try session.insert(NewRow(column), into: SystemTables.columns) }
            for index in parts.2 { _ = try session.insert(NewRow(index), into: SystemTables.indexes) }
            for kept in table.keptTables { try session.create(kept.layout, indexes: kept.indexes) }
            try session.set(property: property, to: "0 0")
        }
    }

    private static func property(_ uid: String) -> String { "copy \(uid)" }

    private func copyRows(of table: KeptTable) async throws -> Int {
        let property = Self.property(table.layout.databaseID == nil ? table.name : table.layout.incarnation)
        let noted = try await target.read { try $0.property(property) } ?? "0 0"
        let parts = noted.split(separator: " ")
        var count = parts.first.flatMap { Int($0) } ?? 0
        let total = try await source.read { try $0.estimatedCount(in: table.layout) }
        try await forEachPage(source, table, after: parts.last.map(String.init) ?? "0") { page in
            count += page.count
            let note = "\(count) \(page.last!.sequence)"
            try await target.write(grouped: false) { session in
                for row in page { _ = try session.insert(NewRow(row), into: table.layout) }
                try session.set(property: property, to: note)
            }
            CrashPoint.reach("copy.page")
            report(Progress(table: table.name, rows: count, of: total, isVerifying: false))
        }
        return count
    }
}

extension NewRow {
    /// The same row for another store.
    fileprivate init(_ row: StoredRow) {
        self.init(
            id: row.id,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            permissions: row.permissions,
            values: row.values
        )
    }
}
