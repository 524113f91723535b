import Values

/// Filters on what an event tells, by the members of its payload. Stored rows are never filtered like this.
///
/// Kinds of values are kept apart: `1`, `1.0` and `"1"` differ, and only two numbers or two texts have an order. No
/// filter holds for a member that is missing, `isNull` and `notEqual` included.
extension Filter {
    func matches(_ payload: JSONObject) -> Bool {
        switch self {
        case .and(let parts): parts.allSatisfy { $0.matches(payload) }
        case .or(let parts): parts.contains { $0.matches(payload) }
        case .compare(let field, let comparison, let operands):
            payload[field].map { comparison.holds($0, operands) } ?? false
        case .related: false
        }
    }
}

extension Comparison {
    fileprivate func holds(_ value: JSON, _ operands: [JSON]) -> Bool {
        switch self {
        case .isNull: value.isNull
        case .isNotNull: !value.isNull
        case .equal: operands.contains { value.isIdentical(to: $0) }
        case .notEqual: !operands.contains { value.isIdentical(to: $0) }
        case .lessThan: operands.contains { value.precedes($0) }
        case .lessThanEqual: operands.contains { value.precedes($0) || value.isEven(with: $0) }
        case .greaterThan: operands.contains { $0.precedes(value) }
        case .greaterThanEqual: operands.contains { $0.precedes(value) || value.isEven(with: $0) }
        default: false
        }
    }
}

extension JSON {
    /// Whether both are of one kind and equal, texts byte for byte.
    fileprivate func isIdentical(to other: JSON) -> Bool {
        if case (.string(let left), .string(let right)) = (self, other) { return left.utf8.elementsEqual(right.utf8) }
        return self == other
    }

    /// Whether both have an order and stand at the same place in it.
    fileprivate func isEven(with other: JSON) -> Bool {
        switch (self, other) {
        case (.string, .string), (.int, .int), (.double, .double): isIdentical(to: other)
        case (.int(let left), .double(let right)): Double(exactly: left) == right
        case (.double(let left), .int(let right)): left == Double(exactly: right)
        default: false
        }
    }

    fileprivate func precedes(_ other: JSON) -> Bool {
        switch (self, other) {
        case (.string(let left), .string(let right)): left.utf8.lexicographicallyPrecedes(right.utf8)
        case (.int(let left), .int(let right)): left < right
        case (.double(let left), .double(let right)): left < right
        case (.int(let left), .double(let right)): Self.isLess(left, right)
        case (.double(let left), .int(let right)): Double(exactly: right) != left && !Self.isLess(right, left)
        default: false
        }
    }

    /// Compares exactly, where turning the integer into a double might round it.
    private static func isLess(_ left: Int64, _ right: Double) -> Bool {
        guard let whole = Int64(exactly: right.rounded(.up)) else { return right > 0 }
        // `left < right` is the same as `left < ceil(right)` for whole numbers.
        return left < whole
    }
}
