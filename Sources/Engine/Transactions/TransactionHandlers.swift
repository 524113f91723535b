import Storage
import Values

/// `tablesDB.createTransaction`, `createOperations`, `getTransaction`, `updateTransaction`, `deleteTransaction`,
/// `listTransactions`.
enum TransactionHandlers {
    /// - Parameter items: reads the operations that `createOperations` is given.
    static func all(_ replay: Replay, _ items: OperationItems) -> [Handler] {
        [create, stage(replay, items), get, update(replay), delete, list]
    }

    static let create = Handler.write("tablesDB.createTransaction", prepare: { $0.clock.makeID() }) { id, context in
        let call = context.call
        guard context.caller.actor != .guest else {
            throw AppError(
                .userUnauthorized,
                "A guest has no transactions: nobody could tell them from those of other guests.",
                hint: "Run it as a user or as the key."
            )
        }
        try sweep(context)
        let end = Timestamp(milliseconds: call.now.milliseconds + (call.optional("ttl")?.int ?? 300) * 1000)
        let fields: JSONObject = [
            "owner": .string("\(context.caller.actor)"), "status": "pending", "operations": 0,
            "expiresAt": .string(end.text),
        ]
        try context.insert(id, fields, into: SystemTables.transactions)
        return Transaction(try context.session.row(id, in: SystemTables.transactions)!).json
    }

    private static func stage(_ replay: Replay, _ items: OperationItems) -> Handler {
        Handler(ids: ["tablesDB.createOperations"]) { call in
            let operations = try items.read(call)
            return Work(
                body: .apart { pipeline in
                    let id = call.string("transactionId")
                    let staged = try await Staging.stage(operations, in: id, by: call, replay, pipeline) {
                        $1.within("operations[\($0)]")
                    }
                    return Response(staged.transaction.json)
                }
            )
        }
    }

    static let get = Handler.read("tablesDB.getTransaction") { context in
        try Transaction.find(context.call.string("transactionId"), context).json
    }

    private static func update(_ replay: Replay) -> Handler {
        Handler(ids: ["tablesDB.updateTransaction"]) { call in
            guard call.bool("commit") != call.bool("rollback") else {
                throw AppError(
                    .generalBadRequest,
                    "Either \"commit\" or \"rollback\" must be true, and not both.",
                    argument: call.bool("commit") ? "rollback" : "commit",
                    hint: "{\"commit\":true} carries out what was staged, {\"rollback\":true} gives it up."
                )
            }
            guard call.bool("commit") else {
                return Work(body: .apart { pipeline in try await end(call, .failed, pipeline) })
            }
            var work = Work(body: .apart { pipeline in try await commit(call, replay, pipeline) })
            work.foresight = Work.Foresight { context in
                try Transaction.open(call.string("transactionId"), context).staged(context.session)
                    .contains(where: replay.destroys)
            } perform: { context in
                let transaction = try Transaction.open(call.string("transactionId"), context)
                try replay.run(try transaction.staged(context.session), context, bindsToBase: true)
            }
            return work
        }
    }

    /// Carries out everything in one transaction of the store. What can't be carried out makes the transaction a failed
    /// one; when the store itself fails it stays pending.
    private static func commit(_ call: Call, _ replay: Replay, _ pipeline: Pipeline) async throws -> Response {
        do {
            let (response, awaited) = try await pipeline.store.write(grouped: false) { session in
                let context = try WriteContext(call, writing: session, pipeline)
                let transaction = try Transaction.open(call.string("transactionId"), context)
                try replay.run(try transaction.staged(session), context, bindsToBase: true)
                let response = Response(try transaction.end(.committed, context).json)
                CrashPoint.reach("write.beforeCommit")
                return (response, context.awaited)
            }
            CrashPoint.reach("write.committed")
            await pipeline.jobs.finish(awaited)
            return response
        } catch let error as AppError where !isAboutTheTransaction(error.code) {
            _ = try await end(call, .failed, pipeline)
            throw error
        }
    }

    private static func isAboutTheTransaction(_ code: ErrorCode) -> Bool {
        [.transactionNotFound, .transactionNotReady, .transactionExpired].contains(code)
    }

    private static func end(_ call: Call, _ status: Transaction.Status, _ pipeline: Pipeline) async throws -> Response {
        try await pipeline.store.write(grouped: false) { session in
            let context = try WriteContext(call, writing: session, pipeline)
            let transaction = try Transaction.open(call.string("transactionId"), context)
            return Response(try transaction.end(status, context).json)
        }
    }

    static let delete = Handler.write("tablesDB.deleteTransaction", prepare: { _ in }) { _, context in
        try Transaction.find(context.call.string("transactionId"), context).delete(context)
        return JSON.object([:])
    }

    static let list = Handler.read("tablesDB.listTransactions") { context in
        let owner: [Filter] =
            context.caller.isPrivileged
            ? [] : [.compare("owner", .equal, [.string("\(context.caller.actor)")])]
        return try transactions.answer(context, base: owner) { Transaction($0).json }
    }

    private static let transactions = SystemList(
        SystemTables.transactions,
        name: "transactions",
        idField: "$id",
        fields: [("$id", "$id"), ("status", "status"), ("expiresAt", "expiresAt"), ("operations", "operations")]
    )

    /// Removes a few that are over for a day, so that they don't pile up.
    private static func sweep(_ context: WriteContext) throws {
        let yesterday = Timestamp(milliseconds: context.now.milliseconds - 86_400_000)
        var query = RowQuery(limit: 10)
        query.filters = [.compare("expiresAt", .lessThan, [.string(yesterday.text)])]
        for row in try context.session.rows(query, in: SystemTables.transactions) {
            try Transaction(row).delete(context)
        }
    }
}
