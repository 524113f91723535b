package import Storage
import Values

/// Reads the event log from a cursor on, in commit order.
///
/// Each reader keeps its own cursor; reading changes nothing for others.
package struct EventReader: Sendable {
    private let store: any DocumentStore
    /// Where the next batch starts; nil for the beginning of the log.
    package private(set) var cursor: EventCursor?

    package init(_ store: any DocumentStore, after cursor: EventCursor? = nil) {
        self.store = store
        self.cursor = cursor
    }

    /// A reader of what happens from now on.
    package static func fromNow(_ store: any DocumentStore) async throws -> EventReader {
        EventReader(store, after: try await store.read { try $0.lastEvent() })
    }

    /// The next records, at most `limit`; empty when there is nothing new.
    package mutating func next(limit: Int = 100) async throws -> [EventRecord] {
        let start = cursor
        let batch = try await store.read { try $0.events(after: start, limit: limit) }
        if let last = batch.last { cursor = last.cursor }
        return batch.compactMap { EventRecord(parsing: $0.record) }
    }
}
