import Storage

/// A store that tells when this process may have changed the schema: after every transaction that has the store for
/// itself, as those that change the schema do, and every definition, whether it succeeded or its outcome is unknown.
struct WatchedStore: ForwardingStore {
    let base: any DocumentStore
    private let changed: @Sendable () -> Void

    init(_ store: any DocumentStore, changed: @escaping @Sendable () -> Void) {
        base = store
        self.changed = changed
    }

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        defer { if !grouped { changed() } }
        return try await base.write(grouped: grouped, body)
    }

    func define(_ change: SchemaChange, then body: @escaping @Sendable (any WriteSession) throws -> Void) async throws {
        defer { changed() }
        try await base.define(change, then: body)
    }
}
