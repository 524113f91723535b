package import Values

/// How good the search is over a set of queries with known answers.
package struct SearchEvaluation: Sendable {
    /// Figures over some queries.
    package struct Figures: Sendable, Equatable {
        package var queries = 0
        /// The share of queries whose first hit is an expected one.
        package var hitAt1 = 0.0
        /// The share of queries with an expected operation among the first five.
        package var hitAt5 = 0.0
        /// The mean reciprocal rank of the first expected operation, which counts as 0 beyond the twentieth hit.
        package var meanReciprocalRank = 0.0
    }

    /// A query that didn't bring an expected operation first.
    package struct Miss: Sendable {
        package let query: String
        package let expected: [String]
        /// The first five hits.
        package let found: [String]
        package let isHeldOut: Bool
    }

    /// Over the queries that the search was tuned with.
    package private(set) var tuned = Figures()
    /// Over the queries that nobody looked at while tuning.
    package private(set) var heldOut = Figures()
    package private(set) var all = Figures()
    package private(set) var misses: [Miss] = []
    /// The median size of the compact JSON answers with five hits.
    package private(set) var medianAnswerBytes = 0

    /// Runs a set, an array of `{ query, expect: [operation ids], kind, held? }`, against a catalog.
    ///
    /// - Throws: `general_argument_invalid` when the set has another shape.
    package static func run(_ set: JSON, on catalog: Catalog) throws(AppError) -> SearchEvaluation {
        var evaluation = SearchEvaluation()
        var sizes: [Int] = []
        guard case .array(let items) = set, !items.isEmpty else { throw malformed("must be an array of queries") }
        for item in items {
            guard let query = item["query"]?.string, let expected = item["expect"]?.strings else {
                throw malformed("must hold query and expect")
            }
            let answer = catalog.search(query: query, limit: 20)
            let found = answer["hits"]?.array?.compactMap { $0["operation"]?.string } ?? []
            let rank = found.firstIndex { expected.contains($0) }
            let held = item["held"]?.bool ?? false
            evaluation.all.count(rank)
            if held { evaluation.heldOut.count(rank) } else { evaluation.tuned.count(rank) }
            if rank != 0 {
                evaluation.misses.append(
                    Miss(query: query, expected: expected, found: Array(found.prefix(5)), isHeldOut: held)
                )
            }
            sizes.append(catalog.search(query: query).encoded.count)
        }
        evaluation.medianAnswerBytes = sizes.sorted()[sizes.count / 2]
        return evaluation
    }

    private static func malformed(_ reason: String) -> AppError {
        AppError(.generalArgumentInvalid, "The evaluation set \(reason).")
    }
}

extension SearchEvaluation.Figures {
    /// Takes in one more query, with the rank from 0 of its first expected operation.
    fileprivate mutating func count(_ rank: Int?) {
        func mean(_ old: Double, _ new: Double) -> Double { (old * Double(queries) + new) / Double(queries + 1) }
        hitAt1 = mean(hitAt1, rank == 0 ? 1 : 0)
        hitAt5 = mean(hitAt5, rank.map { $0 < 5 } == true ? 1 : 0)
        meanReciprocalRank = mean(meanReciprocalRank, rank.map { 1 / Double($0 + 1) } ?? 0)
        queries += 1
    }
}
