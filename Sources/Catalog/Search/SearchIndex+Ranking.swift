import Values

extension SearchIndex {
    /// The operations that match a query, best first.
    struct Ranking {
        var hits: [Operation] = []
        /// Whether even the best hit explains little of the query.
        var isWeak = true
    }

    /// What is left of the score of an operation that does something else than the query's verbs say.
    private static let otherVerb = 0.3
    /// What verbs are worth when the query has none: people describe what they want to have or to see.
    private static let defaultVerbs = ["creat": 1.0, "list": 0.95, "describ": 0.95, "get": 0.9]
    private static let defaultVerbsForMany = ["list": 1.0, "creat": 0.95, "describ": 0.95, "get": 0.85]
    private static let otherDefault = 0.75
    /// What it is worth that the query spells the name of an operation without its service.
    private static let wholeName = 2.0
    /// What is added to the score of an operation for a keyword of several words that is the whole query; for one that is
    /// a part of it, as much of that.
    private static let wholeKeyword = 1.0
    /// The least such an operation scores, as a share of the best score.
    private static let keywordFloor = 0.6
    /// How much of a score depends on whether the query has the nouns of the operation's name.
    private static let nounEffect = 0.5
    /// What the last of them counts against each of the others.
    private static let headShare = 2.0
    /// What is left of the score of an operation on one thing when many are meant, and the other way round.
    private static let otherNumber = 0.7
    private static let pairWeight = 0.5
    private static let deprecatedWeight = 0.5
    /// Hits with a smaller share of the best score are not worth showing.
    private static let smallestShare = 0.2

    /// - Parameter service: the only service to look in, in any spelling.
    func ranked(_ text: String, service: String?) -> Ranking {
        let query = SearchQuery(text, index: self)
        var scores = [Double](repeating: 0, count: documents.count)
        var matched = [Double](repeating: 0, count: documents.count)
        for part in query.parts { add(part, to: &scores, &matched) }
        for (first, second) in zip(query.parts, query.parts.dropFirst()) { addPairs(first, second, to: &scores) }
        var asked: [Int: Double] = [:]
        for part in query.parts {
            for (term, weight) in part.terms { asked[term] = max(asked[term] ?? 0, weight * part.weight) }
        }
        for document in documents.indices where scores[document] > 0 {
            scores[document] *= fit(documents[document], to: query, asked)
        }
        let best = scores.max() ?? 0
        for (document, words) in keywords(in: query.stems) {
            let share = Double(words) / Double(query.stems.count)
            scores[document] = max(scores[document], best * Self.keywordFloor * share) * (1 + Self.wholeKeyword * share)
        }
        rankReplacementsFirst(&scores)
        let spelled = Spelling.folded(text)
        for (document, entry) in documents.enumerated() where Spelling.folded(entry.operation.name) == spelled {
            scores[document] = max(scores[document], scores.max() ?? 0) * Self.wholeName
        }
        let folded = service.map(Spelling.folded)
        let found = documents.indices.filter { scores[$0] > 0 && documents[$0].operation(of: folded) != nil }
            .sorted { (-scores[$0], $0) < (-scores[$1], $1) }
        var ranking = Ranking()
        guard let best = found.first else { return ranking }
        let shown = found.filter { scores[$0] >= scores[best] * Self.smallestShare }
        ranking.hits = shown.compactMap { documents[$0].operation(of: folded) }
        if folded == nil { addTwins(of: shown, text, to: &ranking.hits) }
        let words = Double(query.parts.count { !$0.isGuess } + query.unknown)
        ranking.isWeak = matched[best] < words * 0.4
        return ranking
    }

    /// Who asks in other words may want the operations that speak them: the one of the best hit stands right behind it,
    /// the others after all hits.
    private func addTwins(of shown: [Int], _ text: String, to hits: inout [Operation]) {
        let words = Words.split(text)
        let twins = shown.compactMap { documents[$0].twin }.filter { $0.dialect.isSpoken(in: words) }
        guard let first = twins.first else { return }
        let isOfBest = first === documents[shown[0]].twin
        if isOfBest { hits.insert(first, at: 1) }
        hits += twins.dropFirst(isOfBest ? 1 : 0)
    }

    private func add(_ part: SearchQuery.Part, to scores: inout [Double], _ matched: inout [Double]) {
        var best: [Int: Double] = [:]
        for (term, weight) in part.terms {
            for posting in postings(of: term) {
                best[posting.document] = max(best[posting.document] ?? 0, posting.weight * weight)
            }
        }
        for (document, score) in best {
            scores[document] += score * part.weight
            if !part.isGuess { matched[document] += 1 }
        }
    }

    private func addPairs(_ first: SearchQuery.Part, _ second: SearchQuery.Part, to scores: inout [Double]) {
        var best: [Int: Double] = [:]
        for left in first.stems {
            for right in second.stems {
                guard let term = term("\(left) \(right)") else { continue }
                for posting in postings(of: term) {
                    best[posting.document] = max(best[posting.document] ?? 0, posting.weight)
                }
            }
        }
        let weight = Self.pairWeight * min(first.weight, second.weight)
        for (document, score) in best { scores[document] += score * weight }
    }

    /// How well the name of an operation fits: its verb, and how many of its other words are asked for.
    private func fit(_ document: Document, to query: SearchQuery, _ asked: [Int: Double]) -> Double {
        var verb: Double
        if query.verbs.isEmpty {
            let defaults = query.isPlural ? Self.defaultVerbsForMany : Self.defaultVerbs
            verb = defaults[document.verb] ?? Self.otherDefault
        } else {
            verb = max(Self.otherVerb, query.verbs[document.verb] ?? 0)
        }
        if let number = document.number, (number == .many) != query.isMany { verb *= Self.otherNumber }
        guard let head = document.nouns.last else { return verb }
        // The last noun says what it is, the ones before it which kind.
        let kinds = document.nouns.dropLast()
        let found = kinds.reduce(Self.headShare * (asked[head] ?? 0)) { $0 + (asked[$1] ?? 0) }
        let share = found / (Self.headShare + Double(kinds.count))
        return verb * (1 - Self.nounEffect + Self.nounEffect * share)
    }

    private func rankReplacementsFirst(_ scores: inout [Double]) {
        for (index, document) in documents.enumerated() where scores[index] > 0 {
            let operation = document.operation.original ?? document.operation
            guard operation.isDeprecated else { continue }
            scores[index] *= Self.deprecatedWeight
            guard let new = documents.firstIndex(where: { $0.operation.implementation == operation.replacedBy }) else {
                continue
            }
            if scores[new] > 0 { scores[index] = min(scores[index], scores[new] * 0.99) }
        }
    }
}

extension SearchIndex.Document {
    /// The operation that it stands for in a service, given folded; nil for any service.
    fileprivate func operation(of service: [UInt8]?) -> Operation? {
        guard let service else { return operation }
        return [operation, twin].compactMap(\.self).first { Spelling.folded($0.service) == service }
    }
}
