/// Waits for something new in the event log; for one who waits at a time.
final class EventBell: Sendable {
    private let signal: WakeSignal
    private let listening: EventFeed.Listening

    init(_ feed: EventFeed) {
        let signal = WakeSignal()
        self.signal = signal
        listening = feed.listen { _ in signal.ring() }
    }

    /// Returns whether something has come since the last time, waiting for it until the time is over.
    /// - Throws: `CancellationError`.
    func wait(until end: ContinuousClock.Instant) async throws -> Bool {
        let rang = await signal.wait(until: end)
        try Task.checkCancellation()
        return rang
    }
}
