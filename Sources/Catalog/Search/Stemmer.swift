/// Reduces an English word to the stem it shares with its other forms, so that `sorted` finds `sort`.
///
/// This is the Porter2 algorithm (M. F. Porter, "English (Porter2) stemming algorithm", Snowball, 2002) without its
/// lists of exceptions, which hold no word of this domain. Words are lower-case; others come back as they are.
struct Stemmer {
    private var word: [UInt8]
    /// Where the regions start in which suffixes may go: after the first consonant that follows a vowel, and after the
    /// next such one.
    private var region1 = 0
    private var region2 = 0

    static func stem(_ word: String) -> String {
        let bytes = Array(word.utf8)
        guard bytes.count > 2, bytes.allSatisfy({ 0x61...0x7A ~= $0 }) else { return word }
        var stemmer = Stemmer(bytes)
        return stemmer.run()
    }

    /// A `y` that acts as a consonant, written in upper case as in the paper.
    private static let consonantY = UInt8(ascii: "Y")

    private init(_ bytes: [UInt8]) {
        word = bytes
        for index in word.indices where word[index] == UInt8(ascii: "y") {
            if index == 0 || isVowel(index - 1) { word[index] = Self.consonantY }
        }
        region1 = ["gener", "commun", "arsen"].first(where: { starts($0) })?.utf8.count ?? regionStart(from: 0)
        region2 = regionStart(from: region1)
    }

    private mutating func run() -> String {
        removePlural()
        removePastAndProgressive()
        replaceFinalY()
        if !apply(Self.derivations, from: region1) { removeAdverbEnding() }
        apply(Self.adjectives, from: region1)
        removeEndings()
        removeFinalLetter()
        for index in word.indices where word[index] == Self.consonantY { word[index] = UInt8(ascii: "y") }
        return String(decoding: word, as: UTF8.self)
    }

    // Step 1a
    private mutating func removePlural() {
        if ends("sses") {
            drop(2)
        } else if ends("ied") || ends("ies") {
            drop(word.count > 4 ? 2 : 1)
        } else if ends("s"), !ends("us"), !ends("ss"), word.indices.dropLast(2).contains(where: isVowel) {
            drop(1)
        }
    }

    // Step 1b
    private mutating func removePastAndProgressive() {
        if let suffix = ["eedly", "eed"].first(where: { ends($0) }) {
            if word.count - suffix.utf8.count >= region1 { drop(suffix.utf8.count - 2) }
            return
        }
        guard let suffix = ["ingly", "edly", "ing", "ed"].first(where: { ends($0) }),
            (0..<(word.count - suffix.utf8.count)).contains(where: isVowel)
        else { return }
        drop(suffix.utf8.count)
        if ends("at") || ends("bl") || ends("iz") {
            append("e")
        } else if let last = word.last, word.count > 1, word[word.count - 2] == last, "bdfgmnprt".utf8.contains(last) {
            drop(1)
        } else if region1 >= word.count, endsInShortSyllable(word.count) {
            append("e")
        }
    }

    // Step 1c
    private mutating func replaceFinalY() {
        guard word.count > 2, let last = word.last, last | 0x20 == UInt8(ascii: "y"), !isVowel(word.count - 2) else {
            return
        }
        word[word.count - 1] = UInt8(ascii: "i")
    }

    // Step 2; the longest suffix decides, so longer ones stand first.
    private static let derivations: [(String, String)] = [
        ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"),
        ("tional", "tion"), ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"),
        ("alism", "al"), ("aliti", "al"), ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"),
        ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"),
        ("logi", "log"),
    ]

    private mutating func removeAdverbEnding() {
        guard ends("li"), word.count > 2, word.count - 2 >= region1 else { return }
        if "cdeghkmnrt".utf8.contains(word[word.count - 3]) { drop(2) }
    }

    // Step 3
    private static let adjectives: [(String, String)] = [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ical", "ic"),
        ("ness", ""), ("ful", ""),
    ]

    /// Returns whether a suffix was found, even one that has to stay.
    @discardableResult
    private mutating func apply(_ rules: [(String, String)], from region: Int) -> Bool {
        guard let (suffix, replacement) = rules.first(where: { ends($0.0) }) else { return false }
        guard word.count - suffix.utf8.count >= region else { return true }
        drop(suffix.utf8.count)
        append(replacement)
        return true
    }

    private static let endings = [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "al",
        "er", "ic",
    ]

    // Step 4
    private mutating func removeEndings() {
        if let suffix = Self.endings.first(where: { ends($0) }) {
            if word.count - suffix.utf8.count >= region2 { drop(suffix.utf8.count) }
        } else if ends("sion") || ends("tion"), word.count - 3 >= region2 {
            drop(3)
        }
    }

    // Step 5
    private mutating func removeFinalLetter() {
        let start = word.count - 1
        if ends("e"), start >= region2 || (start >= region1 && !endsInShortSyllable(start)) {
            drop(1)
        } else if ends("ll"), start >= region2 {
            drop(1)
        }
    }

    private func isVowel(_ index: Int) -> Bool {
        switch word[index] {
        case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "u"),
            UInt8(ascii: "y"):
            true
        default: false
        }
    }

    private func regionStart(from start: Int) -> Int {
        var index = start
        while index < word.count, !isVowel(index) { index += 1 }
        while index < word.count, isVowel(index) { index += 1 }
        return min(index + 1, word.count)
    }

    /// Whether the first `count` letters end like `hop` or `on`, where a final `e` belongs to the stem.
    private func endsInShortSyllable(_ count: Int) -> Bool {
        guard count >= 2, !isVowel(count - 1), isVowel(count - 2) else { return false }
        if count == 2 { return true }
        return !isVowel(count - 3) && !"wxY".utf8.contains(word[count - 1])
    }

    private func starts(_ prefix: String) -> Bool { word.starts(with: prefix.utf8) }

    private func ends(_ suffix: String) -> Bool {
        let suffix = suffix.utf8
        return word.count >= suffix.count && word[(word.count - suffix.count)...].elementsEqual(suffix)
    }

    private mutating func drop(_ count: Int) { word.removeLast(count) }
    private mutating func append(_ text: String) { word.append(contentsOf: text.utf8) }
}
