import Catalog
import Storage
import Values

/// Carries out staged operations, one after the other, in the transaction of a context.
struct Replay: Sendable {
    let catalog: Catalog
    /// The handlers of operations on rows, by their ids.
    let handlers: [String: Handler]

    /// An operation that can be staged.
    struct Ready: Sendable {
        let call: Call
        let work: Work
    }

    /// The call that a staged operation stands for.
    func ready(_ staged: StagedOperation, like call: Call) throws -> Ready {
        guard let operation = catalog.operation(staged.operation), let handler = handlers[operation.implementation]
        else { throw AppError(.transactionInvalid, "'\(staged.operation)' can't be part of a transaction.") }
        let call = Call(
            operation: operation,
            arguments: staged.arguments,
            actor: staged.actor,
            client: call.client,
            now: call.now,
            clock: call.clock
        )
        return Ready(call: call, work: try handler.work(call))
    }

    /// Carries out operations that were staged before.
    /// - Parameter bindsToBase: whether rows must be what they were when the operations were staged.
    /// - Throws: the error of an operation, with its place as `operations[2]`; 409 `transaction_conflict` where what it
    ///   meets is not what it was staged upon.
    func run(_ staged: [StagedOperation], _ context: WriteContext, bindsToBase: Bool) throws {
        var touched: Set<StagedOperation.Target> = []
        for (index, operation) in staged.enumerated() {
            let ready = try ready(operation, like: context.call)
            do {
                if bindsToBase, let target = operation.target, let base = operation.base, !touched.contains(target),
                    try Self.base(ready.call, context) != base
                {
                    throw Self.conflict("its row has changed since it was staged", index)
                }
                _ = try context.perform(ready.work, of: ready.call)
            } catch let error as AppError where error.code == .transactionConflict {
                throw error
            } catch let error as AppError {
                let said = error.said(in: ready.call.dialect)
                throw bindsToBase && Self.isConflict(error.code)
                    ? Self.conflict("\(said.message)", index) : said.within("operations[\(index)]")
            }
            if let target = operation.target { touched.insert(target) }
        }
    }

    /// The state of the row that a call is about.
    static func base(_ call: Call, _ context: ReadContext) throws -> StagedOperation.Base {
        let table = try context.nested(call).table()
        return StagedOperation.base(of: try context.session.row(call.string("rowId"), in: table.layout))
    }

    private static func isConflict(_ code: ErrorCode) -> Bool {
        [.rowAlreadyExists, .rowNotFound, .rowUniqueConstraintViolation, .rowUpdateConflict].contains(code)
    }

    private static func conflict(_ reason: Prose, _ index: Int) -> AppError {
        AppError(
            .transactionConflict,
            "The operation \(index) of the transaction can't be carried out: \(reason)",
            argument: "transactionId",
            hint: "Nothing of the transaction was kept. Read again, and stage the operations in a new one."
        )
    }
}
