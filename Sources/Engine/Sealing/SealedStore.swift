import Storage
import Values

/// A store in which values of encrypted columns are sealed on their way in and opened on their way out.
///
/// Whoever reads and writes through this store has clear values, and nothing below it ever sees them, the event log
/// included. Calls go through it; what works on sealed values as they are, such as copies and a change of the key, goes
/// to the store below.
struct SealedStore: ForwardingStore {
    let base: any DocumentStore
    let keys: Keyring

    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R {
        try await base.read(within: limit) { [keys] session in try body(SealedReader(session, keys)) }
    }

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await base.write(grouped: grouped) { [keys] session in try body(SealedWriter(session, keys)) }
    }

    func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        try await base.rehearse(within: limit) { [keys] session in
            try body(SealedWriter(session, keys, isRehearsal: true))
        }
    }

    func define(_ change: SchemaChange, then body: @escaping @Sendable (any WriteSession) throws -> Void) async throws {
        try await base.define(change) { [keys] session in try body(SealedWriter(session, keys)) }
    }

    func tail(after place: EventCursor?) -> any EventTail { SealedTail(base: base.tail(after: place), store: self) }
}

/// A tail that opens sealed values in the records.
private struct SealedTail: EventTail {
    let base: any EventTail
    let store: SealedStore

    func next(limit: Int, within patience: Duration) async throws -> [LoggedEvent] {
        let events = try await base.next(limit: limit, within: patience)
        guard events.contains(where: { EventSecrets.areIn($0.record) }) else { return events }
        // What opens them is found in a session.
        return try await store.base.read { [keys = store.keys] session in
            let reader = SealedReader(session, keys)
            return events.map { LoggedEvent(cursor: $0.cursor, record: EventSecrets.opened($0.record, reader)) }
        }
    }

    func stop() { base.stop() }
}
