import Catalog
import FoundationEssentials
import Testing
import Values

@Suite("Search quality")
struct SearchEvaluationTests {
    /// The queries people are expected to ask, with the operations they mean.
    private var set: JSON {
        get throws {
            let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let file = root.appending(path: "Benchmarks/search-evaluation.json")
            return try JSON(parsing: Array(try Data(contentsOf: file)))
        }
    }

    @Test func expectedOperationsComeFirst() throws {
        let evaluation = try SearchEvaluation.run(try set, on: .embedded)
        for figures in [evaluation.tuned, evaluation.heldOut] {
            #expect(figures.hitAt1 >= 0.75)
            #expect(figures.hitAt5 >= 0.95)
        }
        #expect(evaluation.medianAnswerBytes <= 2500)
    }

    @Test func theSetCoversEveryOperation() throws {
        let expected = try #require(try set.array).flatMap { $0["expect"]?.strings ?? [] }
        // Deprecated twins are found by what finds their successors.
        #expect(Set(expected) == Set(Catalog.embedded.operations.map(\.implementation)))
        #expect(try set.array?.count ?? 0 >= 220)
    }

    @Test func countsRanks() throws {
        let set: JSON = [
            ["query": "tablesDB.getRow", "expect": ["tablesDB.getRow"]],
            ["query": "tablesDB.getRow", "expect": ["nothing"], "held": true],
        ]
        let evaluation = try SearchEvaluation.run(set, on: .embedded)
        #expect(evaluation.tuned.queries == 1)
        #expect(evaluation.tuned.hitAt1 == 1)
        #expect(evaluation.heldOut.hitAt5 == 0)
        #expect(evaluation.heldOut.meanReciprocalRank == 0)
        #expect(evaluation.all.meanReciprocalRank == 0.5)
        #expect(evaluation.misses.map(\.expected) == [["nothing"]])
    }
}
