import Storage

extension DocumentStore {
    /// A schema change with nothing to write after it.
    func define(_ change: SchemaChange) async throws {
        try await define(change) { _ in }
    }
}
