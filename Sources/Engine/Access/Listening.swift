import Catalog
import Values

/// The one question by which it is found out who somebody is who listens, and what it may hear: whether it may wait for
/// events.
enum Listening {
    /// What everybody does who listens, as far as the catalog is concerned.
    static let operation = "realtime.wait"

    /// - Parameter actor: who listens; that it may be it is for ``Access`` to say.
    static func call(of actor: Actor, at now: Timestamp, _ clock: WallClock) -> Call {
        Call(
            operation: Catalog.embedded.operation(operation)!,
            arguments: JSONObject(),
            actor: actor,
            now: now,
            clock: clock
        )
    }
}

extension ReadContext {
    /// What an actor may hear, as of the state that the session sees.
    /// - Throws: what the actor would be refused with if it waited for events.
    func listener(_ actor: Actor) throws -> Listener {
        Listener(try nested(Listening.call(of: actor, at: now, call.clock)).caller)
    }
}
