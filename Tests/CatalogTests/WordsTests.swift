import Testing

@testable import Catalog

@Suite("Words and stems")
struct WordsTests {
    @Test(arguments: [
        ("createRow", ["create", "row"]), ("tables_db_create_row", ["tables", "db", "create", "row"]),
        ("don't e-mail IPv6!", ["dont", "e", "mail", "ipv6"]), ("JSONText DBs", ["json", "text", "dbs"]), ("", []),
    ])
    func areCut(_ text: String, _ expected: [String]) {
        #expect(Words.split(text) == expected)
    }

    /// From the sample vocabulary of the Porter2 stemmer.
    @Test(arguments: [
        ("consigned", "consign"), ("consistency", "consist"), ("consolations", "consol"), ("knightly", "knight"),
        ("knots", "knot"), ("kneeling", "kneel"), ("ties", "tie"), ("cries", "cri"), ("gas", "gas"), ("kiwis", "kiwi"),
        ("hoping", "hope"), ("hopping", "hop"), ("happy", "happi"), ("by", "by"), ("rationalize", "ration"),
        ("generously", "generous"), ("relational", "relat"), ("controlling", "control"), ("agreed", "agre"),
    ])
    func areReducedToStems(_ word: String, _ stem: String) {
        #expect(Stemmer.stem(word) == stem)
    }

    @Test(arguments: [
        ("colum", "column"), ("tabel", "table"), ("rwo", "row"), ("ulr", "url"), ("ocunt", "count"), ("main", nil),
        ("zzzz", nil), ("ab", nil),
    ])
    func areCorrected(_ word: String, _ expected: String?) {
        let finder = TypoFinder(words: ["column", "table", "row", "url", "count", "mail"])
        #expect(finder.corrections(of: word)?.words.first == expected)
    }
}
