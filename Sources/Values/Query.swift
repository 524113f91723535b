/// One list query: what to filter, in which order, and which page of it.
///
/// This is the typed form of the query language; ``Query/init(parsing:)`` makes it from the wire form. Nothing here
/// knows a schema: fields are names and operands are JSON until the engine binds them to a table.
package struct Query: Sendable, Equatable {
    /// All must hold.
    package var filters: [Filter] = []
    package var orders: [Order] = []
    /// nil: the default of the operation.
    package var limit: Int?
    package var offset: Int?
    package var cursor: Cursor?
    /// nil: every field.
    package var select: [String]?

    package init() {}

    package struct Order: Sendable, Equatable {
        package var field: String
        package var descending: Bool

        package init(_ field: String, descending: Bool = false) {
            self.field = field
            self.descending = descending
        }
    }

    /// The row next to which a page starts; the row itself is not part of the page.
    package enum Cursor: Sendable, Equatable {
        case after(String)
        case before(String)

        package var id: String {
            switch self {
            case .after(let id), .before(let id): id
            }
        }
    }
}

/// A condition on one row.
package indirect enum Filter: Sendable, Equatable {
    /// A comparison of a field; several operands mean "any of them" unless the comparison says otherwise.
    case compare(String, Comparison, [JSON])
    case and([Filter])
    case or([Filter])
    /// Holds when a related row matches all of these; the number says by which relation, as whoever binds the query
    /// counts them.
    case related(Int, [Filter])
}

extension Filter {
    /// How many comparisons and operands it holds, in all.
    var weight: (comparisons: Int, operands: Int) {
        switch self {
        case .compare(_, _, let operands): (1, operands.count)
        case .and(let parts), .or(let parts), .related(_, let parts):
            parts.reduce((0, 0)) { ($0.0 + $1.weight.comparisons, $0.1 + $1.weight.operands) }
        }
    }
}

/// How a field is compared. None but `isNull` holds for a field without a value.
package enum Comparison: String, Sendable, CaseIterable {
    case equal, notEqual, lessThan, lessThanEqual, greaterThan, greaterThanEqual
    case between, notBetween
    case isNull, isNotNull
    case startsWith, endsWith, notStartsWith, notEndsWith
    case contains, containsAny, containsAll, notContains
    case regex
    /// Full-text search; the operand is what ``WordSearch`` of the store reads.
    case search, notSearch
    /// Distances of points in metres; in a bound query the operands are a point and the distance.
    case distanceEqual, distanceNotEqual, distanceLessThan, distanceGreaterThan
    case intersects, notIntersects

    /// How many operands there must be.
    package var operands: ClosedRange<Int> {
        switch self {
        case .isNull, .isNotNull: 0...0
        case .between, .notBetween: 2...2
        case .equal, .contains, .containsAny, .containsAll, .notContains: 1...Query.maximumOperands
        default: 1...1
        }
    }
}
