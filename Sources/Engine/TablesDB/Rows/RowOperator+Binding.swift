import Storage
import Values

extension RowOperator {
    /// Checks an operator against the column that it changes.
    /// - Throws: 400 `row_invalid_structure` where the column is of another kind or a value does not fit it; 400
    ///   `general_bad_request` where a value makes no sense to the operator itself.
    func bound(to column: Column, _ position: Int, at place: RowPlace, _ now: Timestamp) throws(AppError) -> Bound {
        let target = Target(method: method, column: column, argument: place.field(column.key))
        guard !column.isEncrypted else { throw target.misfit("the store can't compute with encrypted values") }
        func operation(_ action: RowOperation.Action, _ bound: RowOperation.Bound? = nil) -> Bound {
            .operation(RowOperation(position, action, bound: bound))
        }
        switch method {
        case .increment, .decrement, .multiply, .divide, .modulo, .power:
            try target.expect(column.takesArithmetic, "numbers")
            let (action, bound) = try arithmetic(target)
            return operation(action, bound)
        case .stringConcat, .stringReplace:
            try target.expect(!column.isArray && column.type.kind == .text, "text")
            let texts = values.compactMap(\.string)
            guard texts.count == values.count else { throw target.malformed("must be strings") }
            if method == .stringConcat { return operation(.concatenate(texts[0])) }
            guard !texts[0].isEmpty else { throw target.malformed("must name what to replace, which is empty") }
            return operation(.replace(texts[0], with: texts[1]))
        case .toggle:
            try target.expect(!column.isArray && column.type.kind == .boolean, "booleans")
            return operation(.toggle)
        case .dateSetNow, .dateAddDays, .dateSubDays:
            try target.expect(!column.isArray && column.type.kind == .datetime, "dates")
            if method == .dateSetNow { return .value(.string(now.text)) }
            guard let days = values[0].int else { throw target.malformed("must be a whole number of days") }
            guard abs(Double(days)) <= Double(Self.maximumDays) else {
                throw target.misfit("the result is beyond the years 0000 to 9999")
            }
            return operation(.addMilliseconds((method == .dateAddDays ? days : -days) * 86_400_000))
        default:
            try target.expect(column.isArray, "a list")
            return operation(.list(try list(target)))
        }
    }

    /// The days of all years that dates can have.
    private static let maximumDays: Int64 = 3_652_500

    /// A column that an operator changes.
    private struct Target {
        let method: Method
        let column: Column
        let argument: Prose

        func expect(_ holds: Bool, _ kind: Prose) throws(AppError) {
            guard !holds else { return }
            throw AppError(
                .rowInvalidStructure,
                "Invalid row: '\(method.rawValue)' works on \(kind), which '\(column.key)' does not hold.",
                argument: argument,
                hint: "The column is \(column.summary)."
            )
        }

        func misfit(_ reason: Prose) -> AppError {
            AppError(
                .rowInvalidStructure,
                "Invalid row: '\(method.rawValue)' can't be applied to '\(column.key)': \(reason).",
                argument: argument
            )
        }

        func malformed(_ rule: Prose) -> AppError {
            AppError(
                .generalBadRequest,
                "Invalid operator: the values of '\(method.rawValue)' \(rule).",
                argument: argument,
                hint: "It takes \(method.usage)."
            )
        }
    }

    private func arithmetic(_ target: Target) throws(AppError) -> (RowOperation.Action, RowOperation.Bound?) {
        let column = target.column
        guard let operand = column.arithmeticOperand(values[0]) else {
            throw target.malformed("must start with \(column.operandRule) to fit the column '\(column.key)'")
        }
        let action: RowOperation.Arithmetic
        switch method {
        case .increment: action = .add
        case .decrement: action = .subtract
        case .multiply: action = .multiply
        case .divide: action = .divide
        case .modulo: action = .modulo
        default: action = .power
        }
        if action == .divide || action == .modulo, operand.number == 0 {
            throw target.misfit("it is a division by zero")
        }
        if action == .power, let exponent = operand.int, exponent < 0 {
            throw target.misfit("a negative exponent makes no integers")
        }
        guard values.count == 2, !values[1].isNull else { return (.arithmetic(action, operand), nil) }
        guard let limit = column.arithmeticOperand(values[1]) else {
            throw target.malformed("must end with \(column.operandRule) to fit the column '\(column.key)'")
        }
        let edge: RowOperation.Bound.Edge = method == .decrement || method == .divide ? .atLeast : .atMost
        return (.arithmetic(action, operand), RowOperation.Bound(edge, limit))
    }

    private func list(_ target: Target) throws(AppError) -> RowOperation.ListAction {
        switch method {
        case .arrayAppend: return .append(try items(values, target.column, target))
        case .arrayPrepend: return .prepend(try items(values, target.column, target))
        case .arrayInsert:
            guard let index = values[0].int, index >= 0 else {
                throw target.malformed("must start with a place, counted from 0")
            }
            return .insert(try items([values[1]], target.column, target)[0], at: Int(index))
        case .arrayRemove, .arrayDiff: return .remove(try items(values, target.column.unbounded, target))
        case .arrayIntersect: return .retain(try items(values, target.column.unbounded, target))
        case .arrayUnique: return .unique
        default: return try filter(target)
        }
    }

    private static let conditions: [Comparison] = [
        .equal, .notEqual, .greaterThan, .greaterThanEqual, .lessThan, .lessThanEqual, .isNull, .isNotNull,
    ]

    private func filter(_ target: Target) throws(AppError) -> RowOperation.ListAction {
        guard let condition = values[0].string.flatMap(Comparison.init(rawValue:)), Self.conditions.contains(condition)
        else {
            let words = Self.conditions.map(\.rawValue).joined(separator: ", ")
            throw target.malformed("must start with one of \(words)")
        }
        if condition == .isNull || condition == .isNotNull { return .filter(condition, .null) }
        guard values.count == 2 else { throw target.malformed("must say what to compare with") }
        return .filter(condition, try items([values[1]], target.column.unbounded, target)[0])
    }

    /// Values in the form of the items of a column.
    private func items(_ values: [JSON], _ column: Column, _ target: Target) throws(AppError) -> [JSON] {
        do throws(Column.Misfit) { return try column.normalized(.array(values)).array ?? [] } catch {
            throw target.misfit("each value must be \(error.item == nil ? error.rule : column.rule)")
        }
    }
}

extension Column {
    /// The column with values of its kind that keep none of its bounds, for what is only compared with them.
    fileprivate var unbounded: Column {
        var column = self
        (column.minimum, column.maximum) = (.null, .null)
        if type.kind == .text { column.type = .longtext }
        return column
    }
}
