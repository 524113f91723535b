import Storage
import Values

extension QueryBinding {
    /// What MongoDB's text search can't do is refused on every store: a second search in one call, and one that is an
    /// alternative to something else.
    func checkSearches(_ filters: [Filter]) throws(AppError) {
        var counts: [Comparison: Int] = [:]
        for filter in filters { try count(filter, isAlternative: false, &counts) }
    }

    private func count(_ filter: Filter, isAlternative: Bool, _ counts: inout [Comparison: Int]) throws(AppError) {
        switch filter {
        case .compare(_, let comparison, _) where comparison == .search || comparison == .notSearch:
            guard !isAlternative else {
                throw invalid("'\(comparison.rawValue)' can't stand inside 'or'; make two calls")
            }
            counts[comparison, default: 0] += 1
            guard counts[comparison] == 1 else {
                throw invalid(
                    "there is more than one '\(comparison.rawValue)'; one may name several words, and phrases in quotes"
                )
            }
        case .compare, .related: return
        case .and(let parts): for part in parts { try count(part, isAlternative: isAlternative, &counts) }
        case .or(let parts): for part in parts { try count(part, isAlternative: true, &counts) }
        }
    }

    func checkSearched(_ comparison: Comparison, _ name: String, _ field: QueryField) throws(AppError) {
        guard !field.isSearched else { return }
        let searched = fields.first { $0.field.isSearched }?.name
        throw AppError(
            .generalQueryInvalid,
            "Invalid query: '\(comparison.rawValue)' on '\(name)' needs a fulltext index on that column.",
            argument: "queries",
            hint: searched.map { "The fulltext index of this table is on '\($0)'." }
                ?? "tablesDB.createIndex with the type fulltext makes one; contains finds parts of texts without it."
        )
    }

    func checkSearch(_ text: String) throws(AppError) {
        guard !text.utf8.contains(0) else { throw invalid("a search can't hold the character U+0000") }
        guard !WordSearch(text).isTooLong else {
            throw invalid("a search names at most \(WordSearch.maximumWords) different words")
        }
    }
}
