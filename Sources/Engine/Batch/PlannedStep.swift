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
    /// Noted when it is planned: transactions run on threads that work for no task.
    private let trace = TraceContext.current

    var operation: Operation { found.operation }
    var actor: Actor { found.actor }

    /// Whether it can't be counted against its limit before the results are there to which its arguments refer.
    var countsLate: Bool { ready == nil && found.isLimited && operation.rateLimit != nil }

    /// Whether the call may destroy something, as far as its arguments are known.
    var mayDestroy: Bool { operation.destroys(arguments) }

    init(
        id: String,
        found: FoundOperation,
        client: Client,
        isProven: Bool,
        arguments: JSONObject,
        ready: ReadyCall?
    ) {
        self.id = id
        self.found = found
        self.client = client
        self.isProven = isProven
        self.arguments = arguments
        self.ready = ready
    }

    /// The step with the results that its arguments refer to.
    func ready(_ clock: WallClock, _ now: Timestamp, _ results: (String) throws(AppError) -> JSON) throws(AppError)
        -> ReadyCall
    {
        if let ready { return ready }
        let arguments = try References.resolved(arguments, results)
        return try found.reading(arguments, from: client, at: now, clock, trace: trace)
    }
}
