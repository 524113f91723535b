package import Values

/// A new value for one column that the store computes from the one that is there, while it writes.
///
/// Operands are in the form of stored values: integers for integer columns, doubles for double ones, dates as
/// ``Timestamp/text``. A result that the kind of the column can't hold is refused by the store's own expression with
/// `overflow`, and nothing is changed; narrower rules of a column are for whoever reads the row afterwards.
package struct RowOperation: Sendable, Equatable {
    package enum Action: Sendable, Equatable {
        /// A missing value counts as 0.
        case arithmetic(Arithmetic, JSON)
        /// A missing value counts as an empty text.
        case concatenate(String)
        /// A missing value stays missing.
        case replace(String, with: String)
        /// A missing value counts as false.
        case toggle
        /// A missing date stays missing.
        case addMilliseconds(Int64)
        /// A missing list counts as an empty one.
        case list(ListAction)
    }

    /// A division of integers drops the fraction, and the rest has the sign of the value that is divided.
    package enum Arithmetic: String, Sendable, CaseIterable {
        case add, subtract, multiply, divide, modulo, power
    }

    package enum ListAction: Sendable, Equatable {
        case append([JSON])
        case prepend([JSON])
        /// Before the item at this place; at the end of a shorter list.
        case insert(JSON, at: Int)
        /// Without the items that equal one of these.
        case remove([JSON])
        /// Only the items that equal one of these.
        case retain([JSON])
        /// Only the first of equal items.
        case unique
        /// Only the items for which a comparison holds: `equal`, `notEqual`, or one of order.
        case filter(Comparison, JSON)
    }

    /// What the result of an arithmetic action may not pass.
    package struct Bound: Sendable, Equatable {
        package enum Edge: Sendable, Equatable { case atMost, atLeast }

        package var edge: Edge
        package var value: JSON
        /// Whether passing it is refused with `bound`; otherwise the value stays as it is.
        package var refuses: Bool

        package init(_ edge: Edge, _ value: JSON, refuses: Bool = false) {
            self.edge = edge
            self.value = value
            self.refuses = refuses
        }
    }

    /// The place of the column in its layout.
    package var position: Int
    package var action: Action
    package var bound: Bound?
    /// What to start from instead of the stored value, for rows that have none yet.
    package var start: JSON?

    package init(_ position: Int, _ action: Action, bound: Bound? = nil, start: JSON? = nil) {
        self.position = position
        self.action = action
        self.bound = bound
        self.start = start
    }
}

extension RowOperation.Arithmetic {
    /// The least exponent from which on a power depends on nothing but the sign of the base and whether the exponent
    /// is even.
    private static let largestExponent: Int64 = 64

    /// An exponent with the same outcome for every 64-bit base, small enough to be counted up to.
    static func reduced(exponent: Int64) -> Int64 {
        exponent <= largestExponent ? exponent : largestExponent + exponent % 2
    }
}
