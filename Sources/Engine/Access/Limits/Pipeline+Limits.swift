import Storage
import Values

/// A call that was refused because of its limit, by its place among those that were counted with it.
struct RefusedCall: Error {
    let place: Int
    let error: AppError
}

extension Pipeline {
    /// Counts calls in a transaction of their own, before anything is done for them, so that they count whatever becomes
    /// of them: it is wrong passwords and codes that limits are for.
    /// - Parameter together: whether none of them counts where one is refused.
    /// - Returns: how much of its limit each has left; nil for calls that none binds.
    /// - Throws: ``RefusedCall``; also that somebody may not call at all, and errors of the store, with which nothing may
    ///   be done either.
    func count(_ calls: [Call], together: Bool = true) async throws -> [RateLimitState?] {
        let places = calls.indices.filter { calls[$0].charge != nil }
        guard let first = places.first else { return calls.map { _ in nil } }
        let now = calls[first].now
        let outcomes = try await store.write { session in
            let charges = places.map { calls[$0].charge! }
            let outcomes = try Counting.take(charges, together: together, at: now, in: session)
            // Who may not call at all hears that first.
            if let refused = outcomes.firstIndex(where: \.isRefused) {
                _ = try ReadContext(calls[places[refused]], session, self)
            }
            return outcomes
        }
        if let refused = outcomes.firstIndex(where: \.isRefused) {
            let place = places[refused]
            let error = calls[place].charge!.refusal(of: calls[place], outcomes[refused].state)
            throw RefusedCall(place: place, error: error)
        }
        var states: [RateLimitState?] = calls.map { _ in nil }
        for (place, outcome) in zip(places, outcomes) { states[place] = outcome.state }
        return states
    }
}
