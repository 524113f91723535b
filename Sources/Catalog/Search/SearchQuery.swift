/// What a query asks for, in the terms of an index.
struct SearchQuery {
    /// One word or phrase of the query, with the terms it may stand for.
    struct Part {
        var terms: [(term: Int, weight: Double)] = []
        /// The stems behind ``terms``, for pairs of neighbours.
        var stems: [String] = []
        /// Lower where the query only says in which context the thing stands.
        var weight = 1.0
        /// Whether it only stands for words without a meaning.
        var isGuess = false
    }

    var parts: [Part] = []
    /// How well an operation that starts with a verb fits, by the verb's stem; empty when no verb is in the query.
    var verbs: [String: Double] = [:]
    /// Whether more than one thing is asked for.
    var isPlural = false
    /// Whether many things are to be done at once: a word says so, or what is done to them stands in the plural.
    var isMany = false
    /// How many words, stop words aside, mean nothing here.
    var unknown = 0

    /// What a synonym is worth against the word itself.
    private static let synonymWeight = 0.85
    /// What a correction is worth, by its distance.
    private static let correctionWeights = [1, 0.8, 0.65]
    /// What a word behind a preposition is worth, as `email` in "an index on email".
    private static let contextWeight = 0.6
    /// What a thing behind a preposition is worth, as `table` in "add a column to a table".
    private static let containerWeight = 0.3
    /// What each further verb of a sentence is worth against the one before.
    private static let laterVerb = 0.8

    /// What a verb is worth that describes (`stored`, `searching`) rather than asks.
    private static let participle = 0.7
    /// What the verbs are worth that a question word suggests.
    private static let questionVerb = 0.9
    /// What a verb is worth that says which right is given, as `add` in "allow users to add rows".
    private static let grantedVerb = 0.5
    private static let unknownWeight = 0.8

    private let index: SearchIndex
    private var words: [String]
    /// Every word of the query, as its stem.
    private(set) var stems: [String]
    private var verbCount = 0
    /// Whether a word says what kind of thing the query is about.
    private var namesThing = false
    /// Whether the words so far are about rights; what follows says which.
    private var givesRights = false

    init(_ text: String, index: SearchIndex) {
        self.index = index
        words = Words.split(text)
        stems = words.map(Stemmer.stem)
        if let first = words.first, index.vocabulary.isQuestion(first) {
            for verb in index.vocabulary.questionVerbs { verbs[verb] = Self.questionVerb }
        }
        var isContext = false
        var position = 0
        while position < words.count {
            if index.vocabulary.isPreposition(words[position]) { isContext = true }
            let before = (verbCount, unknown)
            if index.vocabulary.isMany(words[position]) { isMany = true }
            let (part, length) = read(at: position)
            if verbCount > before.0, !givesRights { isContext = false }
            let isThing = part.map { $0.stems.contains(where: index.nouns.contains) } ?? (unknown > before.1)
            if !isContext, isThing, isPluralForm(position + length - 1) { isMany = true }
            if var part {
                if isContext {
                    let isThing = part.stems.contains(where: index.nouns.contains)
                    part.weight = isThing ? Self.containerWeight : Self.contextWeight
                }
                parts.append(part)
                if part.stems.contains(index.vocabulary.right) {
                    givesRights = true
                    isContext = true
                }
            }
            position += length
        }
        preferListsForPlurals()
        if unknown > 0, !parts.isEmpty, !namesThing, let term = index.term(index.vocabulary.unknownNoun) {
            parts.append(Part(terms: [(term, 1)], stems: [], weight: Self.unknownWeight, isGuess: true))
        }
    }

    private func isPluralForm(_ position: Int) -> Bool {
        words[position].hasSuffix("s") && words[position] != stems[position]
    }

    /// Reads a phrase, a word, or a word that was written as two.
    private mutating func read(at position: Int) -> (part: Part?, length: Int) {
        let vocabulary = index.vocabulary
        var part = Part()
        if position + 1 < stems.count, index.term(stems[position]) == nil || stems[position].utf8.count <= 6 {
            let joined = Stemmer.stem(words[position] + words[position + 1])
            if !vocabulary.isStopWord(words[position]), let term = index.term(joined) {
                part.terms = [(term, 1)]
                part.stems = [joined]
                return (part, 2)
            }
        }
        if let (length, meanings) = vocabulary.meanings(of: stems[position...]) {
            add(stems[position..<(position + length)], meanings, scale: 1, at: position, to: &part)
            return (part.terms.isEmpty ? nil : part, length)
        }
        if vocabulary.isStopWord(words[position]) { return (nil, 1) }
        if let term = index.term(stems[position]) {
            if !index.isClear(term) { unknown += 1 }
            add(stems[position...position], [], scale: 1, at: position, to: &part)
            return (part, 1)
        }
        guard let (distance, corrections) = index.typos.corrections(of: words[position]) else {
            unknown += 1
            if isPluralForm(position) { isPlural = true }
            return (nil, 1)
        }
        for word in corrections {
            let stem = Stemmer.stem(word)
            let meanings = vocabulary.meanings(of: [stem])?.meanings ?? []
            add([stem], meanings, scale: Self.correctionWeights[distance], at: position, to: &part)
        }
        return (part.terms.isEmpty ? nil : part, 1)
    }

    private mutating func add(
        _ literal: ArraySlice<String>,
        _ meanings: [Vocabulary.Meaning],
        scale: Double,
        at position: Int,
        to part: inout Part
    ) {
        let isPhrase = literal.count > 1
        for stem in literal where !(isPhrase && index.vocabulary.isStopWord(stem)) {
            if let term = index.term(stem) { part.terms.append((term, scale * (isPhrase ? 0.6 : 1))) }
            part.stems.append(stem)
        }
        let isNoun = position > 0 && index.vocabulary.isArticle(words[position - 1])
        let asVerbs = meanings.filter { $0.isVerb && !isNoun }
        for meaning in meanings where !(meaning.isVerb && isNoun) {
            if let term = index.term(meaning.stem) { part.terms.append((term, scale * Self.synonymWeight)) }
            part.stems.append(meaning.stem)
        }
        if !isPhrase, !isNoun, let stem = literal.first, index.verbs.contains(stem), asVerbs.isEmpty {
            note([stem], at: position)
        } else if !asVerbs.isEmpty {
            note(asVerbs.map(\.stem), at: position)
        }
        if part.stems.contains(where: index.nouns.contains) {
            namesThing = true
            if !isPhrase, isPluralForm(position) { isPlural = true }
        }
    }

    private mutating func note(_ found: [String], at position: Int) {
        let isPlural = isPluralForm(position)
        let isParticiple = words[position].hasSuffix("ing") || words[position].hasSuffix("ed")
        let followsModal = position > 0 && index.vocabulary.isModal(words[position - 1])
        var weight = isParticiple || isPlural || followsModal ? Self.participle : 1
        if givesRights { weight *= Self.grantedVerb }
        for _ in 0..<verbCount { weight *= Self.laterVerb }
        for verb in found { verbs[verb] = max(verbs[verb] ?? 0, weight) }
        verbCount += 1
    }

    /// `get` with a plural means a list, and a list of one thing means that thing.
    private mutating func preferListsForPlurals() {
        guard let list = verbs["list"], verbs["get"] != nil else { return }
        if isPlural {
            for verb in index.vocabulary.questionVerbs where verb != "list" { verbs[verb]? *= 0.75 }
        } else {
            verbs["list"] = list * 0.85
        }
    }
}
