import Synchronization

/// Lets one task sleep until somebody rings, or for a while.
final class WakeSignal: Sendable {
    private struct State {
        var isRung = false
        /// Which wait is the present one. The alarm of an earlier one may go off late and is none for this one.
        var turn = 0
        var sleeper: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func ring() {
        let sleeper = state.withLock { state in
            state.isRung = true
            return state.sleeper.take()
        }
        sleeper?.resume()
    }

    /// Ends a wait in which nobody has rung.
    private func end(_ turn: Int) {
        let sleeper = state.withLock { state in state.turn == turn ? state.sleeper.take() : nil }
        sleeper?.resume()
    }

    /// Returns once it was rung since the last time, the time is over, or the task is cancelled.
    /// - Returns: whether it was rung.
    @discardableResult
    func wait(until end: ContinuousClock.Instant) async -> Bool {
        let turn = state.withLock { state in
            state.turn += 1
            return state.turn
        }
        let alarm = Task {
            try? await Task.sleep(until: end, clock: .continuous)
            self.end(turn)
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
            self.end(turn)
        }
        return state.withLock { state in
            defer { state.isRung = false }
            return state.isRung
        }
    }
}
