import Catalog
import FoundationEssentials
import Testing
import Values

@Suite("Search quality")
struct SearchEvaluationTests {
    @Test func expectedOperationsComeFirst() throws {
        let file = URL(filePath: #filePath).appending(path: "../../../Benchmarks/search-evaluation.json").standardized
        let set = try JSON(parsing: Array(try Data(contentsOf: file)))
        let evaluation = try SearchEvaluation.run(set, on: .embedded)
        for miss in evaluation.misses where !miss.isHeldOut {
            print("MISS", miss.query, "|", miss.expected, "|", miss.found)
        }
        for (name, figures) in [("tuned", evaluation.tuned), ("held", evaluation.heldOut), ("all", evaluation.all)] {
            print("FIG", name, figures)
        }
        print("FIG bytes", evaluation.medianAnswerBytes)
    }
}
