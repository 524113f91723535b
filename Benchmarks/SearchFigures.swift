import Catalog
import Foundation
import Values

extension Bench {
    static func searchFigures(_ binary: String, _ report: inout Report) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("search-evaluation.json")
        let set = try JSON(parsing: Array(try Data(contentsOf: file)))
        let queries = (set.array ?? set["queries"]?.array ?? []).compactMap { $0["query"]?.string }
        let client = try Client(binary, data: nil)
        client.handshake()
        var times: [Double] = []
        for query in queries {
            let request: JSON = [
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": ["name": "catalog-search", "arguments": ["query": .string(query)]],
            ]
            let text = request.text
            let start = seconds()
            _ = client.call(text)
            times.append(seconds() - start)
        }
        client.end()
        report.add("`catalog-search`, first", milliseconds(times[0]), target: "under 50 ms")
        report.add("`catalog-search`, median", milliseconds(median(times)), target: "under 1 ms")
        let evaluation = try SearchEvaluation.run(set, on: .embedded)
        report.add(
            "answer for 5 hits, median",
            "\(evaluation.medianAnswerBytes) bytes",
            target: "at most 2,500 bytes"
        )
        for (name, figures) in [("all", evaluation.all), ("held out", evaluation.heldOut)] {
            report.add(
                "search, \(name): \(figures.queries) queries",
                String(
                    format: "hit@1 %.1f %%, hit@5 %.1f %%, MRR %.3f",
                    figures.hitAt1 * 100,
                    figures.hitAt5 * 100,
                    figures.meanReciprocalRank
                ),
                target: "75 %, 95 %"
            )
        }
    }
}
