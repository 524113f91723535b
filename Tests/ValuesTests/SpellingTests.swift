import TestSupport
import Testing
import Values

@Suite("Near misses")
struct SpellingTests {
    private let known = ["createRow", "createRows", "updateRow", "deleteRow", "getRow", "listRows", "upsertRow"]

    @Test(arguments: [
        ("creatRow", ["createRow", "createRows"]), ("create_row", ["createRow", "createRows", "updateRow"]),
        ("CREATEROWS", ["createRows", "createRow"]), ("lsitRows", ["listRows"]), ("row", []), ("delete", ["deleteRow"]),
        ("", []), ("!!", []), ("zzzzzzzz", []),
    ])
    func ofAnOperation(word: String, near: [String]) {
        #expect(Spelling.suggestions(for: word, among: known) == near)
    }

    @Test func areThreeAtMostAndBestFirst() {
        let words = ["aaaaab", "aaaaaa", "aaaabb", "aaaacc", "aaaaac"]
        let near = Spelling.suggestions(for: "aaaaaa", among: words)
        #expect(near == ["aaaaaa", "aaaaab", "aaaaac"])
        #expect(Spelling.suggestions(for: "aaaaaa", among: []) == [])
    }

    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3), ("ca", "abc", 3),
        ("equal", "eqaul", 1),
    ])
    func distance(left: String, right: String, distance: Int) {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        #expect(Spelling.distance(left, right, limit: 10) == distance)
        #expect(Spelling.distance(right, left, limit: 10) == distance)
        #expect(Spelling.distance(left, right, limit: distance) == distance)
        if distance > 0 { #expect(Spelling.distance(left, right, limit: distance - 1) == nil) }
    }

    @Test func distanceIsTheSameBothWays() {
        let seed: UInt64 = 5
        var random = SplitMix64(seed: seed)
        for number in 0..<2000 {
            let left = (0..<random.below(8)).map { _ in UInt8(97 + random.below(3)) }
            let right = (0..<random.below(8)).map { _ in UInt8(97 + random.below(3)) }
            let limit = random.below(6)
            let exact = Spelling.distance(left, right, limit: 20) ?? -1
            let bounded = Spelling.distance(left, right, limit: limit)
            #expect(
                bounded == (exact <= limit ? exact : nil),
                "seed \(seed), pair \(number): \(left) \(right) \(limit)"
            )
            #expect(Spelling.distance(right, left, limit: 20) == exact, "seed \(seed), pair \(number)")
        }
    }
}
