import Values

/// The `SET` list of an update, with its parameters.
struct SQLAssignments {
    let table: SQLiteTable
    private(set) var parameters: [SQLValue] = []
    private var sets: [String] = []

    init(_ change: RowChange, _ table: SQLiteTable) {
        self.table = table
        let moment = mark(.integer(change.updatedAt.milliseconds))
        sets.append("_updatedAt = " + (change.keepsLater ? "max(_updatedAt, \(moment))" : moment))
        if let createdAt = change.createdAt { set("_createdAt", .integer(createdAt.milliseconds)) }
        for (position, value) in change.values {
            set(table.columns[position], SQLValue(value, table.layout.columns[position]))
        }
        if let permissions = change.permissions {
            set("_permissions", permissions.isEmpty ? .null : .text(JSON(permissions).text))
        }
        for operation in change.operations { set(operation) }
    }

    var text: String { sets.joined(separator: ", ") }

    private mutating func mark(_ value: SQLValue) -> String {
        parameters.append(value)
        return "?\(parameters.count)"
    }

    private mutating func set(_ column: String, _ value: SQLValue) {
        sets.append("\(column) = \(mark(value))")
    }

    // MARK: Operations

    private mutating func set(_ operation: RowOperation) {
        let column = table.layout.columns[operation.position]
        let name = table.columns[operation.position]
        let stored = operation.start.map { mark(SQLValue($0, column)) } ?? name
        sets.append("\(name) = \(expression(operation, stored, column))")
    }

    private mutating func expression(_ operation: RowOperation, _ stored: String, _ column: ColumnLayout) -> String {
        switch operation.action {
        case .arithmetic(let arithmetic, let operand):
            if column.kind == .integer {
                guard let number = operand.int else { preconditionFailure("an integer column takes integers only") }
                return integer(arithmetic, number, stored, operation)
            }
            return double(arithmetic, operand.number ?? 0, stored, operation)
        case .concatenate(let text): return "coalesce(\(stored), '') || \(mark(.text(text)))"
        case .replace(let old, let new): return "replace(\(stored), \(mark(.text(old))), \(mark(.text(new))))"
        case .toggle: return "NOT coalesce(\(stored), 0)"
        case .addMilliseconds(let milliseconds):
            let sum = "\(stored) + \(mark(.integer(milliseconds)))"
            return "CASE WHEN \(stored) IS NULL THEN NULL WHEN \(sum) BETWEEN \(Timestamp.earliest) AND "
                + "\(Timestamp.latest) THEN \(sum) ELSE \(refusal(.overflow, operation)) END"
        case .list(let action):
            let (word, items) = SQLiteList.encoded(action)
            return "tandem_list('\(word)', \(stored), \(mark(SQLValue(.array(items), column))))"
        }
    }

    private func refusal(_ reason: StoreError.RefusalReason, _ operation: RowOperation) -> String {
        "tandem_refuse('\(StoreError.refusal(reason, operation.position))')"
    }

    /// What comes of a result beyond a bound.
    private func beyond(_ bound: RowOperation.Bound, _ stored: String, _ operation: RowOperation) -> String {
        bound.refuses ? refusal(.bound, operation) : stored
    }

    /// SQLite goes on with a rounded real when an integer overflows, so the value is compared first with the last one
    /// that doesn't.
    private mutating func integer(
        _ arithmetic: RowOperation.Arithmetic,
        _ operand: Int64,
        _ stored: String,
        _ operation: RowOperation
    ) -> String {
        let base = "coalesce(\(stored), 0)"
        let result: String
        var (over, under): (String?, String?)
        if arithmetic == .power {
            let exponent = RowOperation.Arithmetic.reduced(exponent: operand)
            result = "tandem_power(\(base), \(mark(.integer(exponent))))"
            (over, under) = ("\(result) = 9e999", "\(result) = -9e999")
        } else {
            let edges = IntegerEdges(arithmetic, operand)
            over = edges.over.map { "\(base) \($0.sign) \(mark(.integer($0.value)))" }
            under = edges.under.map { "\(base) \($0.sign) \(mark(.integer($0.value)))" }
            result = "\(base) \(arithmetic.sign) \(mark(.integer(operand)))"
        }
        var (onOver, onUnder) = (refusal(.overflow, operation), refusal(.overflow, operation))
        var guarded: String?
        if let bound = operation.bound {
            let outcome = beyond(bound, stored, operation)
            let isUpper = bound.edge == .atMost
            if isUpper { onOver = outcome } else { onUnder = outcome }
            guarded =
                "WHEN \(result) \(isUpper ? ">" : "<") \(mark(SQLValue(scalar: bound.value, .integer))) THEN \(outcome)"
        }
        let cases = [over.map { "WHEN \($0) THEN \(onOver)" }, under.map { "WHEN \($0) THEN \(onUnder)" }, guarded]
        let conditions = cases.compactMap { $0 }
        return conditions.isEmpty ? result : "CASE \(conditions.joined(separator: " ")) ELSE \(result) END"
    }

    private mutating func double(
        _ arithmetic: RowOperation.Arithmetic,
        _ operand: Double,
        _ stored: String,
        _ operation: RowOperation
    ) -> String {
        let base = "coalesce(\(stored), 0.0)"
        let number = mark(.real(operand))
        let result =
            switch arithmetic {
            case .power: "tandem_power(\(base), \(number))"
            case .modulo: "tandem_remainder(\(base), \(number))"
            default: "(\(base) \(arithmetic.sign) \(number))"
            }
        var guarded = ""
        if let bound = operation.bound {
            guarded =
                "WHEN \(result) \(bound.edge == .atMost ? ">" : "<") \(mark(SQLValue(scalar: bound.value, .double))) "
                + "THEN \(beyond(bound, stored, operation)) "
        }
        // Adding 0 drops the sign of a zero; a result that is no number is null, which no comparison holds for.
        return "CASE \(guarded)WHEN abs(\(result)) <= 1.7976931348623157e308 THEN \(result) + 0.0 "
            + "ELSE \(refusal(.overflow, operation)) END"
    }
}

extension RowOperation.Arithmetic {
    fileprivate var sign: String {
        switch self {
        case .add: "+"
        case .subtract: "-"
        case .multiply: "*"
        case .divide: "/"
        case .modulo: "%"
        case .power: preconditionFailure("SQLite has no operator for powers")
        }
    }
}

/// The stored integers from which on a result overflows; nil where none does.
struct IntegerEdges: Equatable {
    struct Edge: Equatable {
        /// How a value compares to ``value`` when its result overflows.
        var sign: String
        var value: Int64
    }

    /// Where the result is above the largest integer.
    private(set) var over: Edge?
    /// Where the result is below the smallest one.
    private(set) var under: Edge?

    init(_ arithmetic: RowOperation.Arithmetic, _ operand: Int64) {
        switch arithmetic {
        case .add where operand > 0: over = Edge(sign: ">", value: .max - operand)
        case .add where operand < 0: under = Edge(sign: "<", value: .min - operand)
        case .subtract where operand > 0: under = Edge(sign: "<", value: .min + operand)
        case .subtract where operand < 0: over = Edge(sign: ">", value: .max + operand)
        case .multiply where operand > 1:
            over = Edge(sign: ">", value: .max / operand)
            under = Edge(sign: "<", value: .min / operand)
        case .multiply where operand < -1:
            over = Edge(sign: "<", value: .max / operand)
            under = Edge(sign: ">", value: .min / operand)
        case .multiply where operand == -1, .divide where operand == -1: over = Edge(sign: "<", value: -.max)
        default: break
        }
    }
}
