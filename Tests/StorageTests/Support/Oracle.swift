import Foundation
import Storage
import Values

/// What a query must answer, computed row by row in the plainest way: the judge of what the stores compile.
struct Oracle {
    let table: TableLayout
    /// In creation order.
    var rows: [StoredRow]
    /// The other tables that queries reach, by their ids.
    var others: [String: Oracle] = [:]

    /// The page that a query asks for.
    func page(_ query: RowQuery) -> [StoredRow] {
        var found = rows.filter { matches($0, query) }.sorted { precedes($0, $1, query.orders) }
        if let position = query.position {
            let backward = position.isBackward
            found = found.filter { row in
                let side = compare(key(row, query.orders), position.values, query.orders)
                return backward ? side < 0 : side > 0
            }
            if backward {
                found = Array(found.reversed().dropFirst(query.offset).prefix(query.limit).reversed())
            } else {
                found = Array(found.dropFirst(query.offset).prefix(query.limit))
            }
        } else {
            found = Array(found.dropFirst(query.offset).prefix(query.limit))
        }
        guard let columns = query.columns else { return found }
        return found.map { row in
            var row = row
            for index in row.values.indices where !columns.contains(index) { row.values[index] = .null }
            return row
        }
    }

    func count(_ query: RowQuery, cap: Int) -> Int { min(cap, rows.count { matches($0, query) }) }

    /// The values of the order's fields in a row, which make a position beside it.
    func key(_ row: StoredRow, _ orders: [Query.Order]) -> [JSON] { orders.map { value(row, $0.field) } }

    private func matches(_ row: StoredRow, _ query: RowQuery) -> Bool {
        if let permissions = query.permissions, !permissions.contains(where: row.permissions.contains) { return false }
        return query.filters.allSatisfy { holds($0, row, query.joins) }
    }

    private func value(_ row: StoredRow, _ field: String) -> JSON {
        switch field {
        case "$id": .string(row.id)
        case "$sequence": .string(row.sequence)
        case "$createdAt": .string(row.createdAt.text)
        case "$updatedAt": .string(row.updatedAt.text)
        default: row.values[table.position(of: field)!]
        }
    }

    private func holds(_ filter: Filter, _ row: StoredRow, _ joins: [Join]) -> Bool {
        switch filter {
        case .and(let parts): parts.allSatisfy { holds($0, row, joins) }
        case .or(let parts): parts.contains { holds($0, row, joins) }
        case .related(let number, let parts): related(row, joins[number], parts, joins)
        case .compare(let field, let comparison, let operands):
            holds(value(row, field), comparison, operands, isSequence: field == "$sequence")
        }
    }

    private func related(_ row: StoredRow, _ join: Join, _ filters: [Filter], _ joins: [Join]) -> Bool {
        let other = others[join.table.tableID]!
        return other.rows.contains { candidate in
            let isRelated =
                switch join.path {
                case .holds(let key): value(row, key) == .string(candidate.id)
                case .heldBy(let key): other.value(candidate, key) == .string(row.id)
                case .pairs(let layout, let own, let key):
                    others[layout.tableID]!.rows.contains { pair in
                        others[layout.tableID]!.value(pair, own) == .string(row.id)
                            && others[layout.tableID]!.value(pair, key) == .string(candidate.id)
                    }
                }
            var reachable = other
            reachable.others = others
            return isRelated && (join.permissions?.contains(where: candidate.permissions.contains) ?? true)
                && filters.allSatisfy { reachable.holds($0, candidate, joins) }
        }
    }

