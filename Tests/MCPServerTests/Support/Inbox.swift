import Synchronization

struct TimedOut: Error, CustomStringConvertible {
    var description: String { "nothing came in time" }
}

/// Lines that arrive from another thread, awaited one by one.
final class Inbox: Sendable {
    private struct State {
        var partial: [UInt8] = []
        var lines: [String] = []
        var next = 0
        var isClosed = false
        var waiter: CheckedContinuation<String?, any Error>?
    }

    private let state = Mutex(State())

    /// Every line so far, also those that were awaited.
    var all: [String] { state.withLock { $0.lines } }

    func append(_ bytes: some Sequence<UInt8>) {
        deliver { state in
            for byte in bytes {
                if byte == 0x0A {
                    state.lines.append(String(decoding: state.partial, as: UTF8.self))
                    state.partial = []
                } else {
                    state.partial.append(byte)
                }
            }
        }
    }

    func close() {
        deliver { $0.isClosed = true }
    }

    /// The next line, nil at the end of the stream.
    func next(timeout: Duration = .seconds(20)) async throws -> String? {
        try await withThrowingTaskGroup(of: String?.self) { group in
            group.addTask { try await self.wait() }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw TimedOut()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { return nil }
            return first
        }
    }

    private func wait() async throws -> String? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                deliver { $0.waiter = continuation }
                if Task.isCancelled { cancel() }
            }
        } onCancel: {
            cancel()
        }
    }

    private func cancel() {
        let waiter = state.withLock { state in
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: CancellationError())
    }

    private func deliver(_ change: (inout sending State) -> Void) {
        let ready = state.withLock { state -> (CheckedContinuation<String?, any Error>, String?)? in
            change(&state)
            guard let waiter = state.waiter else { return nil }
            if state.next < state.lines.count {
                state.waiter = nil
                state.next += 1
                return (waiter, state.lines[state.next - 1])
            }
            guard state.isClosed else { return nil }
            state.waiter = nil
            return (waiter, nil)
        }
        ready?.0.resume(returning: ready?.1)
    }
}
