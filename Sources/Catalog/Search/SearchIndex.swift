/// An inverted index over the texts of operations, with the weights of BM25F worked out in advance.
///
/// BM25F (Robertson, Zaragoza, Taylor: "Simple BM25 extension to multiple weighted fields", CIKM 2004) adds up the
/// occurrences of a term over the fields, each with its weight and normalised by its length, and saturates the sum
/// once. That doesn't depend on the query, so a posting is one number.
struct SearchIndex: Sendable {
    struct Posting: Sendable {
        let document: Int
        let weight: Double
    }

    /// What one search result stands for. Operations that differ in their words only are found by the same texts.
    struct Document: Sendable {
        let operation: Operation
        /// The same operation in other words.
        let twin: Operation?
        /// The stem of the first word of its name.
        let verb: String
        /// The terms of the other words of its name.
        let nouns: [Int]
        /// nil where there is no operation that does the same to more or fewer things.
        let number: Number?

        /// Which of two operations it is that differ in number only, as `createRow` and `createRows`.
        enum Number: Sendable { case one, many }
    }

    let documents: [Document]
    let vocabulary: Vocabulary
    let typos: TypoFinder
    /// The first words of names, by stem.
    let verbs: Set<String>
    /// What operations are about, by stem: the last words of names.
    let nouns: Set<String>
    /// The operations whose keywords hold a phrase of two or more words, by its stems.
    private let phrases: [String: [Int]]
    private let clearTerms: Set<Int>
    private let terms: [String: Int]
    private let postings: [[Posting]]

    init(operations: [Operation], services: [Catalog.Service], vocabulary: Vocabulary) {
        let (shown, twins) = Self.grouped(operations)
        let sources = shown.map { $0.original ?? $0 }
        var builder = SearchIndexBuilder(count: shown.count)
        let names = sources.enumerated().map { document, source in
            let words = Words.split(source.name)
            return words.count > 1 ? words : words + services.filter { $0.id == shown[document].service }.map(\.noun)
        }
        for (document, source) in sources.enumerated() {
            builder.add([names[document].joined(separator: " ")], to: .name, of: document)
            for field in SearchField.allCases { builder.add(field.texts(of: source), to: field, of: document) }
        }
        let stems = names.map { $0.map(Stemmer.stem) }
        nouns = Set(stems.compactMap(\.last))
        let (terms, postings) = builder.finished(nouns: nouns)
        let spelled = Set(shown.map(\.id))
        documents = zip(shown, stems).map { operation, name in
            let isMany = operation.id.hasSuffix("s") && spelled.contains(String(operation.id.dropLast()))
            return Document(
                operation: operation,
                twin: twins[operation.id],
                verb: name[0],
                nouns: name.dropFirst().compactMap { terms[$0] },
                number: isMany ? .many : spelled.contains(operation.id + "s") ? .one : nil
            )
        }
        verbs = Set(documents.map(\.verb))
        var phrases: [String: [Int]] = [:]
        for (document, source) in sources.enumerated() {
            for phrase in Set(source.keywords.map(Self.phrase)) where phrase.contains(" ") {
                phrases[phrase, default: []].append(document)
            }
        }
        self.phrases = phrases
        clearTerms = builder.clearTerms
        self.terms = terms
        self.postings = postings
        self.vocabulary = vocabulary
        typos = TypoFinder(words: builder.words.union(vocabulary.words))
    }

    /// The operations to show, and by their ids those that say the same in other words.
    private static func grouped(_ operations: [Operation]) -> (shown: [Operation], twins: [String: Operation]) {
        let ids = Set(operations.map(\.id))
        var shown: [Operation] = []
        var twins: [String: Operation] = [:]
        for operation in operations {
            if let original = operation.original, ids.contains(original.id) {
                twins[original.id] = operation
            } else {
                shown.append(operation)
            }
        }
        return (shown, twins)
    }

    /// The number of a term, which is a stem or two stems with a space between them.
    func term(_ text: String) -> Int? { terms[text] }

    /// Whether a term stands in a name, a summary or the keywords of an operation, not only somewhere in its description.
    func isClear(_ term: Int) -> Bool { clearTerms.contains(term) }

    func postings(of term: Int) -> [Posting] { postings[term] }

    /// The stems of a text with a space between them.
    private static func phrase(_ text: String) -> String {
        Words.split(text).map(Stemmer.stem).joined(separator: " ")
    }

    /// The longest keyword of each operation that stands whole in a query, in words.
    /// - Parameter stems: those of the query, in order.
    func keywords(in stems: [String]) -> [Int: Int] {
        var found: [Int: Int] = [:]
        for start in stems.indices {
            var phrase = stems[start]
            for end in stems[start...].indices.dropFirst().prefix(Self.longestPhrase - 1) {
                phrase += " " + stems[end]
                for document in phrases[phrase] ?? [] {
                    found[document] = max(found[document] ?? 0, end - start + 1)
                }
            }
        }
        return found
    }

    private static let longestPhrase = 8
}
