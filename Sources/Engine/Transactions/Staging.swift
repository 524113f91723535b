import Catalog
import Storage
import Values

extension Handler {
    /// The same operation, which with a `transactionId` is staged in that transaction, or reads in it.
    func staged(by replay: Replay) -> Handler {
        Handler(ids: ids) { call in
            guard let id = call.optional("transactionId")?.string else { return try work(call) }
            if case .read(let body) = try work(call).body {
                return Work(body: .apart { pipeline in try await Staging.read(call, in: id, replay, pipeline, body) })
            }
            let fixed = Staging.completed(call)
            return Work(
                body: .apart { pipeline in
                    try await Staging.stage([fixed], in: id, by: call, replay, pipeline) { _, error in error }
                        .responses[0]
                }
            )
        }
    }
}

/// Puts calls into a transaction. They are rehearsed on top of what was staged before, so that the answer is what it
/// will be, and what can't happen is refused at once.
enum Staging {
    /// Answers a read as if the transaction was committed.
    static func read(
        _ call: Call,
        in id: String,
        _ replay: Replay,
        _ pipeline: Pipeline,
        _ body: @escaping @Sendable (ReadContext) throws -> Response
    ) async throws -> Response {
        try await pipeline.store.rehearse { session in
            let context = try WriteContext(call, writing: session, pipeline)
            let transaction = try Transaction.open(id, context)
            try replay.run(try transaction.staged(session), context, bindsToBase: false)
            return try body(try context.nested(call))
        }
    }

    /// What staging came to.
    struct Result: Sendable {
        var transaction: Transaction
        var responses: [Response]
    }

    /// Stages calls, all or none.
    /// - Parameters:
    ///   - call: the one that asks for it.
    ///   - naming: says in an error which of the calls has met it.
    /// - Throws: 400 `transaction_limit_exceeded`; the error that one of the calls meets.
    static func stage(
        _ operations: [StagedOperation],
        in id: String,
        by call: Call,
        _ replay: Replay,
        _ pipeline: Pipeline,
        naming: @escaping @Sendable (Int, AppError) -> AppError
    ) async throws -> Result {
        let (responses, bases) = try await pipeline.store.rehearse { session in
            let context = try WriteContext(call, writing: session, pipeline)
            let transaction = try Transaction.open(id, context)
            try checkRoom(for: operations.count, in: transaction)
            func each<R>(_ body: (ReadyCall) throws -> R) throws -> [R] {
                try operations.enumerated().map { index, operation in
                    do {
                        return try body(
                            try replay.ready(operation, like: call, unchangedSince: call.unchangedSince)
                        )
                    } catch let error as AppError {
                        throw naming(index, error.said(in: replay.dialect(of: operation)))
                    }
                }
            }
            let bases = try each { ready in
                StagedAction(ready.call.operation)?.isBound == true ? try Replay.base(ready.call, context) : nil
            }
            try replay.run(try transaction.staged(session), context, bindsToBase: false)
            return (try each { try context.perform($0) }, bases)
        }
        let transaction = try await pipeline.store.write(grouped: true) { session in
            let context = try WriteContext(call, writing: session, pipeline)
            let transaction = try Transaction.open(id, context)
            try checkRoom(for: operations.count, in: transaction)
            for (index, operation) in operations.enumerated() {
                var operation = operation
                operation.base = bases[index]
                let position = transaction.operations + Int64(index)
                let row = NewRow(
                    id: "\(id)-\(position)",
                    createdAt: context.now,
                    updatedAt: context.now,
                    values: operation.values(in: id, at: position)
                )
                _ = try session.insert(row, into: SystemTables.staged)
            }
            let count = transaction.operations + Int64(operations.count)
            return try transaction.change(["operations": .int(count)], context)
        }
        return Result(transaction: transaction, responses: responses)
    }

    private static func checkRoom(for count: Int, in transaction: Transaction) throws(AppError) {
        let most = Transaction.maximumOperations
        guard transaction.operations + Int64(count) > most else { return }
        throw AppError(
            .transactionLimitExceeded,
            "A transaction holds at most \(most) operations; this one holds \(transaction.operations) already.",
            argument: "transactionId",
            hint: "Operations on many rows at once, such as tablesDB.createRows, count as one."
        )
    }

    /// A call as it is kept: with ids instead of wishes for new ones, and without the transaction itself.
    static func completed(_ call: Call) -> StagedOperation {
        var arguments = call.arguments
        arguments["transactionId"] = nil
        if arguments["rowId"]?.string == ID.unique { arguments["rowId"] = .string(call.clock.makeID()) }
        if let rows = arguments["rows"]?.array {
            arguments["rows"] = .array(
                rows.map { row in
                    guard case .object(var object) = row else { return row }
                    switch object["$id"] {
                    case nil, .null?, .string(ID.unique)?: object["$id"] = .string(call.clock.makeID())
                    default: break
                    }
                    return .object(object)
                }
            )
        }
        return StagedOperation(call.operation.id, arguments, call.actor, base: nil)
    }
}
