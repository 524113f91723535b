import Logging
package import Storage
import Synchronization
import Values

/// Follows the event log for everybody in this process who listens, so that many cost no more than one.
///
/// It begins with the first listener and ends a while after the last one has gone.
package final class EventFeed: Sendable {
    /// What listeners hear.
    package enum News: Sendable {
        /// The records that were committed since the last time, in commit order.
        case records([LoggedEvent])
        /// Something may have been missed: the log is followed from this moment on.
        case begins
    }

    private struct State {
        var listeners: [UInt64: @Sendable (News) -> Void] = [:]
        var lastNumber: UInt64 = 0
        var task: Task<Void, Never>?
        var isClosed = false
        /// Whether the last try to follow the log failed.
        var isInterrupted = false
        /// Whether listeners hear everything from now on.
        var isFollowing = false
        /// The place behind what was told last.
        var told: EventCursor?
        /// How long after it had happened the last event was told, in milliseconds.
        var delay: Int64?
    }

    private let store: any DocumentStore
    private let clock: WallClock
    private let log: Logger
    private let state = Mutex(State())

    /// How many records are told at once.
    private static let batch = 500
    /// How long the log is followed for nobody.
    private static let linger = Duration.seconds(30)
    /// How long to wait before the log is followed again after a failure.
    private static let pause = Duration.milliseconds(500)

    init(_ store: any DocumentStore, _ clock: WallClock, _ log: Logger) {
        self.store = store
        self.clock = clock
        self.log = log
    }

    /// Somebody's listening, which ends with this object.
    package final class Listening: Sendable {
        private let end: @Sendable () -> Void

        fileprivate init(_ end: @escaping @Sendable () -> Void) { self.end = end }

        deinit { end() }
    }

    /// Tells news from now on. The first is ``News/begins`` unless the log is being followed already; what was committed
    /// before it has to be read from the log.
    /// - Parameter heard: called by one thread at a time; it must not block.
    package func listen(_ heard: @escaping @Sendable (News) -> Void) -> Listening {
        let number = state.withLock { state in
            state.lastNumber += 1
            state.listeners[state.lastNumber] = heard
            if state.task == nil, !state.isClosed {
                // It goes on for everybody, and so for no call.
                state.task = TraceContext.$current.withValue(nil) { Task { await self.follow() } }
            }
            return state.lastNumber
        }
        return Listening { [weak self] in
            self?.state.withLock { _ = $0.listeners.removeValue(forKey: number) }
        }
    }

    /// Whether anybody listens.
    var isHeard: Bool { state.withLock { !$0.listeners.isEmpty } }

    /// Whether listeners hear nothing at the moment, because the log can't be followed.
    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// Whether the log is being followed. Who listens and then finds that it is hears everything from then on, without
    /// being told ``News/begins``.
    package var isFollowing: Bool { state.withLock { $0.isFollowing } }

    /// The place behind what listeners have been told; nil before the log was first followed.
    var told: EventCursor? { state.withLock { $0.told } }

    /// How long after it had happened the last event was told, in milliseconds; nil where none was told yet, or nobody
    /// listens.
    package var delay: Int64? { state.withLock { $0.isFollowing ? $0.delay : nil } }

    /// Ends it.
    func close() async {
        let task = state.withLock { state in
            state.isClosed = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    private func follow() async {
        while true {
            do {
                let place = try await store.read { try $0.lastEvent() }
                state.withLock { state in
                    state.isInterrupted = false
                    state.told = place
                }
                begin()
                let tail = store.tail(after: place)
                defer { tail.stop() }
                while await hasListeners() { try await pass(on: tail) }
                return
            } catch {
                guard !Task.isCancelled, await rest(after: error) else { return over() }
            }
        }
    }

    private func pass(on tail: any EventTail) async throws {
        let records = try await tail.next(limit: Self.batch, within: .seconds(1))
        try Task.checkCancellation()
        guard let last = records.last else { return }
        tell(.records(records))
        let moment = EventRecord.moment(of: last.record)
        state.withLock { state in
            state.told = last.cursor
            if let moment { state.delay = max(0, clock.now.milliseconds - moment.milliseconds) }
        }
    }

    private func tell(_ news: News) {
        for listener in state.withLock({ Array($0.listeners.values) }) { listener(news) }
    }

    private func begin() {
        // At once, so that nobody is told who could find out by asking.
        let listeners = state.withLock { state in
            state.isFollowing = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener(.begins) }
    }

    private func over() {
        state.withLock { state in
            state.task = nil
            state.isFollowing = false
        }
    }

    /// Whether it is worth going on. Nobody can come between a no and the end.
    private func hasListeners() async -> Bool {
        let isHeard = { self.state.withLock { !$0.listeners.isEmpty } }
        if isHeard() { return true }
        let end = ContinuousClock.now + Self.linger
        while ContinuousClock.now < end, !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(200))
            if isHeard() { return true }
        }
        return state.withLock { state in
            guard state.listeners.isEmpty || Task.isCancelled else { return true }
            state.task = nil
            state.isFollowing = false
            return false
        }
    }

    /// - Returns: whether to try again.
    private func rest(after error: any Error) async -> Bool {
        state.withLock { state in
            state.isFollowing = false
            state.isInterrupted = true
        }
        log.warning("the event log can't be followed for a moment: \(error)")
        try? await Task.sleep(for: Self.pause)
        return !Task.isCancelled
    }
}
