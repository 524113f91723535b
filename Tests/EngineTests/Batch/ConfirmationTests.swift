import Storage
import Testing
import Values

@testable import Engine

@Suite("Confirmation of what destroys")
struct ConfirmationTests {
    private static let table: JSONObject = ["databaseId": "d", "tableId": "t"]

    private func address(_ more: JSONObject) -> JSONObject { JSONObject(Self.table.members + more.members) }

    private func prepare(_ engine: TestEngine) async throws {
        try await engine.makeTable(
            [["key": "n", "type": "integer"], ["key": "s", "type": "text"]],
            indexes: [["key": "byN", "type": "key", "columns": ["n"]]]
        )
        for (index, id) in ["a", "b", "c"].enumerated() {
            let data: JSON = index == 0 ? ["n": 1] : ["n": 1, "s": "x"]
            try await engine.on("createRow", ["rowId": .string(id), "data": data])
        }
    }

    private func ask(_ engine: TestEngine, _ operation: String, _ arguments: JSONObject, token: String? = nil)
        async throws -> JSON
    {
        try await engine.answer(operation, arguments) { $0.confirmation = .needed(token: token) }
    }

    @Test(arguments: Backend.available)
    func theFirstAnswerSaysWhatWouldGoAndDoesNothing(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let cases: [(String, JSONObject, JSON)] = [
                (
                    "tablesDB.delete", ["databaseId": "d"],
                    ["columns": 2, "indexes": 1, "tables": 1, "rows": 3, "databases": 1]
                ),
                ("tablesDB.deleteTable", Self.table, ["columns": 2, "indexes": 1, "tables": 1, "rows": 3]),
                ("tablesDB.deleteColumn", address(["key": "s"]), ["columns": 1, "values": 2]),
                ("tablesDB.deleteIndex", address(["key": "byN"]), ["indexes": 1]),
            ]
            for (operation, arguments, counts) in cases {
                let answer = try await ask(engine, operation, arguments)
                #expect(answer.object?.keys == ["confirm"])
                #expect(answer["confirm"]?["expiresIn"] == 300)
                #expect(answer["confirm"]?["would"] == [["operation": .string(operation), "counts": counts]])
                #expect(answer["confirm"]?["token"]?.string?.isEmpty == false)
            }
            #expect(try await engine.listed([]) == ["a", "b", "c"])
            #expect(try await engine.engine.jobs.drain() == 0)
        }
    }

    @Test(arguments: Backend.available)
    func theTokenLetsExactlyThatCallHappen(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let token = try await token(engine, "tablesDB.deleteColumn", address(["key": "s"]))
            let other = try await engine.batchlessRefusal("tablesDB.deleteColumn", address(["key": "n"]), token)
            #expect(other == Refusal("general_argument_invalid", 400, "confirm"))
            let forged = token.dropLast() + (token.hasSuffix("0") ? "1" : "0")
            let bad = try await engine.batchlessRefusal("tablesDB.deleteColumn", address(["key": "s"]), String(forged))
            #expect(bad == Refusal("general_argument_invalid", 400, "confirm"))
            let done = try await ask(engine, "tables_db_delete_column", address(["key": "s"]), token: token)
            #expect(done == ["result": [:]])
            #expect(try await engine.on("listColumns")["columns"]?.each("key") == ["n"])
        }
    }

    @Test(arguments: Backend.available)
    func aTokenIsStaleWhenItIsOldOrTheStateHasMoved(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let stale = Refusal("confirmation_stale", 409, "confirm")
            var token = try await token(engine, "tablesDB.deleteTable", Self.table)
            engine.clock.advance(milliseconds: 301_000)
            #expect(try await engine.batchlessRefusal("tablesDB.deleteTable", Self.table, token) == stale)
            token = try await self.token(engine, "tablesDB.deleteTable", Self.table)
            try await engine.on("createRow", ["rowId": "d", "data": [:]])
            #expect(try await engine.batchlessRefusal("tablesDB.deleteTable", Self.table, token) == stale)
            token = try await self.token(engine, "tablesDB.deleteTable", Self.table)
            try await engine.on("createTextColumn", ["key": "new", "required": false])
            #expect(try await engine.batchlessRefusal("tablesDB.deleteTable", Self.table, token) == stale)
            #expect(try await engine.listed([]) == ["a", "b", "c", "d"])
        }
    }

    @Test(arguments: Backend.available)
    func anotherProcessMayConfirm(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let token = try await token(engine, "tablesDB.deleteTable", Self.table)
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            #expect(try await ask(other, "tablesDB.deleteTable", Self.table, token: token) == ["result": [:]])
            #expect(try await other.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 0)
            await other.engine.close()
        }
    }

    @Test(arguments: Backend.available, [true, false])
    func oneTokenCoversAllSteps(_ backend: Backend, _ isAtomic: Bool) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let steps = [
                TestEngine.step("0", "tablesDB.createRow", address(["rowId": "d", "data": ["s": "y"]])),
                TestEngine.step("1", "tablesDB.deleteIndex", address(["key": "byN"])),
                TestEngine.step("2", "tablesDB.deleteColumn", address(["key": "s"])),
            ]
            let asked = try await engine.batch(steps) {
                $0.isAtomic = isAtomic
                $0.confirmation = .needed(token: nil)
            }
            #expect(
                asked["confirm"]?["would"] == [
                    ["operation": "tablesDB.deleteIndex", "counts": ["indexes": 1]],
                    ["operation": "tablesDB.deleteColumn", "counts": ["columns": 1, "values": 3]],
                ]
            )
            let token = asked["confirm"]?["token"]?.string
            let done = try await engine.batch(steps) {
                $0.isAtomic = isAtomic
                $0.confirmation = .needed(token: token)
            }
            #expect(done["results"]?.object?.keys == ["0", "1", "2"])
            #expect(try await engine.on("listColumns")["columns"]?.each("key") == ["n"])
            #expect(try await engine.on("listIndexes")["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func whatDestroysNothingNeedsNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            #expect(try await ask(engine, "tablesDB.deleteRow", address(["rowId": "a"])) == ["result": [:]])
            let dry = try await engine.answer("tablesDB.deleteTable", Self.table) {
                $0.isDryRun = true
                $0.confirmation = .needed(token: nil)
            }
            #expect(dry["result"] == [:])
            #expect(try await engine.listed([]) == ["b", "c"])
        }
    }

    private func token(_ engine: TestEngine, _ operation: String, _ arguments: JSONObject) async throws -> String {
        try #require(try await ask(engine, operation, arguments)["confirm"]?["token"]?.string)
    }
}

extension TestEngine {
    /// What a call with a token is refused with.
    fileprivate func batchlessRefusal(_ operation: String, _ arguments: JSONObject, _ token: String) async throws
        -> Refusal
    {
        do {
            let answer = try await self.answer(operation, arguments) { $0.confirmation = .needed(token: token) }
            Issue.record("\(operation) answered \(answer.text)")
            return Refusal("none", 0)
        } catch let error as AppError {
            return Refusal(error)
        }
    }
}
