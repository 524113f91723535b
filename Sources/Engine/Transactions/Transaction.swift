import Storage
import Values

/// A transaction across calls: what was staged waits until it is committed or given up.
struct Transaction: Sendable {
    enum Status: String, Sendable {
        case pending, committed, failed
    }

    /// How many operations may be staged, a bulk counting as one.
    static let maximumOperations: Int64 = 100

    var id: String
    /// The actor that it belongs to, in the form of ``Actor/description``.
    var owner: String
    var status: Status
    var operations: Int64
    var expiresAt: Timestamp
    var createdAt: Timestamp
    var updatedAt: Timestamp

    init(_ row: StoredRow) {
        let record = Record(row, SystemTables.transactions)
        id = row.id
        owner = record.string("owner")
        status = Status(rawValue: record.string("status")) ?? .failed
        operations = record["operations"].int ?? 0
        expiresAt = Timestamp(parsing: record.string("expiresAt")) ?? Timestamp(milliseconds: 0)
        createdAt = row.createdAt
        updatedAt = row.updatedAt
    }

    var json: JSON {
        [
            "$id": .string(id), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "status": .string(status.rawValue), "operations": .int(operations), "expiresAt": .string(expiresAt.text),
        ]
    }

    /// The transaction of an id that a caller may see.
    /// - Throws: 404 `transaction_not_found`, also for those of others unless the caller is the key.
    static func find(_ id: String, _ context: ReadContext) throws -> Transaction {
        guard let row = try context.session.row(id, in: SystemTables.transactions),
            case let transaction = Transaction(row),
            context.caller.isPrivileged || transaction.owner == "\(context.caller.actor)"
        else {
            throw AppError(
                .transactionNotFound,
                "There is no transaction '\(id)'.",
                argument: "transactionId",
                hint: "tablesDB.listTransactions shows them; tablesDB.createTransaction begins one."
            )
        }
        return transaction
    }

    /// The same, if something can still be staged in it, read in it, or committed.
    /// - Throws: also 400 `transaction_not_ready` and 410 `transaction_expired`.
    static func open(_ id: String, _ context: ReadContext) throws -> Transaction {
        let transaction = try find(id, context)
        guard transaction.status == .pending else {
            throw AppError(
                .transactionNotReady,
                "The transaction '\(id)' is \(transaction.status.rawValue).",
                argument: "transactionId",
                hint: "tablesDB.createTransaction begins a new one."
            )
        }
        guard transaction.expiresAt > context.now else {
            throw AppError(
                .transactionExpired,
                "The transaction '\(id)' has expired at \(transaction.expiresAt.text).",
                argument: "transactionId",
                hint: "Begin a new one, with a longer ttl if need be; nothing of this one was kept."
            )
        }
        return transaction
    }

    /// What was staged, in its order.
    func staged(_ session: any ReadSession) throws -> [StagedOperation] {
        try rows(session).map { try StagedOperation($0) }
    }

    /// Changes the status, and forgets what was staged.
    func end(_ status: Status, _ context: WriteContext) throws -> Transaction {
        try forgetStaged(context)
        return try change(["status": .string(status.rawValue)], context)
    }

    func change(_ fields: JSONObject, _ context: WriteContext) throws -> Transaction {
        let change = Record.change(SystemTables.transactions, at: context.now, fields)
        _ = try context.writer.update(id, change, in: SystemTables.transactions)
        return Transaction(try context.session.row(id, in: SystemTables.transactions)!)
    }

    /// Removes every trace of the transaction.
    func delete(_ context: WriteContext) throws {
        try forgetStaged(context)
        _ = try context.writer.delete(id, from: SystemTables.transactions)
    }

    /// Reads nothing of what was staged, so that a process which lacks the key that it is sealed with can do this too.
    private func forgetStaged(_ context: WriteContext) throws {
        for row in try rows(context.writer, columns: []) {
            _ = try context.writer.delete(row.id, from: SystemTables.staged)
        }
    }

    private func rows(_ session: any ReadSession, columns: [Int]? = nil) throws -> [StoredRow] {
        var query = RowQuery(limit: Int(Self.maximumOperations))
        query.filters = [.compare("transaction", .equal, [.string(id)])]
        query.orders = [Query.Order("position"), Query.Order("$sequence")]
        query.columns = columns
        return try session.rows(query, in: SystemTables.staged)
    }
}
