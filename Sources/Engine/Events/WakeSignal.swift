import Synchronization

/// Lets one task sleep until somebody rings, or for a while.
final class WakeSignal: Sendable {
    private struct State {
        var isRung = false
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() { wake(isRing: true) }

    /// Lets who sleeps look around.
    private func wake(isRing: Bool) {
        let sleeper = state.withLock { state in
            if isRing { state.isRung = true }
            defer { state.sleeper = nil }
            return state.sleeper
        }
        sleeper?.resume()
    }

    /// Returns once it was rung since the last time, the time is over, or the task is cancelled.
    /// - Returns: whether it was rung.
    @discardableResult
    func wait(until end: ContinuousClock.Instant) async -> Bool {
        let alarm = Task {
            try? await Task.sleep(until: end, clock: .continuous)
            self.wake(isRing: false)
        }
        defer { alarm.cancel() }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.isRung || Task.isCancelled || ContinuousClock.now >= end { return true }
                    state.sleeper = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            wake(isRing: false)
        }
        return state.withLock { state in
            defer { state.isRung = false }
            return state.isRung
        }
    }
}
