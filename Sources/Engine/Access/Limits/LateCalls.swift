import Storage
import Synchronization
import Values

/// Calls of a batch that can be counted only in its transaction, because what they are counted by refers to results of
/// earlier steps.
///
/// Where that transaction comes to nothing, they are counted once more in one of their own before anybody hears why.
final class LateCalls: Sendable {
    private let calls = Mutex<[(step: String, call: Call)]>([])

    /// Forgets what an earlier try of the transaction has met.
    func begin() { calls.withLock { $0 = [] } }

    /// Counts a call in the transaction of the batch.
    /// - Throws: 429 `general_rate_limit_exceeded`.
    func count(_ call: Call, step: String, in session: any WriteSession) throws {
        guard let charge = call.charge else { return }
        let outcome = try Counting.take([charge], together: true, at: call.now, in: session)[0]
        if outcome.isRefused { throw charge.refusal(of: call, outcome.state) }
        calls.withLock { $0.append((step, call)) }
    }

    /// Counts for good what a transaction was undone with.
    /// - Throws: 429 `general_rate_limit_exceeded`, in place of what the transaction came to.
    func settle(_ pipeline: Pipeline) async throws {
        let calls = calls.withLock { $0 }
        do { _ = try await pipeline.count(calls.map(\.call), together: false) } catch let refused as RefusedCall {
            throw refused.error.said(in: calls[refused.place].call.dialect).inStep(calls[refused.place].step)
        }
    }
}
