import TestSupport
import Testing
import Values

@testable import Storage

@Suite("Words of full-text search")
struct WordRuleTests {
    static let cases: [(String, [String])] = [
        ("", []), (" \t\n", []), ("Hello, World!", ["hello", "world"]), ("don't", ["don", "t"]),
        ("e-mail foo@bar.com", ["e", "mail", "foo", "bar", "com"]),
        ("snake_case 3.14 v2", ["snake_case", "3", "14", "v2"]),
        ("Café Cafe\u{301} CAFE", ["cafe", "cafe", "cafe"]), ("Ångström ÑANDÚ ő", ["angstrom", "nandu", "o"]),
        ("Straße STRASSE ẞ", ["straße", "strasse", "ß"]), ("ΣΊΣΥΦΟΣ σίσυφος", ["ςιςυφος", "ςιςυφος"]),
        ("Ёлка йод ЁЛКА", ["елка", "иод", "елка"]), ("İstanbul ISTANBUL ı", ["İstanbul", "istanbul", "ı"]),
        ("日本語 東京、大阪。", ["日本語", "東京", "大阪"]), ("한국어 문장", ["한국어", "문장"]), ("שָׁלוֹם", ["שלום"]),
        ("«quoted» “curly” ‘single’ em—dash", ["quoted", "curly", "single", "em", "dash"]),
        ("a\u{A0}b\u{2003}c\u{200B}d", ["a", "b", "c\u{200B}d"]), ("smile😀smile 😀", ["smile😀smile", "😀"]),
        ("½ x² ﬁ", ["½", "x²", "ﬁ"]), ("\u{301}", []), ("a^b`c", ["a", "b", "c"]),
    ]

    @Test(arguments: cases)
    func areCutAndFolded(_ text: String, _ words: [String]) {
        // The iota and the sigma are written as the tables have them.
        let expected = words.map { $0.replacing("ι", with: "\u{345}") }
        #expect(WordRule.words(of: text).map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    }

    /// Full-text tables that exist were made by these tables: they forget the words of a row by them, and would keep
    /// some of a row that is gone. Whoever changes the tables must give `tandem_words` a new name, and make the full-text
    /// tables anew whose triggers call it by the old one.
    @Test func theTablesStayWhatTheyWere() {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for table in [WordRule.delimiters, WordRule.accents, WordRule.foldings] {
            for run in table.split(whereSeparator: { " \n".contains($0) }) {
                for byte in Array(run.utf8) + [0x20] { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
            }
        }
        #expect(hash == 0x3AAB522750585D92)
    }

    @Test func searchesHoldWordsAndClosedPhrases() {
        let search = WordSearch(#"Tea "Green  Tea" cup "" "open"#)
        #expect(search.words == ["tea", "green", "cup", "open"])
        #expect(search.phrases == ["Green  Tea"])
    }
}

/// The tables of characters against the server whose rule they are.
@Suite("MongoDB has the same words", .enabled(if: MongoServer.uri != nil))
struct MongoWordTests {
    private let table = TableLayout.small(indexes: [IndexLayout("words", .fulltext, on: [.init("a")])])

    /// Every character of the tables, and those beside them.
    private static let characters: [Unicode.Scalar] = {
        var found: Set<UInt32> = []
        for table in [WordRule.delimiters, WordRule.accents, WordRule.foldings] {
            for text in table.split(whereSeparator: { " \n".contains($0) }) {
                let run = text.prefix { !"=+*".contains($0) }.split(separator: "-").map { UInt32($0, radix: 16)! }
                found.formUnion((run.first! - 1)...(run.last! + 1))
            }
        }
        return found.sorted().compactMap { Unicode.Scalar($0) }.filter { $0 != "\0" }
    }()

    @Test func characterByCharacter() async throws {
        try await Backend.mongoDB.withStore(table, indexes: table.indexes) { store async throws in
            let table = table
            for start in stride(from: 0, to: Self.characters.count, by: 2000) {
                let part = Self.characters[start..<min(start + 2000, Self.characters.count)]
                try await store.write { session in
                    for character in part {
                        let row = NewRow("c\(character.value)", [.string("xqz\(character)qzx"), 1])
                        _ = try session.insert(row, into: table)
                    }
                }
            }
            var classes: [String: [Unicode.Scalar]] = [:]
            for character in Self.characters {
                classes[WordRule.words(of: "xqz\(character)qzx").joined(separator: " "), default: []].append(character)
            }
            var random = SplitMix64(seed: 1)
            for (words, members) in classes where words == "xqz qzx" || words == "xqzqzx" || random.once(in: 8) {
                let query = RowQuery(
                    .compare("a", .search, [.string(words == "xqz qzx" ? "qzx" : words)]),
                    limit: 50_000
                )
                let found = try await store.ids(query, in: table)
                #expect(Set(found) == Set(members.map { "c\($0.value)" }), "\(words)")
            }
        }
    }
}
