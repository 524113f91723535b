import Storage
import Testing
import Values

@testable import Engine

@Suite("Destruction that the arguments of a call don't show")
struct UnforeseenDestructionTests {
    private static let table: JSONObject = ["databaseId": "d", "tableId": "t"]

    private func address(_ more: JSONObject) -> JSONObject { JSONObject(Self.table.members + more.members) }

    private func prepare(_ engine: TestEngine) async throws {
        try await engine.makeTable(
            [["key": "n", "type": "integer"], ["key": "note", "type": "text"]],
            indexes: [["key": "byN", "type": "key", "columns": ["n"]]]
        )
        for id in ["a", "b", "c"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["n": 1]]) }
    }

    private func batch(
        _ engine: TestEngine,
        _ steps: [ExecutionRequest.Step],
        isAtomic: Bool = false,
        token: String? = nil
    ) async throws -> JSON {
        try await engine.batch(steps) {
            $0.isAtomic = isAtomic
            $0.confirmation = .needed(token: token)
        }
    }

    @Test(arguments: Backend.available)
    func theCommitOfABulkDeleteAsks(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let id = try #require(try await engine.call("tablesDB.createTransaction")["$id"])
            let commit: JSONObject = ["transactionId": id, "commit": true]
            func run(token: String? = nil) async throws -> JSON {
                try await engine.answer("tablesDB.updateTransaction", commit) {
                    $0.confirmation = .needed(token: token)
                }
            }
            let staged = try await engine.answer(
                "tablesDB.deleteRows",
                address(["queries": [query("notEqual", "$id", "c")], "transactionId": id])
            ) { $0.confirmation = .needed(token: nil) }
            #expect(staged["result"]?["total"] == 2)
            let asked = try await run()
            #expect(
                asked["confirm"]?["would"] == [["operation": "tablesDB.updateTransaction", "counts": ["rows": 2]]]
            )
            #expect(try await engine.listed([]) == ["a", "b", "c"])

            // Another row that the query finds makes it another deletion.
            try await engine.on("createRow", ["rowId": "d", "data": [:]])
            let stale = await #expect(throws: AppError.self) {
                try await run(token: asked["confirm"]?["token"]?.string)
            }
            #expect(stale?.code.type == "confirmation_stale")
            let again = try await run()
            #expect(again["confirm"]?["would"]?.array?.first?["counts"] == ["rows": 3])
            let done = try await run(token: again["confirm"]?["token"]?.string)
            #expect(done["result"]?["status"] == "committed")
            #expect(try await engine.listed([]) == ["c"])
        }
    }

    @Test(arguments: Backend.available)
    func otherCommitsAndRollbacksAskNobody(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            for end in ["commit", "rollback"] {
                let id = try #require(try await engine.call("tablesDB.createTransaction")["$id"])
                try await engine.on("deleteRow", ["rowId": "a", "transactionId": id])
                if end == "rollback" { try await engine.on("deleteRows", ["transactionId": id]) }
                let answer = try await engine.answer(
                    "tablesDB.updateTransaction",
                    ["transactionId": id, end: true]
                ) { $0.confirmation = .needed(token: nil) }
                #expect(answer["result"]?["status"] == (end == "commit" ? "committed" : "failed"))
                if end == "commit" { try await engine.on("createRow", ["rowId": "a", "data": [:]]) }
            }
            #expect(try await engine.listed([]) == ["b", "c", "a"])
        }
    }

    /// A transaction that begins in the same call can't be asked about before.
    @Test(arguments: Backend.available)
    func aCommitInTheSameCallIsRefusedWhereItDeletesInBulk(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            func steps(_ method: String, _ arguments: JSONObject) -> [ExecutionRequest.Step] {
                [
                    TestEngine.step("t", "tablesDB.createTransaction"),
                    TestEngine.step("1", "tablesDB." + method, address(arguments)),
                    TestEngine.step(
                        "end",
                        "tablesDB.updateTransaction",
                        ["transactionId": "$ref:t#/$id", "commit": true]
                    ),
                ]
            }
            let one = try await batch(engine, steps("deleteRow", ["rowId": "a", "transactionId": "$ref:t#/$id"]))
            #expect(one["results"]?["end"]?["status"] == "committed")
            let all = try await batch(engine, steps("deleteRows", ["transactionId": "$ref:t#/$id"]))
            #expect(all["error"]?["step"] == "end")
            #expect(all["error"]?["argument"] == "confirm")
            #expect(try await engine.listed([]) == ["b", "c"])
        }
    }

    @Test(arguments: Backend.available, [true, false])
    func aReferenceThatTurnsOutToBeNullDestroysNothing(_ backend: Backend, _ isAtomic: Bool) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let steps = [
                TestEngine.step("0", "tablesDB.getRow", address(["rowId": "a"])),
                TestEngine.step("1", "tablesDB.deleteRows", address(["transactionId": "$ref:0#/note"])),
            ]
            if isAtomic {
                let (refusal, step) = try await engine.batchRefusal(steps) { $0.confirmation = .needed(token: nil) }
                #expect(refusal == Refusal("general_bad_request", 400, "confirm"))
                #expect(step == "1")
            } else {
                let answer = try await batch(engine, steps)
                #expect(answer["error"]?["argument"] == "confirm")
                #expect(answer["error"]?["step"] == "1")
            }
            #expect(try await engine.listed([]) == ["a", "b", "c"])
            // Who does not want to be asked is not.
            _ = try await engine.batch(steps) { $0.isAtomic = isAtomic }
            #expect(try await engine.listed([]) == [])
        }
    }

    @Test(arguments: Backend.available)
    func stepsThatDoNotGetAlongInOneTransactionAreConfirmedAllTheSame(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let id = try #require(try await engine.call("tablesDB.createTransaction")["$id"])
            let cases: [(steps: [ExecutionRequest.Step], would: JSON)] = [
                (
                    [
                        TestEngine.step("0", "tablesDB.listIndexes", Self.table),
                        TestEngine.step("1", "tablesDB.deleteIndex", address(["key": "$ref:0#/indexes/0/key"])),
                        TestEngine.step(
                            "2",
                            "tablesDB.createIndex",
                            address(["key": "byN", "type": "key", "columns": ["n"]])
                        ),
                    ], [["operation": "tablesDB.deleteIndex", "counts": ["indexes": 1]]]
                ),
                (
                    [
                        TestEngine.step(
                            "0",
                            "tablesDB.createRow",
                            address(["rowId": "d", "data": [:], "transactionId": id])
                        ),
                        TestEngine.step("1", "tablesDB.deleteRows", address(["queries": [query("equal", "$id", "a")]])),
                    ], [["operation": "tablesDB.deleteRows", "counts": ["rows": 1]]]
                ),
            ]
            for (steps, would) in cases {
                let asked = try await batch(engine, steps)
                #expect(asked["confirm"]?["would"] == would)
                let done = try await batch(engine, steps, token: asked["confirm"]?["token"]?.string)
                #expect(done["error"] == nil)
                #expect(done["results"]?.object?.count == steps.count)
            }
            #expect(try await engine.on("listIndexes")["indexes"]?.each("status") == ["available"])
            #expect(try await engine.listed([]) == ["b", "c"])
        }
    }

    @Test(arguments: Backend.available, [true, false])
    func theResultsOfAllStepsFitIntoMemory(_ backend: Backend, _ isAtomic: Bool) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let steps = (0..<3).map { TestEngine.step(String($0), "tablesDB.listRows", Self.table) }
            let size = try await engine.engine.execute(Invocation("tablesDB.listRows", Self.table)).encoded.count
            func run(_ bytes: Int) async throws -> JSON {
                try await engine.batch(steps) {
                    $0.isAtomic = isAtomic
                    $0.maximumBytes = bytes
                }
            }
            #expect(try await run(3 * size)["results"]?.object?.count == 3)
            guard isAtomic else {
                let answer = try await run(3 * size - 1)
                #expect(answer["results"]?.object?.count == 2)
                #expect(answer["error"]?["step"] == "2")
                return
            }
            let error = await #expect(throws: AppError.self) { try await run(3 * size - 1) }
            #expect(error?.argument == "steps")
            #expect(error?.step == "2")
        }
    }
}