    private func holds(_ value: JSON, _ comparison: Comparison, _ operands: [JSON], isSequence: Bool) -> Bool {
        if comparison == .isNull { return value.isNull }
        if value.isNull { return false }
        if comparison.isSpatial { return holds(shape: value, comparison, operands) }
        if case .array(let items) = value { return holds(items, comparison, operands) }
        func order(_ index: Int) -> Int { Self.compare(value, operands[index], isSequence: isSequence) }
        func text(_ index: Int) -> [UInt8] { Array(operands[index].string!.utf8) }
        lazy var bytes = Array(value.string!.utf8)
        switch comparison {
        case .isNull: return false
        case .isNotNull: return true
        case .equal: return operands.indices.contains { order($0) == 0 }
        case .notEqual: return order(0) != 0
        case .lessThan: return order(0) < 0
        case .lessThanEqual: return order(0) <= 0
        case .greaterThan: return order(0) > 0
        case .greaterThanEqual: return order(0) >= 0
        case .between: return order(0) >= 0 && order(1) <= 0
        case .notBetween: return order(0) < 0 || order(1) > 0
        case .startsWith: return bytes.starts(with: text(0))
        case .notStartsWith: return !bytes.starts(with: text(0))
        case .endsWith: return bytes.reversed().starts(with: text(0).reversed())
        case .notEndsWith: return !bytes.reversed().starts(with: text(0).reversed())
        case .contains, .containsAny: return operands.indices.contains { Self.contains(bytes, text($0)) }
        case .containsAll: return operands.indices.allSatisfy { Self.contains(bytes, text($0)) }
        case .notContains: return !operands.indices.contains { Self.contains(bytes, text($0)) }
        case .search: return WordSearch(operands[0].string!).finds(value.string!)
        case .notSearch: return !WordSearch(operands[0].string!).finds(value.string!)
        case .intersects, .notIntersects, .distanceEqual, .distanceNotEqual, .distanceLessThan, .distanceGreaterThan:
            preconditionFailure("shapes are no scalars")
        case .regex: preconditionFailure("regular expressions have no oracle")
        }
    }

    private func holds(shape value: JSON, _ comparison: Comparison, _ operands: [JSON]) -> Bool {
        let (shape, other) = (try! Geometry(value), try! Geometry(operands[0]))
        func point(_ value: JSON) -> (Double, Double) { (value.array![0].number!, value.array![1].number!) }
        if comparison == .intersects { return shape.intersects(other) }
        if comparison == .notIntersects { return !shape.intersects(other) }
        let (distance, limit) = (Geometry.distance(point(value), point(operands[0])), operands[1].number!)
        switch comparison {
        case .distanceLessThan: return distance < limit
        case .distanceGreaterThan: return distance > limit
        case .distanceEqual: return abs(distance - limit) <= 0.001
        default: return abs(distance - limit) > 0.001
        }
    }

    private func holds(_ items: [JSON], _ comparison: Comparison, _ operands: [JSON]) -> Bool {
        func has(_ operand: JSON) -> Bool { items.contains { !$0.isNull && Self.compare($0, operand) == 0 } }
        switch comparison {
        case .isNotNull: return true
        case .contains, .containsAny: return operands.contains(where: has)
        case .containsAll: return operands.allSatisfy(has)
        case .notContains: return !operands.contains(where: has)
        default: preconditionFailure("\(comparison) is not for arrays")
        }
    }

    private static func contains(_ text: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= text.count else { return false }
        return (0...(text.count - part.count)).contains { text[$0...].starts(with: part) }
    }

    func precedes(_ left: StoredRow, _ right: StoredRow, _ orders: [Query.Order]) -> Bool {
        compare(key(left, orders), key(right, orders), orders) < 0
    }

    private func compare(_ left: [JSON], _ right: [JSON], _ orders: [Query.Order]) -> Int {
        for (index, order) in orders.enumerated() {
            let result = Self.compare(left[index], right[index], isSequence: order.field == "$sequence")
            if result != 0 { return order.descending ? -result : result }
        }
        return 0
    }

    /// Null first, numbers by value, texts by bytes; the sequences of this table by the place of their rows.
    private static func compare(_ left: JSON, _ right: JSON, isSequence: Bool = false) -> Int {
        switch (left, right) {
        case (.null, .null): return 0
        case (.null, _): return -1
        case (_, .null): return 1
        case (.int(let left), .int(let right)): return left < right ? -1 : left > right ? 1 : 0
        case (.bool(let left), .bool(let right)): return (left ? 1 : 0) - (right ? 1 : 0)
        case (.string(let left), .string(let right)):
            let (left, right) = (Array(left.utf8), Array(right.utf8))
            if isSequence, left.count != right.count { return left.count < right.count ? -1 : 1 }
            return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        default:
            let (left, right) = (left.number!, right.number!)
            return left < right ? -1 : left > right ? 1 : 0
        }
    }
}

extension Comparison {
    fileprivate var isSpatial: Bool {
        switch self {
        case .intersects, .notIntersects, .distanceEqual, .distanceNotEqual, .distanceLessThan, .distanceGreaterThan:
            true
        default: false
        }
    }
}
