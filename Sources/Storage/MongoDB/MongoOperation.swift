import Values

/// The expressions of operations, which the server works out inside the update. A stored value of another type than
/// its column counts as missing, as it does when it is read.
struct MongoOperation {
    private typealias Expression = MongoExpression

    private let operation: RowOperation
    private let column: ColumnLayout
    /// The value to start from.
    private let stored: MongoExpression

    init(_ operation: RowOperation, in layout: TableLayout) {
        let column = layout.columns[operation.position]
        self.operation = operation
        self.column = column
        if let start = operation.start {
            stored =
                start.isNull
                ? .removal : .literal { writer, key in MongoTable.write(start, column, key, to: &writer) }
        } else if column.storedAs != column.key {
            stored = .call("$ifNull", [.path(column.key), .path(column.storedAs), .removal])
        } else {
            stored = .path(column.key)
        }
    }

    /// The new value.
    var expression: MongoExpression {
        switch operation.action {
        case .arithmetic(let arithmetic, let operand):
            if column.kind == .integer {
                guard let number = operand.int else { preconditionFailure("an integer column takes integers only") }
                return integer(arithmetic, number)
            }
            return double(arithmetic, operand.number ?? 0)
        case .concatenate(let text):
            let old = Expression.choice(if: .isType(stored, ["string"]), stored, else: .text(""))
            return .call("$concat", [old, .text(text)])
        case .replace(let old, let new):
            let replaced = Expression.call(
                "$replaceAll",
                named: [("input", stored), ("find", .text(old)), ("replacement", .text(new))]
            )
            return .choice(if: .isType(stored, ["string"]), replaced, else: .removal)
        case .toggle: return .call("$ne", [stored, MongoExpression { writer, key in writer.bool(key, true) }])
        case .addMilliseconds(let milliseconds):
            let sum = Expression.with(.call("$add", [stored, .integer(milliseconds)])) { sum in
                .choice(
                    if: isBetween(
                        sum,
                        .date(Timestamp(milliseconds: Timestamp.earliest)),
                        .date(Timestamp(milliseconds: Timestamp.latest))
                    ),
                    sum,
                    else: refusal(.overflow)
                )
            }
            return .choice(if: .isType(stored, ["date"]), sum, else: .removal)
        case .list(let action): return list(action)
        }
    }

    /// Makes the server refuse the whole command: it can't read these words as a number. They hold a field, so that it
    /// does not try before it has to.
    private func refusal(_ reason: StoreError.RefusalReason) -> MongoExpression {
        let words = StoreError.refusalMark + StoreError.refusal(reason, operation.position) + " in row "
        return .call("$toLong", .call("$concat", [.text(words), .call("$toString", .path("_seq"))]))
    }

    private func isBetween(
        _ value: MongoExpression,
        _ low: MongoExpression,
        _ high: MongoExpression
    ) -> MongoExpression {
        .call("$and", [.call("$gte", [value, low]), .call("$lte", [value, high])])
    }

    /// A result, unless it is beyond the bound of the operation.
    private func bounded(
        _ result: MongoExpression,
        by limit: (JSON) -> MongoExpression,
        else rest: () -> MongoExpression
    ) -> MongoExpression {
        guard let bound = operation.bound else { return rest() }
        let isBeyond = Expression.call(bound.edge == .atMost ? "$gt" : "$lt", [result, limit(bound.value)])
        return .choice(if: isBeyond, bound.refuses ? refusal(.bound) : stored, else: rest())
    }

    /// In decimals of 34 digits, which hold every result that fits 64 bits exactly; integers would become doubles when
    /// they overflow.
    private func integer(_ arithmetic: RowOperation.Arithmetic, _ operand: Int64) -> MongoExpression {
        let old = Expression.choice(if: .isType(stored, ["int", "long"]), stored, else: .integer(0))
        let base = Expression.call("$toDecimal", old)
        let number = Expression.integer(operand)
        let result: MongoExpression =
            switch arithmetic {
            case .add: .call("$add", [base, number])
            case .subtract: .call("$subtract", [base, number])
            case .multiply: .call("$multiply", [base, number])
            case .divide: .call("$trunc", [.call("$divide", [base, number])])
            case .modulo: .call("$mod", [base, number])
            case .power: power(base, RowOperation.Arithmetic.reduced(exponent: operand))
            }
        return .with(result) { result in
            bounded(result, by: { .integer($0.int ?? 0) }) { [self] in
                .choice(
                    if: isBetween(result, .integer(.min), .integer(.max)),
                    .call("$toLong", result),
                    else: refusal(.overflow)
                )
            }
        }
    }

