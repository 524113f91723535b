import Catalog
import Values

/// A call whose arguments have been read and which can run: alone, as a step of a batch, or in a rehearsal.
struct Work: Sendable {
    /// What happens inside a session. It is synchronous and may run again.
    enum Body: Sendable {
        /// Only reads.
        case read(@Sendable (ReadContext) throws -> Response)
        /// Changes rows; its transaction may be shared with other calls.
        case write(@Sendable (WriteContext) throws -> Response)
        /// Changes the schema; it has its transaction for itself.
        case define(@Sendable (WriteContext) throws -> Response)
        /// Has transactions of its own, and so can be no part of another one.
        case apart(@Sendable (Pipeline) async throws -> Response)
    }

    let body: Body
    /// What is worth doing before a session is open, because it takes long. The body works without it as well, as in a
    /// batch whose steps depend on each other.
    var ahead: (@Sendable (Pipeline) async throws -> Void)?
    /// Makes the answer once the jobs that the body queued are done; nil where the body's answer is the last word.
    var conclude: (@Sendable (ReadContext) throws -> Response)?
    /// How a call that runs by itself may be answered from the cache; nil where it may not.
    var cached: Cached?
    /// What a call that has transactions of its own would destroy; nil where it destroys nothing, and where the body can
    /// be rehearsed.
    var foresight: Foresight?

    /// How a call that may destroy something is looked into before it happens.
    struct Foresight: Sendable {
        /// Whether it destroys anything.
        let destroys: @Sendable (ReadContext) throws -> Bool
        /// Destroys it, in a session that is given up.
        let perform: @Sendable (WriteContext) throws -> Void

        init(
            destroys: @escaping @Sendable (ReadContext) throws -> Bool,
            perform: @escaping @Sendable (WriteContext) throws -> Void
        ) {
            self.destroys = destroys
            self.perform = perform
        }
    }

    /// Whether a call whose operation is declared to destroy does so.
    func destroys(_ context: ReadContext) throws -> Bool {
        try context.call.operation.destroys(context.call.arguments) && (foresight?.destroys(context) ?? true)
    }

    struct Cached: Sendable {
        let request: ListRequest
        let source: @Sendable (Call) throws -> ListSource
    }

    /// Runs the body in a session that may write.
    /// - Throws: also 400 `batch_not_atomic` for what must be apart.
    func run(_ context: WriteContext) throws -> Response {
        switch body {
        case .read(let body): return try body(context)
        case .write(let body): return try body(context)
        case .define(let body):
            try context.changeSchema()
            return try body(context)
        case .apart:
            throw Self.isApart(context.call)
        }
    }

    static func isApart(_ call: Call) -> AppError {
        AppError(
            .batchNotAtomic,
            call.optional("transactionId") == nil
                ? "\(call.operation.id) has transactions of its own."
                : "\(call.operation.id) belongs to the transaction of its transactionId.",
            argument: "atomic",
            hint: "Set \"atomic\" to false, or run it apart and without \"dryRun\"."
        )
    }
}
