import Glibc
import Synchronization
import Threads
import Values

/// The threads that hash passwords, apart from those that answer calls.
///
/// Half as many as there are processors, so that sign-ins which come all at once wait for each other and nobody else
/// waits for them. It also bounds their memory.
enum HashingThreads {
    private static let threads = WorkerThreads(count: min(8, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)))

    /// Runs something that hashes, after what came before it.
    /// - Throws: what `body` throws, and `CancellationError` for a task that was cancelled while it waited.
    static func run<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
        let cancelled = Flag()
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                threads.submit {
                    continuation.resume(
                        with: Result {
                            if cancelled.isUp.load(ordering: .relaxed) { throw CancellationError() }
                            return try body()
                        }
                    )
                }
            }
        } onCancel: {
            cancelled.isUp.store(true, ordering: .relaxed)
        }
    }

    private final class Flag: Sendable {
        let isUp = Atomic(false)
    }
}
