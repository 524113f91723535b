import Storage
import Values

/// `tablesDB.incrementRowColumn` and `decrementRowColumn`: one number changed where it is kept, so that calls which meet
/// count each.
enum RowIncrements {
    static let all: [Handler] = [increment, decrement]

    static let increment = Handler.write("tablesDB.incrementRowColumn", prepare: { _ in }) { _, context in
        try step(.up, limit: "max", context)
    }

    static let decrement = Handler.write("tablesDB.decrementRowColumn", prepare: { _ in }) { _, context in
        try step(.down, limit: "min", context)
    }

    private static func step(_ direction: RowWriter.Step, limit: String, _ context: WriteContext) throws -> Response {
        let writer = RowWriter(try context.table(), context)
        let call = context.call
        let row = try writer.step(
            direction,
            call.string("rowId"),
            column: call.string("column"),
            by: call.optional("value") ?? 1,
            limit: call.optional(limit)
        )
        return try writer.answer(row)
    }
}

extension RowWriter {
    enum Step { case up, down }

    /// Adds to a number or takes from it.
    /// - Parameter limit: what the result may not pass, besides the bounds of the column.
    /// - Throws: 400 `column_limit_exceeded` when it would, and nothing is changed.
    func step(_ step: Step, _ id: String, column key: String, by value: JSON, limit: JSON?) throws -> StoredRow {
        let (position, column) = try steppable(key)
        let amount = try number(value, column, "value")
        guard amount.number ?? 0 > 0 else {
            throw AppError(
                .generalArgumentInvalid,
                "'value' must be a number greater than 0.",
                argument: "value",
                hint: "tablesDB.incrementRowColumn adds, tablesDB.decrementRowColumn subtracts."
            )
        }
        let access = context.caller.access(.update, to: table)
        guard access != .none else { throw context.caller.refusal(.update, on: table) }
        let unknown = AppError.unknownRow(id, table, context.caller)
        let isBound = access == .own || context.call.unchangedSince != nil
        if isBound, try existing(id, .update) == nil { throw unknown }
        let limit = try limit.map { try number($0, column, step == .up ? "max" : "min") }
        let bound = self.bound(step, limit, column)
        let operation = RowOperation(
            position,
            .arithmetic(step == .up ? .add : .subtract, amount),
            bound: bound
        )
        let change = RowChange(updatedAt: context.now, keepsLater: true, values: [], operations: [operation])
        do {
            guard try context.writer.update(id, change, in: table.layout) else { throw unknown }
        } catch let error as StoreError {
            switch error.kind {
            case .bound: throw passed(bound?.value, column, step)
            case .overflow: throw passed(nil, column, step)
            default: try refusing(RowPlace(id: "rowId", data: "value")) { throw error }
            }
        }
        let row = try read([id])[0]
        try check(row, [operation], RowPlace(id: "rowId", data: "value"))
        return row
    }

    private func steppable(_ key: String) throws(AppError) -> (position: Int, column: Column) {
        guard let column = table.column(key) else {
            let near = Spelling.suggestions(for: key, among: table.columns.map(\.key))
            throw AppError(
                .columnNotFound,
                "The table '\(table.id)' has no column '\(key)'.",
                argument: "column",
                hint: near.isEmpty
                    ? "tablesDB.listColumns shows the columns."
                    : "Did you mean \(near.joined(separator: " or "))?"
            )
        }
        guard column.status == .available else { throw RowData.unavailable(column, argument: "column") }
        guard column.takesArithmetic, let position = table.layout.position(of: key) else {
            throw AppError(
                .columnTypeInvalid,
                "The column '\(key)' holds no number that could be counted up or down.",
                argument: "column",
                hint: "It is \(column.summary)."
            )
        }
        return (position, column)
    }

    private func number(_ value: JSON, _ column: Column, _ argument: Prose) throws(AppError) -> JSON {
        if let number = column.arithmeticOperand(value) { return number }
        throw AppError(
            .generalArgumentInvalid,
            "'\(argument)' must be \(column.operandRule) for the column '\(column.key)'.",
            argument: argument
        )
    }

    /// The narrower of the limit of a call and the one of the column.
    private func bound(_ step: Step, _ limit: JSON?, _ column: Column) -> RowOperation.Bound? {
        let own = step == .up ? column.maximum : column.minimum
        guard let limit, !own.isNull else {
            let only = limit ?? own
            return only.isNull ? nil : RowOperation.Bound(step == .up ? .atMost : .atLeast, only, refuses: true)
        }
        let value = (step == .up) == limit.isLower(than: own) ? limit : own
        return RowOperation.Bound(step == .up ? .atMost : .atLeast, value, refuses: true)
    }

    private func passed(_ limit: JSON?, _ column: Column, _ step: Step) -> AppError {
        let words: Prose = step == .up ? "maximum" : "minimum"
        let reason: Prose =
            if let limit { "the \(words) of \(limit.text)" } else {
                "the \(words) of what \(column.type == .float ? "a 64-bit floating-point number" : "64 bits") can hold"
            }
        return AppError(
            .columnLimitExceeded,
            "The column '\(column.key)' would pass \(reason); nothing was changed.",
            argument: "value"
        )
    }
}

extension JSON {
    /// Compares two numbers of one kind.
    fileprivate func isLower(than other: JSON) -> Bool {
        if let left = int, let right = other.int { return left < right }
        return number ?? 0 < other.number ?? 0
    }
}
