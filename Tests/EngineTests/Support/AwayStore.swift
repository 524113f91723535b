import Storage
import Synchronization

/// A store that a test takes away.
final class AwayStore: ForwardingStore {
    enum State: Sendable {
        case there
        /// Nothing is read or written.
        case away
        /// What is written is there, but nobody is told so.
        case silent
    }

    let base: any DocumentStore
    private let state = Mutex(State.there)

    init(base: any DocumentStore) { self.base = base }

    func `is`(_ new: State) { state.withLock { $0 = new } }

    private func check(_ wrong: State) throws {
        if state.withLock({ $0 }) == wrong { throw StoreError(.unavailable, "the server is away") }
    }

    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try check(.away)
        return try await base.read(within: limit, body)
    }

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try check(.away)
        let result = try await base.write(grouped: grouped, body)
        try check(.silent)
        return result
    }
}
