/// How a query gets from the rows of one table to the related rows of another, which filters ask for conditions of
/// their own.
package struct Join: Sendable {
    package enum Path: Sendable {
        /// This field of a row holds the id of the other one.
        case holds(String)
        /// This field of the other row holds the id of the row.
        case heldBy(String)
        /// A table of pairs: a field with the id of the row and one with that of the other.
        case pairs(TableLayout, own: String, other: String)
    }

    package var path: Path
    /// Where the other rows are.
    package var table: TableLayout
    /// Only other rows with any of these permission strings; nil: every row.
    package var permissions: [String]?

    package init(_ path: Path, to table: TableLayout, permissions: [String]? = nil) {
        self.path = path
        self.table = table
        self.permissions = permissions
    }
}
