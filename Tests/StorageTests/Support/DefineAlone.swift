import Storage

extension DocumentStore {
    /// A schema change with nothing to write after it.
    func define(_ change: SchemaChange) async throws {
        try await define(change) { _ in }
    }

    /// A new column in a transaction of its own.
    func add(_ column: ColumnLayout, to table: TableLayout) async throws {
        try await write(grouped: false) { session in
            try session.bumpSchemaVersion()
            try session.add(column, to: table)
        }
    }
}
