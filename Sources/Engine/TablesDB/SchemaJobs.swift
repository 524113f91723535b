import Storage
import Values

/// Changes of existing tables, which not every store can make inside a transaction: queued by the operation, carried
/// out after its commit, and visible as the state of the column or the index.
enum SchemaJobs {
    static let dropTable = "schema.dropTable"
    static let dropColumn = "schema.dropColumn"
    static let renameColumn = "schema.renameColumn"
    static let createIndex = "schema.createIndex"
    static let dropIndex = "schema.dropIndex"

    /// The job that carries out a change of one part of a table.
    static func job(_ kind: String, _ table: Table, part: String) -> Job {
        Job(
            kind: kind,
            payload: [
                "databaseId": .string(table.databaseID), "tableId": .string(table.id), "uid": .string(table.uid),
                "part": .string(part),
            ]
        )
    }

    static let handlers: [JobHandler] = [
        JobHandler(
            kind: dropTable,
            losses: { payload, session in [Loss("rows", try session.roughCount(in: layout(payload)).rows)] }
        ) { run in
            try await run.end(after: .dropTable(layout(run.payload))) { _ in }
        },
        JobHandler(
            kind: dropColumn,
            losses: { payload, session in
                guard let (table, column) = try find(payload, session, \.columns, \.uid) else { return [] }
                return [Loss("columns", 1), Loss("values", try count(ofValuesIn: column, of: table, session))]
            }
        ) { run in
            guard let (table, column) = try await find(run, \.columns, \.uid) else { return try await abandon(run) }
            try await run.end(after: .dropColumn(column.layout, table.layout)) { session in
                _ = try session.delete(column.uid, from: SystemTables.columns)
                try session.bumpSchemaVersion()
            }
        },
        JobHandler(kind: renameColumn) { run in
            guard let (table, column) = try await find(run, \.columns, \.uid), column.storedAs != column.key else {
                return try await abandon(run)
            }
            try await run.end(after: .renameColumn(from: column.storedAs, to: column.key, table.layout)) { session in
                try set(column.uid, ["storedAs": .string(column.key)], SystemTables.columns, run, session)
            }
        },
        JobHandler(kind: createIndex) { run in
            guard let (table, index) = try await find(run, \.indexes, \.uid), index.status == .processing else {
                return try await abandon(run)
            }
            do {
                try await run.end(after: .createIndex(index.layout, table.layout)) { session in
                    try finish(index.uid, ["status": "available"], SystemTables.indexes, run, session)
                }
            } catch let error as StoreError where error.kind == .indexRefused {
                try await fail(index, "The store takes no such index: \(error.message).", run)
            } catch let error as StoreError where error.kind == .uniqueViolation {
                let rows = try? await run.store.read(within: .seconds(60)) { session in
                    try session.duplicates(of: index.columns, in: table.layout)
                }
                let place = rows?.text.string ?? "rows of the table"
                let reason = "The same values are in \(place); make them differ and create the index again."
                try await fail(index, reason, run)
            }
        },
        JobHandler(kind: dropIndex, losses: { _, _ in [Loss("indexes", 1)] }) { run in
            guard let (table, index) = try await find(run, \.indexes, \.uid) else { return try await abandon(run) }
            try await run.end(after: .dropIndex(key: index.key, table.layout)) { session in
                _ = try session.delete(index.uid, from: SystemTables.indexes)
                try session.bumpSchemaVersion()
            }
        },
    ]

    /// The part that a job is about; nil when it, or its table, is gone.
    static func find<Part: Sendable>(
        _ run: JobRun,
        _ parts: @escaping @Sendable (Table) -> [Part],
        _ uid: @escaping @Sendable (Part) -> String
    ) async throws -> (Table, Part)? {
        let payload = run.payload
        return try await run.store.read { session in try find(payload, session, parts, uid) }
    }

    /// As above, in a session.
    static func find<Part: Sendable>(
        _ payload: JSON,
        _ session: any ReadSession,
        _ parts: @Sendable (Table) -> [Part],
        _ uid: @Sendable (Part) -> String
    ) throws -> (Table, Part)? {
        let table = try SchemaReader(session: session).table(
            payload["tableId"]?.string ?? "",
            in: payload["databaseId"]?.string ?? ""
        )
        guard let table, table.uid == payload["uid"]?.string,
            let part = parts(table).first(where: { uid($0) == payload["part"]?.string })
        else { return nil }
        return (table, part)
    }

    /// Where the rows of a table are that may be gone from the schema.
    private static func layout(_ payload: JSON) -> TableLayout {
        TableLayout(
            databaseID: payload["databaseId"]?.string,
            tableID: payload["tableId"]?.string ?? "",
            incarnation: payload["uid"]?.string ?? "",
            columns: []
        )
    }

    /// How many rows of a table have a value in a column; counted up to just above the limit of exact counts.
    static func count(ofValuesIn column: Column, of table: Table, _ session: any ReadSession) throws -> Int {
        var query = RowQuery(limit: 1)
        query.filters = [.compare(column.key, .isNotNull, [])]
        let layout = TableLayout(
            databaseID: table.databaseID,
            tableID: table.id,
            incarnation: table.uid,
            columns: [column.layout]
        )
        return try session.count(query, in: layout, cap: RoughCount.exactLimit + 1)
    }

    private static func abandon(_ run: JobRun) async throws {
        try await run.end { _ in }
    }

    /// Ends the building of an index that can't be, and says why.
    private static func fail(_ index: Index, _ reason: String, _ run: JobRun) async throws {
        try await run.end { session in
            try set(index.uid, ["status": "failed", "error": .string(reason)], SystemTables.indexes, run, session)
        }
    }

    /// Ends what was being built; undoes the transaction when it was deleted meanwhile, so that nothing of it is left.
    private static func finish(
        _ uid: String,
        _ fields: JSONObject,
        _ layout: TableLayout,
        _ run: JobRun,
        _ session: any WriteSession
    ) throws {
        let state = try session.row(uid, in: layout).map { Record($0, layout).string("status") }
        guard state == BuildStatus.processing.rawValue else {
            throw StoreError(.internalFault, "what was being built is no longer wanted")
        }
        try set(uid, fields, layout, run, session)
    }

    private static func set(
        _ uid: String,
        _ fields: JSONObject,
        _ layout: TableLayout,
        _ run: JobRun,
        _ session: any WriteSession
    ) throws {
        _ = try session.update(uid, Record.change(layout, at: run.now, fields), in: layout)
        try session.bumpSchemaVersion()
    }
}
