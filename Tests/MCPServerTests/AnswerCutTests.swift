import Testing
import Values

@testable import MCPServer

@Suite("Long answers")
struct AnswerCutTests {
    private func rows(_ count: Int, size: Int = 100) -> JSON {
        .array(
            (0..<count).map { ["$id": .string("r\($0)"), "text": .string(String(repeating: "x", count: size))] }
        )
    }

    @Test func areCutBetweenItems() throws {
        let answer: JSONObject = ["result": ["total": 5000, "rows": rows(100)]]
        let cut = try #require(AnswerCut(answer, to: 5000)).answer
        #expect(JSON.object(cut).encoded.count <= 5000)
        let kept = try #require(cut["result"]?["rows"]?.array)
        #expect((30...40).contains(kept.count))
        #expect(kept == Array(rows(100).array!.prefix(kept.count)))
        #expect(
            cut["truncated"] == [
                "path": "/rows", "returned": .int(Int64(kept.count)), "total": 5000,
                "cursor": .string("r\(kept.count - 1)"),
            ]
        )
    }

    @Test func ofSeveralStepsAreCutWhereTheyAreLong() throws {
        let answer: JSONObject = [
            "results": ["a": ["rows": rows(3)], "b": ["total": 60, "rows": rows(60)], "c/d": ["rows": rows(50)]]
        ]
        let cut = try #require(AnswerCut(answer, to: 3000)).answer
        #expect(JSON.object(cut).encoded.count <= 3000)
        #expect(cut["results"]?["a"]?["rows"] == rows(3))
        let notes = try #require(cut["truncated"]?.array)
        #expect(Set(notes.map { $0["path"]?.string }) == ["/b/rows", "/c~1d/rows"])
    }

    @Test func keepOneItemHoweverLongItIs() throws {
        let answer: JSONObject = ["result": ["rows": rows(3, size: 5000)]]
        let cut = try #require(AnswerCut(answer, to: 2000)).answer
        #expect(cut["result"]?["rows"] == .array([rows(1, size: 5000).array![0]]))
        #expect(cut["truncated"]?["total"] == 3)
    }

    /// A column may be called `total` too.
    @Test func knowATotalOnlyFromThatOfAList() throws {
        let numbers = JSON.array((0..<3000).map { .int(Int64($0)) })
        let row: JSON = ["$id": "r", "total": 99_999, "tags": numbers]
        for result in [row, ["total": 1, "rows": [row]]] {
            let cut = try #require(AnswerCut(["result": result], to: 2000)).answer
            #expect(cut["truncated"]?["total"] == 3000)
        }
    }

    @Test func namePlacesOutsideOfTheResultFromTheRootOfTheAnswer() throws {
        let events = JSON.array((0..<300).map { .string("databases.d.tables.t.rows.r\($0).create") })
        let cut = try #require(AnswerCut(["result": [:], "events": events, "effects": []], to: 2000)).answer
        #expect(cut["truncated"]?["path"] == "/events")
        let bare = try #require(AnswerCut(["result": rows(60)], to: 2000)).answer
        #expect(bare["truncated"]?["path"] == "/")
    }

    /// What was told would be lost, the lists inside of an event included.
    @Test func leaveOutWhatIsToStayWhole() throws {
        let answer: JSONObject = ["results": ["a": ["events": rows(30)], "b": ["rows": rows(60)]]]
        let cut = try #require(AnswerCut(answer, to: 3000, keeping: [["results", "a"]])).answer
        #expect(cut["results"]?["a"]?["events"] == rows(30))
        #expect(cut["results"]?["b"]?["rows"]?.array?.count == 1)
        #expect(cut["truncated"]?["path"] == "/b/rows")
        #expect(AnswerCut(["result": ["events": [["list": rows(60)]]]], to: 3000, keeping: [["result"]]) == nil)
    }

    @Test func staysWholeWithoutLists() {
        #expect(AnswerCut(["result": ["text": .string(String(repeating: "x", count: 5000))]], to: 1000) == nil)
    }

    @Test func namesTheKeyWhereThereIsNoId() throws {
        let columns = (0..<50).map { index -> JSON in ["key": .string("c\(index)"), "type": "text"] }
        let cut = try #require(AnswerCut(["result": ["columns": .array(columns)]], to: 1000)).answer
        let returned = try #require(cut["truncated"]?["returned"]?.int)
        #expect(cut["truncated"]?["cursor"] == .string("c\(returned - 1)"))
    }
}
