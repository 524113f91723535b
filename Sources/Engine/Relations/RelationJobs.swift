import Storage
import Values

/// What changes of relations leave to be done after their commit.
enum RelationJobs {
    static let createIndex = "relation.createIndex"
    static let dropIndex = "relation.dropIndex"
    static let dropColumn = "relation.dropColumn"
    static let dropPairs = "relation.dropPairs"

    static let handlers: [JobHandler] = [
        JobHandler(kind: createIndex) { run in
            guard let (table, column) = try await SchemaJobs.find(run, \.allColumns, \.uid),
                column.status == .available, let index = RelationIndex.layout(of: column)
            else { return try await run.end { _ in } }
            try await run.end(after: .createIndex(index, table.layout)) { _ in }
        },
        JobHandler(kind: dropIndex) { run in
            guard let (table, _) = try await SchemaJobs.find(run, \.allColumns, \.uid) else {
                return try await run.end { _ in }
            }
            let name = RelationIndex.name(run.payload["key"]?.string ?? "")
            try await run.end(after: .dropIndex(key: name, table.layout)) { _ in }
        },
        JobHandler(
            kind: dropColumn,
            losses: { payload, session in
                guard let (table, column) = try SchemaJobs.find(payload, session, \.allColumns, \.uid) else {
                    return []
                }
                let links = Loss("links", try SchemaJobs.count(ofValuesIn: column, of: table, session))
                return column.isVisible ? [Loss("columns", 1), links] : [links]
            }
        ) { run in
            guard let (table, column) = try await SchemaJobs.find(run, \.allColumns, \.uid) else {
                return try await run.end { _ in }
            }
            // SQLite drops no column that an index is on.
            try await run.store.define(.dropIndex(key: RelationIndex.name(column.key), table.layout)) { _ in }
            try await run.end(after: .dropColumn(column.layout, table.layout)) { session in
                _ = try session.delete(column.uid, from: SystemTables.columns)
                try session.bumpSchemaVersion()
            }
        },
        JobHandler(
            kind: dropPairs,
            losses: { payload, session in
                [Loss("links", try session.roughCount(in: pairs(payload)).rows)]
            }
        ) { run in
            try await run.end(after: .dropTable(pairs(run.payload))) { _ in }
        },
    ]

    private static func pairs(_ payload: JSON) -> TableLayout {
        TableLayout(
            databaseID: payload["databaseId"]?.string,
            tableID: payload["pairs"]?.string ?? "",
            incarnation: payload["uid"]?.string ?? "",
            columns: []
        )
    }

    /// The job that drops an index which was made for a column under another key.
    static func dropIndex(of column: Column, under key: String, _ table: Table) -> Job {
        var job = SchemaJobs.job(dropIndex, table, part: column.uid)
        if case .object(var payload) = job.payload {
            payload["key"] = .string(key)
            job.payload = .object(payload)
        }
        return job
    }

    /// The job that drops the pairs of a relation of a table.
    static func drop(_ pairs: Pairs, of table: Table) -> Job {
        Job(
            kind: dropPairs,
            payload: [
                "databaseId": .string(table.databaseID), "tableId": .string(table.id),
                "pairs": .string(pairs.layout.tableID), "uid": .string(pairs.layout.incarnation),
            ]
        )
    }
}
