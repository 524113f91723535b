import Testing
import Values

@Suite("A session of an agent")
struct ToolSessionTests {
    @Test("Search, define, write, query")
    func wholeSession() throws {
        let agent = try ToolClient(["--ephemeral"])
        let found = try agent.search(["query": "create a table"])
        #expect(found["hits"]?.array?.first?["operation"] == "tablesDB.createTable")
        let schema = try agent.search(["query": "tables_db_list_rows", "limit": 1])
        #expect(schema["hits"]?.array?.first?["operation"] == "tablesDB.listRows")
        #expect(schema["hits"]?.array?.first?["schema"]?["type"] == "object")
        try agent.makeTable([["key": "n", "type": "integer"], ["key": "s", "type": "text"]])
        for index in 0..<5 {
            let data: JSON = ["n": .int(Int64(index)), "s": "t"]
            #expect(try agent.run("tablesDB.createRow", row("r\(index)", data))["n"] == .int(Int64(index)))
        }
        var queries = tableAddress
        queries["queries"] = [
            ["method": "greaterThan", "attribute": "n", "values": [1]], ["method": "orderDesc", "attribute": "n"],
            #"{"method":"limit","values":[2]}"#,
        ]
        let page = try agent.run("tablesDB.listRows", queries)
        #expect(page["total"] == 3)
        #expect(page["rows"]?.array?.map { $0["$id"] } == ["r4", "r3"])
        #expect(try agent.run("project.describe")["databases"]?.array?.first?["tables"]?["t"]?["rows"] == "5")
        #expect(try agent.run("tablesDB.deleteRow", row("r0")) == [:])
        agent.process.endInput()
        #expect(try agent.process.exitStatus() == 0)
    }

    @Test("A result is given as text and as the same structure")
    func bothForms() throws {
        let agent = try ToolClient(["--ephemeral"])
        let result = try agent.execute("tablesDB.create", ["databaseId": "d", "name": "D"])
        #expect(result["structuredContent"] == (try agent.text(result)))
        #expect(result["isError"] == nil)
        let refused = try agent.execute("tablesDB.create", ["databaseId": "d", "name": "D"])
        #expect(refused["structuredContent"] == (try agent.text(refused)))
        #expect(refused["isError"] == true)
        #expect(refused["structuredContent"]?["error"]?["type"] == "database_already_exists")
        #expect(refused["structuredContent"]?["error"]?["code"] == 409)
    }

    @Test("Integers that JavaScript can't hold stay exact in the text alone")
    func unsafeIntegers() throws {
        let agent = try ToolClient(["--ephemeral"])
        try agent.makeTable([["key": "n", "type": "bigint"]])
        let cases: [(JSON, Int64, Bool)] = [
            (9_007_199_254_740_991, 9_007_199_254_740_991, true), ("9007199254740993", 9_007_199_254_740_993, false),
            ("-9223372036854775808", .min, false), (.int(.max), .max, false),
        ]
        for (index, (value, expected, isStructured)) in cases.enumerated() {
            let result = try agent.execute("tablesDB.createRow", row("r\(index)", ["n": value]))
            #expect((result["structuredContent"] != nil) == isStructured)
            #expect(try agent.text(result)["result"]?["n"] == .int(expected))
        }
    }

    @Test("Guests and users are told what they may not do")
    func actors() throws {
        let agent = try ToolClient(["--ephemeral"])
        try agent.makeTable(permissions: ["read(\"any\")", "create(\"users\")"])
        try agent.run("users.create", ["userId": "u"])
        let refused = try agent.refusal("tablesDB.createRow", row("r", ["n": 1]), as: "guest")
        #expect(refused["type"] == "user_unauthorized")
        #expect(refused["code"] == 401)
        #expect(refused["hint"]?.string?.contains("create(\"guests\")") == true)
        let own = try agent.run("tablesDB.createRow", row("r", ["n": 1]), as: "user:u")
        #expect(own["$permissions"]?.array?.count == 3)
        #expect(try agent.run("tablesDB.getRow", row("r"), as: "guest")["n"] == 1)
        #expect(try agent.refusal("tablesDB.list", as: "user:u")["type"] == "general_unauthorized_scope")
        #expect(try agent.refusal("tablesDB.list", as: "root")["argument"] == "as")
    }

    @Test("Near misses are named")
    func nearMisses() throws {
        let agent = try ToolClient(["--ephemeral"])
        func error(_ tool: String, _ arguments: JSONObject) throws -> JSON? {
            try agent.text(try agent.call(tool, arguments))["error"]
        }
        #expect(try error("execute-operation", ["operatoin": "x"])?["hint"] == "Did you mean operation?")
        #expect(try error("execute-operation", [:])?["argument"] == "operation")
        #expect(
            try error("execute-operation", ["operation": "tablesDB.list", "arguments": []])?["argument"] == "arguments"
        )
        #expect(try error("catalog-search", ["query": "x", "limit": 21])?["argument"] == "limit")
        #expect(try error("catalog-search", ["query": "x", "detail": "all"])?["argument"] == "detail")
        let operation = try agent.refusal("tablesDB.creatRow")
        #expect(operation["type"] == "operation_unknown")
        #expect(operation["hint"]?.string?.contains("tablesDB.createRow") == true)
        let argument = try agent.refusal("tablesDB.get", ["databseId": "d"])
        #expect(argument["hint"]?.string?.contains("databaseId") == true)
    }

    @Test("A call that is cancelled stops working")
    func cancellation() throws {
        let agent = try ToolClient(["--ephemeral"])
        try agent.makeTable([["key": "s", "type": "text"]])
        let text = String(repeating: "a", count: 20_000)
        for index in 0..<300 { try agent.run("tablesDB.createRow", row("r\(index)", ["s": .string(text)])) }
        var slow = tableAddress
        slow["queries"] = .array(
            (0..<12).map { query in
                let words = (0..<400).map { JSON.string("b\(query)-\($0)") }
                return ["method": "notContains", "attribute": "s", "values": .array(words)]
            }
        )
        let id = try agent.send("execute-operation", ["operation": "tablesDB.listRows", "arguments": .object(slow)])
        try agent.process.send(request("ping", id: "\"before\""))
        #expect(try agent.next()["id"] == "before")
        let notification: JSON = [
            "jsonrpc": "2.0", "method": "notifications/cancelled", "params": ["requestId": .int(Int64(id))],
        ]
        try agent.process.send(notification.text + "\n" + request("ping", id: "\"after\""))
        #expect(try agent.next()["id"] == "after")
        // The process ends when its work has ended; without the cancellation that takes many seconds.
        agent.process.endInput()
        #expect(try agent.process.exitStatus(within: 5) == 0)
        #expect(try agent.process.rest() == [])
    }
}
