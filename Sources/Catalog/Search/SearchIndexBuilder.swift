#if canImport(Glibc)
    private import Glibc
#elseif canImport(Musl)
    private import Musl
#else
    private import Darwin
#endif

/// The parts of an operation that are searched, with what a match in them is worth.
enum SearchField: Int, CaseIterable {
    case name, keywords, summary, parameters, description

    /// The weight of one occurrence.
    var weight: Double {
        switch self {
        case .name: 4
        case .keywords: 2
        case .summary: 1.5
        case .parameters: 0.4
        case .description: 0.5
        }
    }

    /// How much a long text counts less for each occurrence, 0 to 1 (`b` of BM25). A long list of keywords is no reason
    /// to trust each of them less, a long description is.
    var lengthEffect: Double {
        switch self {
        case .name: 0.3
        case .keywords: 0.1
        case .summary: 0.3
        case .parameters, .description: 0.6
        }
    }

    /// The texts of the field; neighbours count as a phrase within one text only. The name is made by the index.
    func texts(of operation: Operation) -> [String] {
        switch self {
        case .name: []
        case .keywords: operation.keywords
        case .summary: [operation.summary]
        case .parameters: operation.parameters.map(\.name)
        case .description: [operation.description]
        }
    }

    /// Whether its words say what an operation is for; then pairs of neighbouring words are indexed too.
    var isClear: Bool { self == .name || self == .keywords || self == .summary }
}

/// Collects occurrences and turns them into postings.
struct SearchIndexBuilder {
    /// The words as written, for the correction of typos.
    private(set) var words: Set<String> = []
    /// The terms that stand in more than parameters and descriptions.
    private(set) var clearTerms: Set<Int> = []
    private let count: Int
    private var terms: [String: Int] = [:]
    private var stems: [String: String] = [:]
    /// For each term its occurrences by document and field.
    private var occurrences: [[Occurrence]] = []
    /// For each field the number of words in each document.
    private var lengths: [[Double]]

    private struct Occurrence {
        let document: Int
        let field: SearchField
        var count: Double
    }

    /// `k1` of BM25: how soon further occurrences stop mattering.
    private static let saturation = 1.2

    init(count: Int) {
        self.count = count
        lengths = Array(repeating: Array(repeating: 0, count: count), count: SearchField.allCases.count)
    }

    mutating func add(_ texts: [String], to field: SearchField, of document: Int) {
        for text in texts {
            var previous: String?
            for word in Words.split(text) {
                let stem = stem(word)
                lengths[field.rawValue][document] += 1
                add(stem, field, document)
                if field.isClear {
                    if let previous { add("\(previous) \(stem)", field, document) }
                    previous = stem
                }
            }
        }
    }

    private mutating func stem(_ word: String) -> String {
        if let stem = stems[word] { return stem }
        let stem = Stemmer.stem(word)
        stems[word] = stem
        words.insert(word)
        return stem
    }

    private mutating func add(_ text: String, _ field: SearchField, _ document: Int) {
        let term: Int
        if let known = terms[text] {
            term = known
        } else {
            term = occurrences.count
            terms[text] = term
            occurrences.append([])
        }
        if field.isClear { clearTerms.insert(term) }
        let last = occurrences[term].indices.last
        if let last, occurrences[term][last].document == document, occurrences[term][last].field == field {
            occurrences[term][last].count += 1
        } else {
            occurrences[term].append(Occurrence(document: document, field: field, count: 1))
        }
    }

    /// The terms with their postings.
    ///
    /// - Parameter nouns: the stems of the things that operations are about.
    func finished(nouns: Set<String>) -> (terms: [String: Int], postings: [[SearchIndex.Posting]]) {
        let means = lengths.map { max(1, $0.reduce(0, +) / Double(max(1, count))) }
        var rarities = occurrences.map(rarity)
        // A thing with many operations is no less telling than one with few: all of them count alike.
        let things = nouns.compactMap { terms[$0] }
        let median = things.map { rarities[$0] }.sorted()
        for term in things { rarities[term] = median[median.count / 2] }
        let postings = zip(occurrences, rarities).map { list, rarity in
            sums(of: list, means).map { document, sum in
                SearchIndex.Posting(document: document, weight: rarity * sum / (Self.saturation + sum))
            }
        }
        return (terms, postings)
    }

    /// The inverse document frequency. Parameters such as `databaseId` stand nearly everywhere and would make
    /// `database` look meaningless, so they and descriptions count only for terms that stand nowhere else.
    private func rarity(of list: [Occurrence]) -> Double {
        let clear = Set(list.lazy.filter(\.field.isClear).map(\.document))
        let frequency = Double(clear.isEmpty ? Set(list.map(\.document)).count : clear.count)
        return log(1 + (Double(count) - frequency + 0.5) / (frequency + 0.5))
    }

    /// For each document the weighted and normalised number of occurrences.
    private func sums(of list: [Occurrence], _ means: [Double]) -> [(document: Int, sum: Double)] {
        var sums: [(document: Int, sum: Double)] = []
        for occurrence in list {
            let field = occurrence.field
            let effect = field.lengthEffect
            let length = lengths[field.rawValue][occurrence.document] / means[field.rawValue]
            let part = field.weight * occurrence.count / (1 - effect + effect * length)
            if let last = sums.indices.last, sums[last].document == occurrence.document {
                sums[last].sum += part
            } else {
                sums.append((occurrence.document, part))
            }
        }
        return sums
    }
}
