import Catalog
import Values

/// A step of a request that was found and authorised.
struct PlannedStep: Sendable {
    let id: String
    let operation: Operation
    let handler: Handler
    let actor: Actor
    let client: Client
    /// As the caller gave them.
    let arguments: JSONObject
    /// The call with its arguments read; nil where they refer to results that don't exist yet.
    let ready: ReadyStep?
}

/// A step that can run.
struct ReadyStep: Sendable {
    let call: Call
    let work: Work
}

extension PlannedStep {
    /// Whether the call may destroy something, as far as its arguments are known.
    var mayDestroy: Bool { operation.destroys(arguments) }

    /// The step with the results that its arguments refer to.
    func ready(_ clock: WallClock, _ now: Timestamp, _ results: (String) throws(AppError) -> JSON) throws(AppError)
        -> ReadyStep
    {
        if let ready { return ready }
        return try Self.read(try References.resolved(arguments, results), operation, handler, actor, client, clock, now)
    }

    /// Validates and reads arguments.
    static func read(
        _ arguments: JSONObject,
        _ operation: Operation,
        _ handler: Handler,
        _ actor: Actor,
        _ client: Client,
        _ clock: WallClock,
        _ now: Timestamp
    ) throws(AppError) -> ReadyStep {
        let call = Call(
            operation: operation,
            arguments: try operation.validate(arguments),
            actor: actor,
            client: client,
            now: now,
            clock: clock
        )
        do { return ReadyStep(call: call, work: try handler.work(call)) } catch let error as AppError {
            throw error.said(in: operation.dialect)
        } catch {
            throw AppError(.generalServerError, "\(operation.id) failed because of a fault in Tandem.")
        }
    }
}
