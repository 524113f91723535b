import TestSupport
import Testing
import Values

@Suite("Ids")
struct IDTests {
    @Test(arguments: [
        "a", "Z", "0", "a.b_c-d", "9-", String(repeating: "x", count: 36), "unique", "a..", "A1",
    ])
    func areWellFormed(id: String) {
        #expect(ID.isValid(id))
    }

    @Test(arguments: [
        "", "_a", ".a", "-a", "$id", String(repeating: "x", count: 37), "a b", "unique()", "é", "aé", "a/b", "a\u{0}",
        "a\n",
        "a:b", "a@b", "ａ",
    ])
    func areRefused(id: String) {
        #expect(!ID.isValid(id))
    }

    @Test func madeOnesAreWellFormedAndSortByAge() {
        var random = SplitMix64(seed: 1)
        let first = ID.make(microseconds: 1_795_335_300_000_001, using: &random)
        let second = ID.make(microseconds: 1_795_335_300_999_999, using: &random)
        let third = ID.make(microseconds: 1_795_335_301_000_000, using: &random)
        #expect(first.hasPrefix("6b02a48400001"))
        #expect(second.hasPrefix("6b02a484f423f"))
        #expect(third.hasPrefix("6b02a48500000"))
        for id in [first, second, third] { #expect(id.utf8.count == 20 && ID.isValid(id)) }
        #expect(first < second && second < third)
    }

    @Test func madeOnesDiffer() {
        var random = SplitMix64(seed: 2)
        let ids = Set((0..<10_000).map { _ in ID.make(microseconds: 5, using: &random) })
        #expect(ids.count > 9990)
    }
}
