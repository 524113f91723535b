import Storage
import Synchronization
import Values

/// What a runner does when the time of day, by which others have set when deliveries are due, can't be relied on.
extension DeliveryRunner {
    struct Moments: Sendable {
        var steps = ClockSteps()
        /// Whether there may be deliveries that are due later than they should be.
        var mayBeAhead = true
        /// Until then, by the uptime, a lease may seem to have run out only because the clock was set forward.
        var sparesOthersUntil: Int64 = .min
    }

    /// Looks again, before the next round, for deliveries that are due later than they should be.
    package func lookAgain() { moments.withLock { $0.mayBeAhead = true } }

    /// What may be taken now; nil where it has to be looked first for what is due later than it should be.
    func seeker(holding held: [String]) -> DeliveryQueue.Seeker? {
        moments.withLock { moments in
            switch moments.steps.look(at: clock) {
            case .none: break
            case .forward: moments.sparesOthersUntil = clock.uptime() + DeliveryQueue.leaseMilliseconds
            case .back: moments.mayBeAhead = true
            }
            guard !moments.mayBeAhead else { return nil }
            let sparesOthers = clock.uptime() < moments.sparesOthersUntil
            return DeliveryQueue.Seeker(owner: owner, held: Set(held), sparesOthers: sparesOthers)
        }
    }

    /// Makes due what is so only later by a clock that was ahead, and what a round that was broken off still holds.
    func bringBack() async throws {
        _ = seeker(holding: [])
        guard moments.withLock({ $0.mayBeAhead }) else { return }
        let (now, owner) = (clock.now, owner)
        let webhooks = try await store.read { try WebhookDirectory.listeners(in: $0).map(\.uid) }
        for webhook in webhooks {
            while try await store.write({ try DeliveryQueue.bringBack(webhook, from: owner, at: now, in: $0) }) {}
        }
        moments.withLock { $0.mayBeAhead = false }
    }
}
