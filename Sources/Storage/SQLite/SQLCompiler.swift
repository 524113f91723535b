import Values

/// Compiles bound queries to SQL text with its parameters. Three-valued logic does what the query language asks for:
/// no comparison but `isNull` holds for null, negated or not.
struct SQLCompiler {
    /// The table whose rows are compared at this place, and what the statement calls it.
    var table: SQLiteTable
    var alias = "t"
    var parameters: [SQLValue] = []
    let joins: [SQLiteJoin]

    init(_ table: SQLiteTable, _ joins: [SQLiteJoin] = []) {
        self.table = table
        self.joins = joins
    }

    /// A list longer than this is passed as one JSON parameter, so that statement texts stay few and short.
    private static let inlineOperands = 8

    mutating func mark(_ value: SQLValue) -> String {
        parameters.append(value)
        return "?\(parameters.count)"
    }

    mutating func condition(_ filters: [Filter]) -> String {
        filters.isEmpty ? "1" : filters.map { compile($0) }.joined(separator: " AND ")
    }

    private mutating func compile(_ filter: Filter) -> String {
        switch filter {
        case .and(let parts): return "(" + parts.map { compile($0) }.joined(separator: " AND ") + ")"
        case .or(let parts):
            return parts.isEmpty ? "0" : "(" + parts.map { compile($0) }.joined(separator: " OR ") + ")"
        case .related(let number, let parts): return related(joins[number], parts, number)
        case .compare(let key, let comparison, let operands):
            guard let (expression, column) = table.field(key, of: alias) else {
                preconditionFailure("the engine bound a filter to an unknown column")
            }
            return column.isArray
                ? array(expression, comparison, operands, column) : scalar(expression, comparison, operands, column)
        }
    }

    private mutating func scalar(
        _ field: String,
        _ comparison: Comparison,
        _ operands: [JSON],
        _ column: ColumnLayout
    ) -> String {
        func simple(_ sign: String) -> String { "\(field) \(sign) \(mark(SQLValue(scalar: operands[0], column.kind)))" }
        switch comparison {
        case .equal: return equal(field, operands, column)
        case .notEqual: return simple("<>")
        case .lessThan: return simple("<")
        case .lessThanEqual: return simple("<=")
        case .greaterThan: return simple(">")
        case .greaterThanEqual: return simple(">=")
        case .between, .notBetween:
            let low = mark(SQLValue(scalar: operands[0], column.kind))
            let high = mark(SQLValue(scalar: operands[1], column.kind))
            return comparison == .between
                ? "(\(field) >= \(low) AND \(field) <= \(high))" : "(\(field) < \(low) OR \(field) > \(high))"
        case .isNull: return "\(field) IS NULL"
        case .isNotNull: return "\(field) IS NOT NULL"
        case .startsWith: return startsWith(field, operands[0])
        case .notStartsWith: return "NOT " + startsWith(field, operands[0])
        case .endsWith: return endsWith(field, operands[0])
        case .notEndsWith: return notEndsWith(field, operands[0])
        case .contains, .containsAny: return substring(field, operands, " OR ")
        case .containsAll: return substring(field, operands, " AND ")
        case .notContains: return "NOT " + substring(field, operands, " OR ")
        case .distanceEqual, .distanceNotEqual, .distanceLessThan, .distanceGreaterThan:
            return distance(field, comparison, operands, column)
        case .intersects: return intersects(field, operands[0], column)
        case .notIntersects: return "NOT tandem_intersects(\(field), \(mark(.text(operands[0].text))))"
        case .search: return search(field, operands[0], column)
        case .notSearch: return "(\(field) IS NOT NULL AND NOT \(search(field, operands[0], column)))"
        case .regex: return "tandem_matches(\(mark(SQLValue(scalar: operands[0], .text))), \(field))"
        }
    }

    private mutating func equal(_ field: String, _ operands: [JSON], _ column: ColumnLayout) -> String {
        if operands.count == 1 { return "\(field) = \(mark(SQLValue(scalar: operands[0], column.kind)))" }
        return "\(field) IN \(list(operands, column.kind))"
    }

    private mutating func list(_ operands: [JSON], _ kind: ColumnKind) -> String {
        let values = operands.map { SQLValue(scalar: $0, kind) }
        // `json_each` ends a text at U+0000.
        guard values.count > Self.inlineOperands, !operands.contains(where: { $0.string?.utf8.contains(0) == true })
        else {
            return "(" + values.map { mark($0) }.joined(separator: ", ") + ")"
        }
        let items = values.map { value -> JSON in
            switch value {
            case .null: .null
            case .integer(let number): .int(number)
            case .real(let number): .double(number)
            case .text(let text): .string(text)
            }
        }
        return "(SELECT value FROM json_each(\(mark(.text(JSON.array(items).text)))))"
    }

    /// A range, which an index can serve: from the prefix to the first text that no longer starts with it.
    private mutating func startsWith(_ field: String, _ operand: JSON) -> String {
        let prefix = operand.string ?? ""
        let low = mark(.text(prefix))
        guard let end = prefix.endOfPrefix else { return "(\(field) >= \(low))" }
        return "(\(field) >= \(low) AND \(field) < \(mark(.text(end))))"
    }

    /// By bytes, which for UTF-8 is the same as by characters.
    private mutating func endsWith(_ field: String, _ operand: JSON) -> String {
        let suffix = operand.string ?? ""
        guard !suffix.isEmpty else { return "\(field) IS NOT NULL" }
        return "\(end(of: field, suffix)) = CAST(\(mark(.text(suffix))) AS BLOB)"
    }

    /// Not the negation of ``endsWith(_:_:)``: the end of an empty text is null.
    private mutating func notEndsWith(_ field: String, _ operand: JSON) -> String {
        let suffix = operand.string ?? ""
        guard !suffix.isEmpty else { return "0" }
        return "(\(field) IS NOT NULL AND \(end(of: field, suffix)) IS NOT CAST(\(mark(.text(suffix))) AS BLOB))"
    }

    private mutating func end(of field: String, _ suffix: String) -> String {
        "substr(CAST(\(field) AS BLOB), -\(mark(.integer(Int64(suffix.utf8.count)))))"
    }

    private mutating func substring(_ field: String, _ operands: [JSON], _ joiner: String) -> String {
        let parts = operands.map { "instr(\(field), \(mark(SQLValue(scalar: $0, .text)))) > 0" }
        return "(" + parts.joined(separator: joiner) + ")"
    }

    private mutating func array(
        _ field: String,
        _ comparison: Comparison,
        _ operands: [JSON],
        _ column: ColumnLayout
    ) -> String {
        func holdsAny(_ operands: [JSON]) -> String {
            let fast =
                "EXISTS (SELECT 1 FROM json_each(\(field)) item WHERE item.value IN \(list(operands, column.kind)))"
            guard column.kind == .text else { return fast }
            // `json_each` ends a text at U+0000, which is rare enough to be read by our own parser.
            return "CASE WHEN instr(\(field), '\\u0000') THEN tandem_holds(\(field), "
                + "\(mark(.text(JSON.array(operands).text)))) ELSE \(fast) END"
        }
        switch comparison {
        case .isNull: return "\(field) IS NULL"
        case .isNotNull: return "\(field) IS NOT NULL"
        case .contains, .containsAny: return holdsAny(operands)
        case .containsAll: return "(" + operands.map { holdsAny([$0]) }.joined(separator: " AND ") + ")"
        case .notContains: return "(\(field) IS NOT NULL AND NOT \(holdsAny(operands)))"
        default: preconditionFailure("the engine bound \(comparison) to an array column")
        }
    }
}
