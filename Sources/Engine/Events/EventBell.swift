import Synchronization

/// Waits for something new in the event log; for one who waits at a time.
final class EventBell: Sendable {
    private struct State {
        var rang = false
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state: Rope
    private let listening: EventFeed.Listening

    /// What the feed pulls; it outlives the bell.
    private final class Rope: Sendable {
        let state = Mutex(State())

        /// Lets who waits look again.
        func pull(isNews: Bool) {
            let waiting = state.withLock { state in
                if isNews { state.rang = true }
                defer { state.waiting = nil }
                return state.waiting
            }
            waiting?.resume()
        }
    }

    init(_ feed: EventFeed) {
        let rope = Rope()
        state = rope
        listening = feed.listen { _ in rope.pull(isNews: true) }
    }

    /// Returns whether something has come since the last time, waiting for it until the time is over.
    /// - Throws: `CancellationError`.
    func wait(until end: ContinuousClock.Instant) async throws -> Bool {
        let rope = state
        let alarm = Task {
            try? await Task.sleep(until: end, clock: .continuous)
            rope.pull(isNews: false)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = rope.state.withLock { state in
                    if state.rang || Task.isCancelled || ContinuousClock.now >= end { return true }
                    state.waiting = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            rope.pull(isNews: false)
        }
        try Task.checkCancellation()
        return rope.state.withLock { state in
            defer { state.rang = false }
            return state.rang
        }
    }
}
