import Synchronization

/// Work that goes on after the one who asked for it has gone.
final class Errands: Sendable {
    private let state = Mutex<(last: UInt64, running: [UInt64: Task<Void, Never>])>((0, [:]))

    func run(_ body: @escaping @Sendable () async -> Void) {
        state.withLock { state in
            state.last += 1
            let number = state.last
            state.running[number] = Task { [weak self] in
                await body()
                self?.state.withLock { _ = $0.running.removeValue(forKey: number) }
            }
        }
    }

    /// Returns when none is left.
    func finish() async {
        while let next = state.withLock({ $0.running.values.first }) { await next.value }
    }
}
