import Catalog
import Storage
import Values

/// Carries out staged operations, one after the other, in the transaction of a context.
struct Replay: Sendable {
    /// Operations on rows.
    let repertoire: Repertoire

    private var catalog: Catalog { repertoire.catalog }

    /// The call that a staged operation stands for, whose arguments were checked then.
    /// - Parameter unchangedSince: as in ``Invocation/unchangedSince``, for an operation that is being staged.
    func ready(
        _ staged: StagedOperation,
        like call: Call,
        unchangedSince: Timestamp? = nil
    ) throws -> ReadyCall {
        guard let (operation, handler) = repertoire.find(staged.operation) else {
            throw AppError(.transactionInvalid, "'\(staged.operation)' can't be part of a transaction.")
        }
        let call = Call(
            operation: operation,
            arguments: staged.arguments,
            // Who commits what it has staged itself is known better than by name.
            actor: "\(staged.actor)" == "\(call.actor)" ? call.actor : staged.actor,
            client: call.client,
            now: call.now,
            clock: call.clock,
            unchangedSince: unchangedSince,
            trace: call.trace
        )
        return try ReadyCall(call, handler)
    }

    /// Whether a staged operation is one that is confirmed before it happens.
    func destroys(_ staged: StagedOperation) -> Bool {
        catalog.operation(staged.operation)?.destroys(staged.arguments) ?? false
    }

    /// The words in which a staged operation was called.
    func dialect(of staged: StagedOperation) -> Dialect { catalog.operation(staged.operation)?.dialect ?? .tables }

    /// Carries out operations that were staged before.
    /// - Parameter bindsToBase: whether rows must be what they were when the operations were staged.
    /// - Throws: the error of an operation, which names it by its number in the transaction; 409 `transaction_conflict`
    ///   where what it meets is not what it was staged upon.
    func run(_ staged: [StagedOperation], _ context: WriteContext, bindsToBase: Bool) throws {
        // Bases are what was committed, so they are compared before anything of the transaction itself is there.
        if bindsToBase { try checkBases(staged, context) }
        for (index, operation) in staged.enumerated() {
            do {
                _ = try context.perform(try ready(operation, like: context.call))
            } catch let error as AppError {
                throw failure(error, of: operation, index, endsAsConflict: bindsToBase)
            }
        }
    }

    private func checkBases(_ staged: [StagedOperation], _ context: WriteContext) throws {
        var checked: Set<StagedOperation.Target> = []
        for (index, operation) in staged.enumerated() {
            guard let target = operation.target, let base = operation.base, checked.insert(target).inserted else {
                continue
            }
            let now: StagedOperation.Base
            do { now = try Self.base(try ready(operation, like: context.call).call, context) } catch let error
                as AppError
            { throw failure(error, of: operation, index, endsAsConflict: true) }
            guard now == base else { throw Self.conflict("its row has changed since it was staged.", index) }
        }
    }

    /// The error of an operation that was staged by an earlier call, whose arguments are not those of this one.
    private func failure(
        _ error: AppError,
        of staged: StagedOperation,
        _ index: Int,
        endsAsConflict: Bool
    ) -> AppError {
        let said = error.said(in: dialect(of: staged))
        if endsAsConflict, Self.isConflict(error.code) { return Self.conflict("\(said.message)", index) }
        return AppError(
            said.code,
            "The operation \(index) of the transaction can't be carried out: \(said.message)",
            argument: "transactionId",
            hint: said.hint.map { "\($0)" }
        )
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
