import Values

extension RowQuery {
    /// The columns and texts of `notSearch`, wherever they stand.
    var exclusions: [(key: String, search: String)] { filters.flatMap { Self.exclusions($0) } }

    private static func exclusions(_ filter: Filter) -> [(key: String, search: String)] {
        switch filter {
        case .compare(let key, .notSearch, let operands): [(key, operands[0].string ?? "")]
        case .compare, .related: []
        case .and(let parts), .or(let parts): parts.flatMap { exclusions($0) }
        }
    }

    /// - Throws: `tooManyExcluded` when a search found more rows than may be left out.
    func checkExcluded(_ count: Int) throws(StoreError) {
        guard count > maximumExcluded else { return }
        throw StoreError(
            .tooManyExcluded,
            "more than \(maximumExcluded) rows hold what 'notSearch' names, too many to leave out"
        )
    }
}
