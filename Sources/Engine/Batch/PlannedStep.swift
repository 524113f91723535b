import Catalog
import Values

/// A step of a request that was found and authorised.
struct PlannedStep: Sendable {
    let id: String
    let found: FoundOperation
    let client: Client
    /// As in ``Invocation/isProven``.
    let isProven: Bool
    /// As the caller gave them.
    let arguments: JSONObject
    /// The call with its arguments read; nil where they refer to results that don't exist yet.
    let ready: ReadyCall?

    var operation: Operation { found.operation }
    var actor: Actor { found.actor }

    /// Whether it can't be counted against its limit before the results are there to which its arguments refer.
    var countsLate: Bool { ready == nil && found.isLimited && operation.rateLimit != nil }

    /// Whether the call may destroy something, as far as its arguments are known.
    var mayDestroy: Bool { operation.destroys(arguments) }

    /// The step with the results that its arguments refer to.
    func ready(_ clock: WallClock, _ now: Timestamp, _ results: (String) throws(AppError) -> JSON) throws(AppError)
        -> ReadyCall
    {
        if let ready { return ready }
        return try found.reading(try References.resolved(arguments, results), from: client, at: now, clock)
    }
}
