import Synchronization
import Threads

/// Writes that wait for one of the threads that carry them out, and which may be carried out together.
final class WriteQueue<Session>: Sendable {
    /// One write that waits for its turn.
    struct Request: Sendable {
        /// Whether it must have its transaction for itself.
        var isAlone: Bool
        /// When it was asked for, on the monotonic clock in nanoseconds.
        let submitted = monotonicNanoseconds()
        /// Runs the body and keeps its outcome.
        var run: @Sendable (Session) throws -> Void
        /// Hands the outcome over; a given error replaces it, because the transaction did not commit.
        var finish: @Sendable ((any Error)?) -> Void
    }

    /// Carries out the writes of a group and finishes each of them. Made, used and released on one thread.
    typealias Worker = (_ group: [Request]) -> Void

    private struct State {
        var queue: [Request] = []
        var running = 0
        var isStopped = false
    }

    private enum Next { case start, wake, refuse }

    private let state = Mutex(State())
    private let idle = IdleThreads()
    private let ended = IdleThreads()
    private let lanes: Int
    private let makeWorker: @Sendable () -> Worker

    /// How many waiting writes share a transaction at the most.
    private static var groupLimit: Int { 128 }

    /// - Parameter lanes: the number of threads, which start when there is work for them.
    init(lanes: Int, worker: @escaping @Sendable () -> Worker) {
        self.lanes = lanes
        makeWorker = worker
    }

    func submit(_ request: Request) {
        let next: Next = state.withLock { state in
            guard !state.isStopped else { return .refuse }
            state.queue.append(request)
            guard state.running < lanes, idle.count == 0 else { return .wake }
            state.running += 1
            return .start
        }
        switch next {
        case .start: Threads.start { self.loop() }
        case .wake: idle.wakeOne()
        case .refuse: request.finish(StoreError(.unavailable, "the store is closed"))
        }
    }

    /// Refuses new writes and returns once the waiting ones are done.
    func stop() {
        state.withLock { $0.isStopped = true }
        idle.wakeAll()
        ended.wait { state.withLock { $0.running == 0 } }
    }

    private func loop() {
        work(makeWorker())
        // The worker, and its connection, are gone by now.
        state.withLock { $0.running -= 1 }
        ended.wakeAll()
    }

    private func work(_ worker: Worker) {
        while true {
            idle.wait { state.withLock { !$0.queue.isEmpty || $0.isStopped } }
            let group = takeGroup()
            if group.isEmpty {
                if state.withLock({ $0.isStopped }) { return }
                continue
            }
            worker(group)
        }
    }

    private func takeGroup() -> [Request] {
        state.withLock { state in
            var count = 0
            while count < min(state.queue.count, Self.groupLimit), !state.queue[count].isAlone { count += 1 }
            if count == 0, !state.queue.isEmpty { count = 1 }
            let group = Array(state.queue.prefix(count))
            state.queue.removeFirst(count)
            return group
        }
    }
}
