import TestSupport
import Testing
import Values

@Suite("Waiting for more events than an answer may hold", .timeLimit(.minutes(2)))
struct WaitAnswerTests {
    private static let limit = 2000

    /// A client whose answers are cut at 2,000 bytes, with subscriptions to a table with 30 new rows of 300 bytes each.
    private func withEvents(
        _ kind: String,
        subscriptions: Int,
        _ body: (_ client: ToolClient, _ ids: [String], _ expected: [String]) throws -> Void
    ) async throws {
        let folder = try TestFolder()
        let project = "waits\(UInt64.random(in: 0...UInt64.max))"
        let place = kind == "sqlite" ? ["--data", folder.path] : ["--mongodb", MongoServer.uri ?? ""]
        try await removingFromServer(project) {
            let client = try ToolClient(place + ["--project", project, "--max-answer", "\(Self.limit)"])
            try client.makeTable()
            var ids: [String] = []
            for _ in 0..<subscriptions {
                let made = try client.run("realtime.subscribe", ["channels": ["rows"]])
                ids.append(try #require(made["subscriptionId"]?.string))
            }
            let names = (0..<30).map { "r\($0)" + String(repeating: "x", count: 30) }
            for name in names { try client.run("tablesDB.createRow", row(name, ["n": 1])) }
            try body(client, ids, names)
        }
    }

    private func told(_ answer: JSON?) -> [String] {
        (answer?["events"]?.array ?? []).compactMap { $0["payload"]?["$id"]?.string }
    }

    @Test("Every event comes once, and no answer is cut", arguments: TwoProcessTests.stores)
    func losesNothing(_ kind: String) async throws {
        try await withEvents(kind, subscriptions: 1) { client, ids, expected in
            var seen: [String] = []
            for _ in 0..<40 where seen.count < expected.count {
                let arguments: JSONObject = ["subscriptionId": .string(ids[0]), "timeout": 0]
                let result = try client.execute("realtime.wait", arguments)
                let answer = try client.text(result)
                #expect(answer["truncated"] == nil)
                #expect(answer.encoded.count <= Self.limit)
                seen += told(answer["result"])
            }
            #expect(seen == expected)
        }
    }

    @Test("Several waits in one call share the room", arguments: TwoProcessTests.stores)
    func sharesTheRoom(_ kind: String) async throws {
        try await withEvents(kind, subscriptions: 2) { client, ids, expected in
            var seen: [[String]] = [[], []]
            for _ in 0..<40 where seen[0].count < expected.count {
                // A long list beside them gives way.
                let waits = ids.map { id -> JSON in
                    ["operation": "realtime.wait", "arguments": ["subscriptionId": .string(id), "timeout": 0]]
                }
                let list: JSON = ["operation": "tablesDB.listRows", "arguments": .object(tableAddress)]
                let result = try client.call(
                    "execute-operation",
                    ["steps": .array(waits + [list]), "atomic": false]
                )
                let answer = try client.text(result)
                for index in 0..<2 { seen[index] += told(answer["results"]?["\(index)"]) }
                #expect(answer["truncated"]?["path"] == "/2/rows")
            }
            #expect(seen == [expected, expected])
        }
    }
}
