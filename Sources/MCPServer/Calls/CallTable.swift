import Threads

/// The calls that are running, by id.
///
/// A call is answered by whoever removes it from the table: the call itself when it returns, or nobody when the client
/// cancels it, so a cancelled call is silent however late it notices.
final class CallTable: Sendable {
    /// Names one run; an id may be used again after its request was answered.
    struct Ticket: Sendable {
        let id: RequestID
        let serial: UInt64
    }

    private struct Running: Sendable {
        let serial: UInt64
        let batch: BatchReply?
        var task: Task<Void, Never>?
    }

    private struct State: Sendable {
        var live: [RequestID: Running] = [:]
        var lastSerial: UInt64 = 0
        /// Calls whose task has not ended, cancelled ones included, and the bytes of their requests.
        var count = 0
        var bytes = 0
        var isAwaited = false
        var stopsWaiting = false
        var isCancelled = false
    }

    private let maximumCalls: Int
    private let maximumBytes: Int
    private let monitor = Monitor(State())

    init(maximumCalls: Int, maximumBytes: Int) {
        self.maximumCalls = maximumCalls
        self.maximumBytes = maximumBytes
    }

    /// Enters a call that is about to start.
    ///
    /// - Returns: nil when a call with this id is running.
    func enter(_ id: RequestID, bytes: Int, batch: BatchReply?) -> Ticket? {
        monitor.withLock { state in
            guard state.live[id] == nil else { return nil }
            state.lastSerial += 1
            state.count += 1
            state.bytes += bytes
            state.live[id] = Running(serial: state.lastSerial, batch: batch)
            return Ticket(id: id, serial: state.lastSerial)
        }
    }

    /// Tells which task to cancel for an entered call.
    func attach(_ task: Task<Void, Never>, to ticket: Ticket) {
        let isCancelled = monitor.withLock { state in
            guard state.live[ticket.id]?.serial == ticket.serial else { return false }
            state.live[ticket.id]?.task = task
            return state.isCancelled
        }
        if isCancelled { task.cancel() }
    }

    func isLive(_ ticket: Ticket) -> Bool {
        monitor.withLock { $0.live[ticket.id]?.serial == ticket.serial }
    }

    /// Takes a call out to be answered.
    ///
    /// - Returns: false when it was cancelled and must not be answered.
    func take(_ ticket: Ticket) -> Bool {
        monitor.withLock { state in
            guard state.live[ticket.id]?.serial == ticket.serial else { return false }
            state.live[ticket.id] = nil
            return true
        }
    }

    /// Gives back the room of a call; comes after its answer is queued, so that nobody who waits for the last call
    /// misses the answer.
    func release(bytes: Int) {
        let wakes = monitor.withLock { state in
            state.count -= 1
            state.bytes -= bytes
            return state.isAwaited
        }
        if wakes { monitor.broadcast() }
    }

    /// Silences a call and asks its task to stop; does nothing when there is none with this id.
    func cancel(_ id: RequestID) {
        let running = monitor.withLock { $0.live.removeValue(forKey: id) }
        running?.task?.cancel()
        running?.batch?.complete(with: nil)
    }

    var hasRoom: Bool { monitor.withLock { $0.count < maximumCalls && $0.bytes < maximumBytes } }

    /// Blocks the calling thread while there is no room, until ``stopWaiting()``.
    func waitForRoom() {
        monitor.wait { state in
            state.isAwaited = state.count >= maximumCalls || state.bytes >= maximumBytes
            return state.isAwaited && !state.stopsWaiting ? nil : ()
        }
    }

    func stopWaiting() {
        monitor.withLock { $0.stopsWaiting = true }
        monitor.broadcast()
    }

    /// Blocks until every call has ended or `grace` is over; then cancels the rest and waits for `cancelledGrace`.
    ///
    /// A call that ends in time is answered, also when it was cancelled here; later ones are silent.
    func drain(grace: Duration, cancelledGrace: Duration) {
        if waitUntilEmpty(grace) { return }
        let tasks = monitor.withLock { state in
            state.isCancelled = true
            return state.live.values.compactMap(\.task)
        }
        for task in tasks { task.cancel() }
        if waitUntilEmpty(cancelledGrace) { return }
        monitor.withLock { $0.live = [:] }
    }

    private func waitUntilEmpty(_ timeout: Duration) -> Bool {
        monitor.wait(timeout: timeout) { state in
            state.isAwaited = state.count > 0
            return state.count == 0
        }
    }
}
