import Synchronization

/// Lets everybody through once it is open, and makes them wait until then.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
        var last: UInt64 = 0
    }

    private let state = Mutex(State())

    /// - Returns: whether it was open already.
    @discardableResult
    func open() -> Bool {
        let (wasOpen, waiting) = state.withLock { state in
            defer {
                state.isOpen = true
                state.waiting = [:]
            }
            return (state.isOpen, Array(state.waiting.values))
        }
        for continuation in waiting { continuation.resume(returning: true) }
        return wasOpen
    }

    /// Waits until it is open.
    /// - Returns: whether it is, within the time.
    func pass(within time: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let number = state.withLock { state -> UInt64? in
                guard !state.isOpen else { return nil }
                state.last += 1
                state.waiting[state.last] = continuation
                return state.last
            }
            guard let number else { return continuation.resume(returning: true) }
            Task {
                try? await Task.sleep(for: time)
                self.state.withLock { $0.waiting.removeValue(forKey: number) }?.resume(returning: false)
            }
        }
    }
}
