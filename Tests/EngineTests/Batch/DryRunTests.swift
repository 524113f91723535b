import Storage
import Testing
import Values

@testable import Engine

@Suite("Dry runs")
struct DryRunTests {
    private static let table: JSONObject = ["databaseId": "d", "tableId": "t"]

    private func address(_ more: JSONObject) -> JSONObject { JSONObject(Self.table.members + more.members) }

    @Test(arguments: Backend.available)
    func answerLikeTheCallWithEventsAndEffects(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let dry = try await engine.answer("tablesDB.createRow", address(["rowId": "a", "data": ["n": 1]])) {
                $0.isDryRun = true
            }
            #expect(dry["result"]?["n"] == 1)
            #expect(dry["events"] == ["databases.d.tables.t.rows.a.create"])
            #expect(dry["effects"] == [["kind": "row", "action": "create", "target": "d/t", "count": 1]])
            #expect(try await engine.listed([]) == [])
            let refused = try await engine.refusalOn("getRow", ["rowId": "a"])
            #expect(refused.type == "row_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func showWhatWholeBatchesWouldDo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            for id in ["a", "b"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["n": 1]]) }
            let version = try await engine.store.read { try $0.schemaVersion() }
            let events = try await engine.events().count
            let answer = try await engine.batch([
                TestEngine.step("0", "tablesDB.createTextColumn", address(["key": "s", "required": false])),
                TestEngine.step("1", "tablesDB.createRow", address(["rowId": "c", "data": ["s": "x"]])),
                TestEngine.step("2", "tablesDB.createTable", ["databaseId": "d", "tableId": "u", "name": "U"]),
                TestEngine.step(
                    "3",
                    "tablesDB.createRow",
                    [
                        "databaseId": "d", "tableId": "u", "rowId": "r", "data": [:],
                    ]
                ),
                TestEngine.step("4", "tablesDB.listRows", ["databaseId": "d", "tableId": "u"]),
                TestEngine.step("5", "tablesDB.deleteTable", Self.table),
            ]) { $0.isDryRun = true }
            #expect(answer["results"]?["4"]?["total"] == 1)
            #expect(
                answer["events"]?.strings == [
                    "databases.d.tables.t.columns.s.create", "databases.d.tables.t.rows.c.create",
                    "databases.d.tables.u.create", "databases.d.tables.u.rows.r.create", "databases.d.tables.t.delete",
                ]
            )
            #expect(
                answer["effects"]?.array?.map { effect in
                    ["kind", "action", "target", "count"].map { effect[$0]?.text ?? "" }.joined(separator: " ")
                } == [
                    #""schema" "create" "d/t/s" 1"#, #""row" "create" "d/t" 1"#, #""schema" "create" "d/u" 1"#,
                    #""row" "create" "d/u" 1"#, #""schema" "delete" "d/t/n" 1"#, #""schema" "delete" "d/t/s" 1"#,
                    #""schema" "delete" "d/t" 1"#, #""job" "schema.dropTable" "d/t" 1"#, #""row" "delete" "d/t" 3"#,
                ]
            )
            #expect(try await engine.listed([]) == ["a", "b"])
            #expect(try await engine.on("listColumns")["total"] == 1)
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 1)
            #expect(try await engine.store.read { try $0.schemaVersion() } == version)
            #expect(try await engine.events().count == events)
            #expect(try await engine.engine.jobs.drain() == 0)
        }
    }

    @Test(arguments: Backend.available)
    func meetTheErrorsOfTheCall(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let (refusal, step) = try await engine.batchRefusal([
                TestEngine.step("0", "tablesDB.deleteRow", address(["rowId": "a"])),
                TestEngine.step("1", "tablesDB.createRow", address(["rowId": "a", "data": ["n": 2]])),
                TestEngine.step("2", "tablesDB.createRow", address(["rowId": "a", "data": ["n": 3]])),
            ]) { $0.isDryRun = true }
            #expect(refusal == Refusal("row_already_exists", 409, "rowId"))
            #expect(step == "2")
            #expect(try await engine.on("getRow", ["rowId": "a"])["n"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func mayFillTablesOfOurOwnThatAreNotThereYet(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let token = { TestEngine.step($0, "users.createToken", ["userId": "ann"]) }
            for _ in 0..<2 {
                let dry = try await engine.batch([token("a"), token("b")]) { $0.isDryRun = true }
                #expect(dry["events"]?.array?.count == 2)
            }
            // Another process makes the table.
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            try await other.call("users.createToken", ["userId": "ann"])
            await other.engine.close()
            let dry = try await engine.batch([token("a"), token("b")]) { $0.isDryRun = true }
            #expect(dry["events"]?.array?.count == 2)
        }
    }

    @Test(arguments: Backend.available)
    func readingHasNoEffects(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let answer = try await engine.answer("tablesDB.getTable", Self.table) { $0.isDryRun = true }
            #expect(answer["result"]?["$id"] == "t")
            #expect(answer["events"] == [])
            #expect(answer["effects"] == [])
        }
    }
}
