import Catalog
import Values

extension Access {
    /// Whether limits hold for an actor.
    ///
    /// They hold for whoever comes on its own: a guest, somebody who shows the secret of a session or a JWT, and the user
    /// as whom a whole process acts. They don't hold for keys, nor where the owner acts for a user, because the owner has
    /// nothing to guess.
    /// - Parameter isProven: whether the actor has shown a secret.
    func limits(_ actor: Actor, isProven: Bool) -> Bool {
        switch actor {
        case .key, .apiKey, .ephemeralKey, .administrator: false
        case .guest, .session, .impersonated: true
        case .user: isProven || self.actor == actor
        }
    }
}

extension Charge {
    /// What a call is refused with that has used up its limit.
    func refusal(of call: Call, _ state: RateLimitState) -> AppError {
        var error = AppError(
            .generalRateLimitExceeded,
            "\(call.operation.id) is limited to \(limit.calls) calls in \(limit.seconds) seconds, which are used up.",
            hint: "Try again in \(state.wait) seconds. Keys are not limited, and nobody is with --no-rate-limits."
        )
        error.limit = state
        return error
    }
}
