import Storage

/// How many rows there are, told at a bounded cost.
struct RoughCount {
    var rows: Int
    /// False where it is only about right.
    var isExact: Bool

    /// Up to here rows are counted one by one.
    static let exactLimit = 5000
}

extension ReadSession {
    /// How many rows of a table there are: exactly up to a limit, from the store's estimate above.
    func roughCount(in table: TableLayout) throws -> RoughCount {
        let counted = try count(RowQuery(limit: 1), in: table, cap: RoughCount.exactLimit + 1)
        guard counted > RoughCount.exactLimit else { return RoughCount(rows: counted, isExact: true) }
        return RoughCount(rows: max(counted, try estimatedCount(in: table)), isExact: false)
    }
}
