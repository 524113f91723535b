import Testing
import Values

@testable import Engine

@Suite("Long answers of waiting", .timeLimit(.minutes(2)))
struct LongAnswerTests {
    /// Tools cut answers above 60,000 bytes, and what is cut off would have been told.
    @Test("Large events come in several answers, each of them whole", arguments: Backend.available)
    func comeInParts(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "text"]])
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            func add(_ rows: [(id: String, length: Int)]) async throws {
                let rows = rows.map { row -> JSON in
                    ["$id": .string(row.id), "s": .string(String(repeating: "x", count: row.length))]
                }
                try await engine.on("createRows", ["rows": .array(rows)])
            }
            try await add([("a", 20_000), ("b", 20_000), ("c", 20_000)])
            try await add([("d", 60_000), ("e", 10)])
            var seen: [[String]] = []
            for _ in 0..<5 {
                let answer = try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0])
                seen.append(answer["events"]!.array!.map { $0["payload"]?["$id"]?.string ?? "" })
            }
            #expect(seen == [["a", "b"], ["c"], ["d"], ["e"], []])
        }
    }
}
