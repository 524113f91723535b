import Synchronization

/// The tails of a store, which end with it.
final class OpenTails: Sendable {
    private struct Weak: Sendable {
        weak let tail: BlockingTail?
    }

    private struct State {
        var tails: [Weak] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    func keep(_ tail: BlockingTail) -> BlockingTail {
        let isClosed = state.withLock { state in
            state.tails.removeAll { $0.tail == nil }
            state.tails.append(Weak(tail: tail))
            return state.isClosed
        }
        if isClosed { tail.stop() }
        return tail
    }

    /// Stops all of them and returns when none touches the store any more.
    func close() {
        let tails = state.withLock { state in
            defer { state.tails = [] }
            state.isClosed = true
            return state.tails.compactMap(\.tail)
        }
        for tail in tails { tail.end() }
    }
}
