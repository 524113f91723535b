import Storage

/// A store that tells when this process may have changed the schema: after every transaction that has the store for
/// itself, as those that change the schema do, and every definition, whether it succeeded or its outcome is unknown.
struct WatchedStore: DocumentStore {
    private let store: any DocumentStore
    private let changed: @Sendable () -> Void

    init(_ store: any DocumentStore, changed: @escaping @Sendable () -> Void) {
        self.store = store
        self.changed = changed
    }

    var executor: any TaskExecutor { store.executor }

    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try await store.read(within: limit, body)
    }

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        defer { if !grouped { changed() } }
        return try await store.write(grouped: grouped, body)
    }

    func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await store.rehearse(within: limit, body)
    }

    func define(_ change: SchemaChange, then body: @escaping @Sendable (any WriteSession) throws -> Void) async throws {
        defer { changed() }
        try await store.define(change, then: body)
    }

    func close() async { await store.close() }
}
