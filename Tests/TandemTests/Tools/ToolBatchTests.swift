import Testing
import Values

@Suite("Batches, dry runs and confirmations of an agent")
struct ToolBatchTests {
    /// The whole answer of one call of the tool.
    private func execute(_ agent: ToolClient, _ arguments: JSONObject) throws -> JSON {
        try agent.text(try agent.call("execute-operation", arguments))
    }

    @Test("Steps share a transaction and results")
    func steps() throws {
        let agent = try ToolClient(["--ephemeral"])
        let answer = try execute(
            agent,
            [
                "steps": [
                    [
                        "id": "db", "operation": "tablesDB.create",
                        "arguments": ["databaseId": "unique()", "name": "S"],
                    ],
                    ["operation": "tablesDB.get", "arguments": ["databaseId": "$ref:db#/$id"]],
                ],
                "select": ["/*/name"],
            ]
        )
        #expect(answer == ["results": ["db": ["name": "S"], "1": ["name": "S"]]])
        let failed = try agent.call(
            "execute-operation",
            [
                "steps": [
                    ["operation": "tablesDB.create", "arguments": ["databaseId": "x", "name": "X"]],
                    ["operation": "tablesDB.create", "arguments": ["databaseId": "x", "name": "X"]],
                ]
            ]
        )
        #expect(failed["isError"] == true)
        #expect(try agent.text(failed)["error"]?["type"] == "database_already_exists")
        #expect(try agent.text(failed)["error"]?["step"] == "1")
        #expect(try agent.run("tablesDB.list")["total"] == 1)
    }

    @Test("A dry run leaves nothing")
    func dryRun() throws {
        let agent = try ToolClient(["--ephemeral"])
        let answer = try execute(
            agent,
            ["operation": "tablesDB.create", "arguments": ["databaseId": "x", "name": "X"], "dryRun": true]
        )
        #expect(answer["result"]?["$id"] == "x")
        #expect(answer["events"] == ["databases.x.create"])
        #expect(answer["effects"] == [["kind": "schema", "action": "create", "target": "x", "count": 1]])
        #expect(try agent.run("tablesDB.list")["total"] == 0)
    }

    @Test("What destroys is confirmed with a token, unless --yes says otherwise")
    func confirmation() throws {
        let agent = try ToolClient(["--ephemeral"])
        try agent.run("tablesDB.create", ["databaseId": "x", "name": "X"])
        let delete: JSONObject = ["operation": "tablesDB.delete", "arguments": ["databaseId": "x"]]
        let asked = try execute(agent, delete)
        #expect(asked["confirm"]?["would"] == [["operation": "tablesDB.delete", "counts": ["databases": 1]]])
        #expect(try agent.run("tablesDB.list")["total"] == 1)
        var confirmed = delete
        confirmed["confirm"] = asked["confirm"]?["token"]
        #expect(try execute(agent, confirmed) == ["result": [:]])
        #expect(try agent.run("tablesDB.list")["total"] == 0)

        let bold = try ToolClient(["--ephemeral", "--yes"])
        try bold.run("tablesDB.create", ["databaseId": "x", "name": "X"])
        #expect(try execute(bold, delete) == ["result": [:]])
    }

    @Test("Long answers are cut between rows")
    func longAnswers() throws {
        let agent = try ToolClient(["--ephemeral", "--max-answer", "2000"])
        try agent.makeTable([["key": "s", "type": "text"]])
        let text = String(repeating: "a", count: 200)
        for index in 0..<20 { try agent.run("tablesDB.createRow", row("r\(index)", ["s": .string(text)])) }
        let answer = try execute(agent, ["operation": "tablesDB.listRows", "arguments": .object(tableAddress)])
        let rows = try #require(answer["result"]?["rows"]?.array)
        #expect(answer.encoded.count <= 2000)
        #expect(!rows.isEmpty)
        #expect(answer["truncated"]?["returned"] == .int(Int64(rows.count)))
        #expect(answer["truncated"]?["total"] == 20)
        #expect(answer["truncated"]?["cursor"] == rows.last?["$id"])
    }

    @Test("What contradicts itself is refused, and says what would be right")
    func contradictions() throws {
        let agent = try ToolClient(["--ephemeral"])
        let step: JSON = ["operation": "tablesDB.list"]
        let cases: [(JSONObject, String)] = [
            (["operation": "tablesDB.list", "steps": [step]], "operation"), (["steps": [step], "as": "guest"], "as"),
            (["operation": "tablesDB.list", "atomic": true], "atomic"), (["steps": []], "steps"),
            (["steps": ["tablesDB.list"]], "steps[0]"), (["steps": [["arguments": [:]]]], "steps[0].operation"),
            (["steps": [["operation": "tablesDB.list", "dryRun": true]]], "steps[0].dryRun"),
            (["operation": "tablesDB.list", "dryRun": 1], "dryRun"),
            (["operation": "tablesDB.list", "select": ["total"]], "select[0]"),
            (["operation": "tablesDB.list", "select": "/total"], "select"),
        ]
        for (arguments, argument) in cases {
            let error = try execute(agent, arguments)["error"]
            #expect(error?["type"] == "general_argument_invalid", "\(argument)")
            #expect(error?["argument"] == .string(argument))
        }
    }
}
