import Synchronization
import Threads

/// A tail that blocks a thread of its own while it waits.
final class BlockingTail: EventTail {
    /// What reads the log. Made, used and let go on the thread of its tail only.
    protocol Source: AnyObject {
        /// The next records; an empty list when there is none yet, after waiting for a moment.
        func read(limit: Int) throws -> [LoggedEvent]
    }

    private final class Slot: Sendable {
        /// Touched by the one thread only, and let go once that has ended.
        nonisolated(unsafe) var source: (any Source)?
    }

    private let thread = WorkerThreads(count: 1)
    private let slot = Slot()
    private let open: @Sendable () throws -> any Source
    private let isStopped = Atomic(false)
    private let wake: @Sendable () -> Void

    /// - Parameters:
    ///   - wake: lets a source that waits return.
    ///   - open: makes the source, at the first read.
    init(wake: @escaping @Sendable () -> Void = {}, _ open: @escaping @Sendable () throws -> any Source) {
        self.wake = wake
        self.open = open
    }

    deinit { stop() }

    func next(limit: Int, within patience: Duration) async throws -> [LoggedEvent] {
        let deadline = monotonicNanoseconds(after: patience)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                thread.submit { [self] in continuation.resume(with: Result { try read(limit, until: deadline) }) }
            }
        } onCancel: {
            stop()
        }
    }

    private func read(_ limit: Int, until deadline: UInt64) throws -> [LoggedEvent] {
        while true {
            guard !isStopped.load(ordering: .acquiring) else { throw StoreError.tailIsStopped }
            let source = try slot.source ?? open()
            slot.source = source
            let events = try source.read(limit: limit)
            if !events.isEmpty || monotonicNanoseconds() >= deadline { return events }
        }
    }

    func stop() {
        guard let ending = begin() else { return }
        Threads.start(ending)
    }

    /// Stops it and returns when its thread has ended, which it may block for.
    func end() {
        if let ending = begin() { ending() } else { thread.stop() }
    }

    /// - Returns: what remains to be done, and blocks; nil when it was stopped before.
    private func begin() -> (@Sendable () -> Void)? {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return nil }
        wake()
        return { [thread, slot] in
            thread.stop()
            // Nobody else touches it now.
            slot.source = nil
        }
    }
}
