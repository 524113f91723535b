import Glibc

/// What a full-text search looks for: any of its words, and every phrase in quotes.
package struct WordSearch: Sendable {
    /// As they are compared; one of them must be a word of the text.
    let words: [String]
    /// As written; each must stand in the text as it is, but for case and accents.
    let phrases: [String]

    /// How many different words one search may name.
    package static let maximumWords = 100

    /// Reads a search as people write it: words, and phrases in double quotes. A quote that is not closed means
    /// nothing.
    package init(_ text: String) {
        let parts = text.split(separator: "\"", omittingEmptySubsequences: false)
        phrases = parts.indices.filter { $0 % 2 == 1 && $0 < parts.count - 1 && !parts[$0].isEmpty }.map {
            String(parts[$0])
        }
        var known: Set<String> = []
        words = WordRule.words(of: text).filter { known.insert($0).inserted }
    }

    /// Whether it names more words than it may.
    package var isTooLong: Bool { words.count > Self.maximumWords }

    /// Whether a text is found.
    package func finds(_ text: String) -> Bool {
        let own = Set(WordRule.words(of: text))
        var text = text
        return words.contains(where: own.contains)
            && text.withUTF8 { text in phrases.allSatisfy { Self.contains(Self.folded($0), text) } }
    }

    /// A phrase as it is compared.
    static func folded(_ phrase: String) -> [UInt8] {
        var phrase = phrase
        return phrase.withUTF8 { WordRule.folded($0) }
    }

    /// Whether a folded phrase stands in a text.
    static func contains(_ phrase: [UInt8], _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if phrase.isEmpty { return true }
        let text = WordRule.folded(text)
        return text.withUnsafeBytes { text in
            phrase.withUnsafeBytes { phrase in
                guard text.count >= phrase.count else { return false }
                return (0...(text.count - phrase.count)).contains { start in
                    memcmp(text.baseAddress! + start, phrase.baseAddress!, phrase.count) == 0
                }
            }
        }
    }
}
