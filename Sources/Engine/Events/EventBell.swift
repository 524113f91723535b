import Values

/// Waits for something new in the event log.
final class EventBell: Sendable {
    private let listening: EventFeed.Listening
    private let rings: AsyncStream<Void>

    init(_ feed: EventFeed) {
        let (rings, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        self.rings = rings
        listening = feed.listen { _ in continuation.yield() }
    }

    /// Returns whether something has come since the last time, waiting for it until the time is over.
    /// - Throws: `CancellationError`.
    func wait(until end: ContinuousClock.Instant) async throws -> Bool {
        let rang = await withTaskGroup(of: Bool.self) { group in
            group.addTask { [rings] in
                for await _ in rings { return true }
                return false
            }
            group.addTask {
                try? await Task.sleep(until: end, clock: .continuous)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
        try Task.checkCancellation()
        return rang
    }
}
