import Values

/// What the search knows about English and about other products' words: the section `search` of the catalog.
struct Vocabulary: Sendable {
    /// What a word or phrase stands for.
    struct Meaning: Sendable, Equatable {
        /// The stem of the word that operations use.
        let stem: String
        /// Whether it names what is to be done; operations start with such a word.
        let isVerb: Bool
    }

    private static let gap = "*"
    private static let longestGap = 6

    private struct Phrase: Sendable {
        let stems: [String]
        var meanings: [Meaning]
    }

    /// Every word in it, as written, for the correction of typos.
    private(set) var words: Set<String> = []
    private var stopWords: Set<String> = []
    /// Words after which a place or a circumstance is named instead of the thing itself.
    private var prepositions: Set<String> = []
    private var articles: Set<String> = []
    /// Words that say that more than one thing is meant.
    private var many: Set<String> = []
    /// Words after which a verb says what something may do, not what is asked for.
    private var modals: Set<String> = []
    /// Words with which questions start, and the stems of the verbs that answer them.
    private var questions: Set<String> = []
    let questionVerbs: [String]
    /// What words that mean nothing here most likely stand for: people name their own things.
    let unknownNoun: String
    /// The stem of the word for what somebody may do.
    let right: String
    /// By the stem of the first word; longer phrases first.
    private var phrases: [String: [Phrase]] = [:]

    init(_ reader: ObjectReader) {
        stopWords = Set(reader.strings("stopWords"))
        prepositions = Set(reader.strings("prepositions"))
        articles = Set(reader.strings("articles"))
        many = Set(reader.strings("many"))
        modals = Set(reader.strings("modals"))
        guard case .object(let asked)? = reader.object["questions"] else { reader.fail("'questions' is missing") }
        questions = Set(ObjectReader(asked, of: "questions").strings("words"))
        questionVerbs = ObjectReader(asked, of: "questions").strings("verbs").map(Stemmer.stem)
        right = Stemmer.stem(reader.string("right"))
        unknownNoun = Stemmer.stem(reader.string("unknownNoun"))
        add(reader, "verbs", areVerbs: true)
        add(reader, "synonyms", areVerbs: false)
        for key in phrases.keys { phrases[key]?.sort { left, right in left.stems.count > right.stems.count } }
    }

    private mutating func add(_ reader: ObjectReader, _ section: String, areVerbs: Bool) {
        guard case .object(let table)? = reader.object[section] else { reader.fail("'\(section)' must be an object") }
        for (word, value) in table.members {
            guard let others = value.strings else { reader.fail("'\(section).\(word)' must hold strings") }
            let meaning = Meaning(stem: Stemmer.stem(word), isVerb: areVerbs)
            if areVerbs { add(word, meaning) }
            for phrase in others { add(phrase, meaning) }
        }
    }

    /// Adds a phrase; `*` in it stands for up to ``longestGap`` words.
    private mutating func add(_ text: String, _ meaning: Meaning) {
        let parts = text.split(separator: " ").flatMap { $0 == Self.gap ? [Self.gap] : Words.split(String($0)) }
        guard !parts.isEmpty else { return }
        if parts.count == 1 { words.insert(parts[0]) }
        let stems = parts.map(Stemmer.stem)
        var known = phrases[stems[0], default: []]
        if let index = known.firstIndex(where: { $0.stems == stems }) {
            if !known[index].meanings.contains(meaning) { known[index].meanings.append(meaning) }
        } else {
            known.append(Phrase(stems: stems, meanings: [meaning]))
        }
        phrases[stems[0]] = known
    }

    /// How many words a phrase takes up at the start of some stems, without a gap and what follows it.
    private static func length(of phrase: [String], at stems: ArraySlice<String>) -> Int? {
        guard let gap = phrase.firstIndex(of: gap) else { return stems.starts(with: phrase) ? phrase.count : nil }
        guard stems.starts(with: phrase[..<gap]) else { return nil }
        let rest = stems.dropFirst(gap).prefix(longestGap + 1)
        return rest.contains(phrase[gap + 1]) ? gap : nil
    }

    func isQuestion(_ word: String) -> Bool { questions.contains(word) }
    func isStopWord(_ word: String) -> Bool { stopWords.contains(word) }
    func isPreposition(_ word: String) -> Bool { prepositions.contains(word) }
    func isMany(_ word: String) -> Bool { many.contains(word) }
    func isModal(_ word: String) -> Bool { modals.contains(word) }
    func isArticle(_ word: String) -> Bool { articles.contains(word) }

    /// The longest word or phrase with a meaning at the start of some stems.
    func meanings(of stems: ArraySlice<String>) -> (length: Int, meanings: [Meaning])? {
        guard let first = stems.first, let known = phrases[first] else { return nil }
        for phrase in known {
            if let length = Self.length(of: phrase.stems, at: stems) { return (length, phrase.meanings) }
        }
        return nil
    }
}
