import Catalog
import Values

/// The operations that a process, or a part of it, can carry out.
struct Repertoire: Sendable {
    let catalog: Catalog
    private var handlers: [String: Handler] = [:]

    init(_ catalog: Catalog, _ handlers: [Handler]) {
        self.catalog = catalog
        add(handlers)
    }

    mutating func add(_ more: [Handler]) {
        for handler in more { for id in handler.ids { handlers[id] = handler } }
    }

    /// The ids of the operations that have a handler.
    var ids: Set<String> { Set(handlers.keys) }

    /// The operation that an id in any spelling means, with what carries it out; nil where there is none.
    func find(_ id: String) -> (operation: Operation, handler: Handler)? {
        guard let operation = catalog.operation(id), let handler = handlers[operation.implementation] else {
            return nil
        }
        return (operation, handler)
    }
}

/// An operation that was found, and somebody who may ask for it.
struct FoundOperation: Sendable {
    let operation: Operation
    let handler: Handler
    let actor: Actor
    /// Whether the limit of the operation, where it has one, binds the actor.
    var isLimited = false

    /// A call of it with arguments as they came in.
    /// - Throws: what is wrong with the arguments.
    func reading(
        _ arguments: JSONObject,
        from client: Client,
        at now: Timestamp,
        _ clock: WallClock,
        movesRows: Bool = false,
        keyDigest: String? = nil,
        unchangedSince: Timestamp? = nil,
        trace: TraceContext? = TraceContext.current
    ) throws(AppError) -> ReadyCall {
        var call = Call(
            operation: operation,
            arguments: try operation.validate(arguments),
            actor: actor,
            client: client,
            now: now,
            clock: clock,
            movesRows: movesRows,
            keyDigest: keyDigest,
            unchangedSince: unchangedSince,
            trace: trace
        )
        if isLimited { call.charge = Charge(operation, call.arguments, actor, client) }
        do { return try ReadyCall(call, handler) } catch let error as AppError {
            throw error.said(in: operation.dialect)
        } catch {
            throw AppError(.generalServerError, "\(operation.id) failed because of a fault in Tandem.")
        }
    }
}

/// A call whose arguments were read, so that it can run.
struct ReadyCall: Sendable {
    let call: Call
    let work: Work

    /// - Throws: what is wrong with the arguments.
    init(_ call: Call, _ handler: Handler) throws {
        self.call = call
        work = try handler.work(call)
    }
}
