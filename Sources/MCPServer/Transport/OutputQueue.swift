import Glibc
import Synchronization
import Threads

/// The way out: a queue of bytes before a file descriptor, written by whoever can without waiting and else by a thread.
///
/// At most one thread writes at a time and takes all that is queued, so lines are never mixed and many answers leave in
/// one write. A flush first tries to write where it is, which saves the wake-up of the writer thread; when the pipe is
/// full, or can't be written without waiting, the thread takes over and blocks in the caller's place.
final class OutputQueue: LineSink {
    private struct State: Sendable {
        /// Not yet taken by a writer.
        var pending: [UInt8] = []
        /// An emptied buffer, kept to be filled again.
        var spare: [UInt8] = []
        /// What a writer has taken and not finished; the thread goes on with it.
        var leftover: ArraySlice<UInt8> = []
        /// How many bytes the writer holds.
        var held = 0
        var isWriting = false
        var isClosed = false
        /// The other end is gone; everything is thrown away.
        var isBroken = false
        var threadEnded = false
        var roomIsAwaited = false
        var stopsWaiting = false

        var isEmpty: Bool { pending.isEmpty && leftover.isEmpty }
    }

    /// Buffers above this size are not kept for reuse.
    private static let keptCapacity = 1 << 20
    /// How many bytes the thread writes at once: what a pipe holds.
    private static let part = 1 << 16

    private let descriptor: Int32
    private let immediate: ImmediateWriter
    private let limit: Int
    private let onBreak: @Sendable () -> Void
    /// How many bytes the thread has written.
    private let written = Atomic(0)
    private let monitor = Monitor(State())

    /// - Parameters:
    ///   - limit: How many bytes may wait before ``waitForRoom()`` waits.
    ///   - onBreak: Called once, from any thread, when the other end is gone.
    init(descriptor: Int32, limit: Int, onBreak: @escaping @Sendable () -> Void) {
        self.descriptor = descriptor
        immediate = ImmediateWriter(descriptor: descriptor)
        self.limit = limit
        self.onBreak = onBreak
    }

    func start() {
        Threads.start { [self] in writeLoop() }
    }

    func append(_ lines: [UInt8]) {
        monitor.withLock { state in
            guard !state.isBroken else { return }
            state.pending.append(contentsOf: lines)
        }
    }

    func flush() {
        guard var taken = monitor.withLock({ Self.take(&$0) }) else { return }
        let progress = immediate.write(taken)
        let wakesThread = monitor.withLock { state in
            Self.finish(&state, &taken, progress)
            return !state.isEmpty || state.isClosed || state.isBroken
        }
        if wakesThread { monitor.broadcast() }
        if progress == .broken { onBreak() }
    }

    /// Blocks the calling thread while more than the limit is queued, until ``stopWaiting()``.
    func waitForRoom() {
        monitor.wait { state in
            let isFull = state.pending.count + state.held > limit
            guard isFull, !state.stopsWaiting, !state.isBroken else {
                state.roomIsAwaited = false
                return ()
            }
            state.roomIsAwaited = true
            return nil
        }
    }

    func stopWaiting() {
        monitor.withLock { $0.stopsWaiting = true }
        monitor.broadcast()
    }

    /// True once the other end is gone.
    var isBroken: Bool { monitor.withLock { $0.isBroken } }

    /// Writes what is left and ends the thread; gives up when the other end has read nothing for as long as `timeout`.
    func close(timeout: Duration) {
        monitor.withLock { $0.isClosed = true }
        monitor.broadcast()
        var before = -1
        while written.load(ordering: .relaxed) != before {
            before = written.load(ordering: .relaxed)
            if monitor.wait(timeout: timeout, until: { $0.threadEnded }) { return }
        }
    }

    private static func take(_ state: inout State) -> [UInt8]? {
        guard !state.isWriting, !state.isBroken, state.leftover.isEmpty, !state.pending.isEmpty else { return nil }
        let taken = state.pending
        state.pending = state.spare
        state.spare = []
        state.isWriting = true
        state.held = taken.count
        return taken
    }

    /// Ends a write in place; `taken` is handed over without a copy.
    private static func finish(_ state: inout State, _ taken: inout [UInt8], _ progress: ImmediateWriter.Progress) {
        state.isWriting = false
        switch progress {
        case .wrote(let count) where count < taken.count:
            state.leftover = taken[count...]
            state.held = taken.count - count
        case .wrote:
            state.held = 0
            guard state.spare.isEmpty, taken.capacity <= keptCapacity else { return }
            taken.removeAll(keepingCapacity: true)
            swap(&state.spare, &taken)
        case .broken: discard(&state)
        }
    }

    private static func discard(_ state: inout State) {
        state.isBroken = true
        state.pending = []
        state.leftover = []
        state.held = 0
    }

    private func writeLoop() {
        while let bytes = nextForThread() {
            let isWhole = writeAll(bytes)
            let wakesReader = monitor.withLock { state in
                state.isWriting = false
                state.held = 0
                if !isWhole { Self.discard(&state) }
                return state.roomIsAwaited
            }
            if wakesReader { monitor.broadcast() }
            if !isWhole { onBreak() }
        }
        monitor.withLock { $0.threadEnded = true }
        monitor.broadcast()
    }

    /// Blocks until there is something to write; nil when the queue is closed and empty, or broken.
    private func nextForThread() -> ArraySlice<UInt8>? {
        monitor.wait { state -> ArraySlice<UInt8>?? in
            if state.isBroken { return .some(nil) }
            guard !state.isWriting else { return nil }
            if !state.leftover.isEmpty {
                let bytes = state.leftover
                state.leftover = []
                state.isWriting = true
                return bytes
            }
            if let taken = Self.take(&state) { return taken[...] }
            return state.isClosed ? .some(nil) : nil
        }
    }

    /// Writes everything, however long that takes; false when the other end is gone.
    private func writeAll(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while !rest.isEmpty {
                // In parts, because a write that blocks tells nothing until all of it is out.
                let count = write(descriptor, rest.baseAddress, min(rest.count, Self.part))
                if count > 0 {
                    written.wrappingAdd(count, ordering: .relaxed)
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno == EAGAIN {
                    var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    _ = Glibc.poll(&poll, 1, -1)
                } else if errno != EINTR {
                    return false
                }
            }
            return true
        }
    }
}