    /// By multiplying again and again, which rounds nothing as long as the result fits.
    private func power(_ base: MongoExpression, _ exponent: Int64) -> MongoExpression {
        .call(
            "$reduce",
            named: [
                ("input", .call("$range", [.integer(0), .integer(exponent)])),
                ("initialValue", .call("$toDecimal", .integer(1))),
                ("in", .call("$multiply", [.path("$value"), base])),
            ]
        )
    }

    private func double(_ arithmetic: RowOperation.Arithmetic, _ operand: Double) -> MongoExpression {
        let isNumber = Expression.isType(stored, ["double", "int", "long"])
        let base = Expression.choice(if: isNumber, .call("$toDouble", stored), else: .double(0))
        let number = Expression.double(operand)
        let limit = { (bound: JSON) -> MongoExpression in .double(bound.number ?? 0) }
        let largest = Double.greatestFiniteMagnitude
        let result: MongoExpression =
            switch arithmetic {
            case .add: .call("$add", [base, number])
            case .subtract: .call("$subtract", [base, number])
            case .multiply: .call("$multiply", [base, number])
            case .divide: .call("$divide", [base, number])
            case .modulo: .call("$mod", [base, number])
            // The server has no infinite result for this one but an error of its own.
            case .power where operand < 0:
                .choice(
                    if: .call("$eq", [base, .double(0)]),
                    .double(.infinity),
                    else: .call("$pow", [base, number])
                )
            case .power: .call("$pow", [base, number])
            }
        return .with(result) { result in
            bounded(result, by: limit) { [self] in
                // Adding 0 drops the sign of a zero.
                .choice(
                    if: isBetween(result, .double(-largest), .double(largest)),
                    .call("$add", [result, .double(0)]),
                    else: refusal(.overflow)
                )
            }
        }
    }

    private func list(_ action: RowOperation.ListAction) -> MongoExpression {
        let old = Expression.choice(if: .call("$isArray", [stored]), stored, else: .array([]))
        func literal(_ items: [JSON]) -> MongoExpression {
            .literal { [column] writer, key in MongoTable.write(.array(items), column, key, to: &writer) }
        }
        func filter(_ condition: MongoExpression) -> MongoExpression {
            .filter(old, "item", where: condition)
        }
        func isListed(_ items: [JSON]) -> MongoExpression { .call("$in", [.path("$item"), literal(items)]) }
        switch action {
        case .append(let items): return .call("$concatArrays", [old, literal(items)])
        case .prepend(let items): return .call("$concatArrays", [literal(items), old])
        case .insert(let item, let index) where index == 0: return .call("$concatArrays", [literal([item]), old])
        case .insert(let item, let index):
            let index = Int64(Int32(clamping: index))
            let rest = Expression.call("$slice", [old, .integer(index), .integer(Int64(Int32.max))])
            return .call("$concatArrays", [.call("$slice", [old, .integer(index)]), literal([item]), rest])
        case .remove(let items): return filter(.call("$not", [isListed(items)]))
        case .retain(let items): return filter(isListed(items))
        case .unique: return unique(old)
        case .filter(let comparison, let operand):
            let name: StaticString
            switch comparison {
            case .equal: name = "$eq"
            case .notEqual: name = "$ne"
            case .lessThan: name = "$lt"
            case .lessThanEqual: name = "$lte"
            case .greaterThan: name = "$gt"
            case .greaterThanEqual: name = "$gte"
            case .isNull: return .array([])
            default: return old
            }
            let value = Expression.literal { [column] writer, key in
                MongoTable.write(scalar: operand, column.kind, key, to: &writer)
            }
            return filter(.call(name, [.path("$item"), value]))
        }
    }

    /// The items at the places where each is found first.
    private func unique(_ old: MongoExpression) -> MongoExpression {
        .with(old) { list in
            let item = MongoExpression.call("$arrayElemAt", [list, .path("$place")])
            let isFirst = MongoExpression.call("$eq", [.call("$indexOfArray", [list, item]), .path("$place")])
            let places = MongoExpression.filter(
                .call("$range", [.integer(0), .call("$size", [list])]),
                "place",
                where: isFirst
            )
            return .map(places, "place", to: item)
        }
    }
}
