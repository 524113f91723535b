import Testing
import Values

@testable import Engine

@Suite("access.explain")
struct ExplainAccessTests {
    private func explain(_ engine: TestEngine, _ actor: String, _ operation: String, _ arguments: JSON = [:])
        async throws -> JSON
    {
        try await engine.call(
            "access.explain",
            ["actor": .string(actor), "operation": .string(operation), "arguments": arguments]
        )
    }

    private static let table: JSON = ["databaseId": "d", "tableId": "t"]
    private static let row: JSON = ["databaseId": "d", "tableId": "t", "rowId": "r"]

    private func prepare(_ engine: TestEngine) async throws {
        try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
        try await engine.makeUser(of: .user("ben"))
        try await engine.makeTable(
            [["key": "a", "type": "integer"]],
            permissions: ["read(\"team:red\")", "create(\"users\")"],
            rowSecurity: true
        )
        try await engine.on("createRow", ["rowId": "r", "data": [:]], as: .user("ben"))
    }

    @Test(arguments: Backend.available)
    func saysWhichRuleDecides(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let cases: [(String, String, JSON, JSON, String)] = [
                ("user:ann", "tablesDB.listRows", Self.table, true, "tablePermissions"),
                ("user:ben", "tablesDB.getRow", Self.row, true, "rowPermissions"),
                ("user:ben", "tablesDB.updateRow", Self.row, true, "rowPermissions"),
                ("user:ann", "tablesDB.deleteRow", Self.row, false, "rowPermissions"),
                ("guest", "tablesDB.createRow", Self.table, false, "tablePermissions"),
                ("guest", "tablesDB.listRows", Self.table, true, "rowPermissions"),
                ("user:ben", "tablesDB.updateRow", Self.table, nil, "rowPermissions"),
                ("user:ben", "tablesDB.updateRow", [:], nil, "table"),
                ("user:ben", "tablesDB.getRow", ["databaseId": "d", "tableId": "none"], false, "table"),
                ("user:ben", "tablesDB.createTable", Self.table, false, "operation"),
                ("user:none", "tablesDB.listRows", Self.table, false, "actor"),
                ("key", "tablesDB.deleteRow", Self.row, true, "permissions"),
                ("user:ann", "teams.delete", ["teamId": "red"], true, "owner"),
                ("user:ben", "teams.get", ["teamId": "red"], false, "team"),
                ("user:ben", "teams.get", [:], nil, "team"),
                ("user:ben", "presences.get", ["presenceId": "none"], false, "presence"),
            ]
            for (actor, operation, arguments, allowed, decidedBy) in cases {
                let answer = try await explain(engine, actor, operation, arguments)
                #expect(answer["allowed"] == allowed, "\(actor) \(operation) \(answer.text)")
                #expect(answer["decidedBy"] == .string(decidedBy), "\(actor) \(operation) \(answer.text)")
                #expect(answer["actor"] == .string(actor))
                #expect((answer["error"] != nil) == (allowed == false), "\(answer.text)")
            }
        }
    }

    /// What is explained is what happens.
    @Test(arguments: Backend.available)
    func agreesWithWhatHappens(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let calls: [(String, JSONObject)] = [
                ("tablesDB.listRows", [:]), ("tablesDB.getRow", ["rowId": "r"]),
                ("tablesDB.updateRow", ["rowId": "r", "data": ["a": 1]]),
                ("tablesDB.createRow", ["rowId": "unique()", "data": [:]]),
                (
                    "tablesDB.createRow",
                    ["rowId": "unique()", "data": [:], "permissions": ["read(\"team:red\")"]]
                ),
                ("tablesDB.deleteRow", ["rowId": "none"]),
            ]
            for actor in [Actor.guest, .user("ann"), .user("ben")] {
                for (operation, arguments) in calls {
                    var arguments = arguments
                    for (key, value) in Self.table.object!.members { arguments[key] = value }
                    let told = try await explain(engine, "\(actor)", operation, .object(arguments))
                    do {
                        try await engine.call(operation, arguments, as: actor)
                        #expect(told["allowed"] == true, "\(actor) \(operation) \(told.text)")
                    } catch let error as AppError {
                        let type: JSON = .string(error.code.type)
                        // A row that the caller can't see is not there.
                        let isSame = told["error"]?["type"] == type || error.code == .rowNotFound
                        #expect(told["allowed"] == false && isSame, "\(actor) \(operation) \(error) \(told.text)")
                    }
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func anAnswerHasEveryCheckInOrder(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let answer = try await explain(engine, "user:ann", "tablesDB.listRows", Self.table)
            #expect(answer["checks"]?.each("check") == ["operation", "actor", "table", "tablePermissions"])
            #expect(answer["checks"]?.each("passes") == [true, true, true, true])
            #expect(answer["rule"] == "The table grants read(\"team:red\"), and user:ann has that role.")
            #expect(answer["roles"]?.strings?.contains("team:red/owner") == true)
        }
    }

    @Test(arguments: Backend.available)
    func nothingRunsAndBadQuestionsAreRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let before = try await engine.events().count
            _ = try await explain(engine, "key", "tablesDB.deleteRow", Self.row)
            #expect(try await engine.events().count == before)
            #expect(try await engine.on("getRow", ["rowId": "r"])["$id"] == "r")
            let actor = try await engine.refusal("access.explain", ["actor": "nobody", "operation": "teams.get"])
            #expect(actor == Refusal("general_argument_invalid", 400, "actor"))
            let operation = try await engine.refusal("access.explain", ["actor": "key", "operation": "teams.fly"])
            #expect(operation == Refusal("operation_unknown", 404, "operation"))
            let user = try await engine.refusal(
                "access.explain",
                ["actor": "key", "operation": "teams.get"],
                as: .user("ann")
            )
            #expect(user.type == "general_unauthorized_scope")
        }
    }
}
