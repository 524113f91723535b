import Storage
import Synchronization
package import Values

/// What those who watch over a process want to know of a project that is open in it.
package struct EngineFigures: Sendable, Equatable {
    package var jobs: QueueSize
    package var deliveries: QueueSize
    /// The number of the last event; nil where events have none, as on MongoDB, or where there is no event.
    package var lastEvent: Int64?
    /// How many events those who listen in this process have not been told; nil where nobody listens or events have no
    /// numbers.
    package var untold: Int64?
}

extension Engine {
    /// How the cache of lists does.
    package var cacheStatistics: CacheStatistics { lists.statistics }

    /// Looks into the store.
    package func figures() async throws(AppError) -> EngineFigures {
        calls.begin()
        defer { calls.end() }
        let told = feed.told?.number
        let isFollowing = feed.isFollowing
        return try await translating("Looking for figures") { () async throws -> EngineFigures in
            try await store.read { session in
                let last = try session.lastEvent()?.number
                return EngineFigures(
                    jobs: try QueueSize.jobs(session),
                    deliveries: try QueueSize.deliveries(session),
                    lastEvent: last,
                    untold: isFollowing ? last.flatMap { last in told.map { max(0, last - $0) } } : nil
                )
            }
        }
    }
}

extension EventCursor {
    /// The place in the log as a number, where it is one.
    fileprivate var number: Int64? { Int64(text) }
}

extension ProjectDirectory {
    /// The engines that are open, in no particular order.
    package var openEngines: [Engine] { state.withLock { $0.open.values.map(\.engine) } }
}
