import Storage
import Testing
import Values

@testable import Engine

@Suite("Transactions across calls")
struct TransactionTests {
    private func begin(_ engine: TestEngine, as actor: Actor? = nil) async throws -> JSON {
        try #require(try await engine.call("tablesDB.createTransaction", as: actor)["$id"])
    }

    private func commit(_ engine: TestEngine, _ id: JSON, as actor: Actor? = nil) async throws -> JSON {
        try await engine.call("tablesDB.updateTransaction", ["transactionId": id, "commit": true], as: actor)
    }

    private func state(_ engine: TestEngine, _ id: JSON) async throws -> [JSON?] {
        let transaction = try await engine.call("tablesDB.getTransaction", ["transactionId": id])
        return [transaction["status"], transaction["operations"]]
    }

    @Test(arguments: Backend.available)
    func whatIsStagedIsSeenInsideOnlyUntilTheCommit(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "old", "data": ["n": 1]])
            let id = try await begin(engine)
            let created = try await engine.on("createRow", ["rowId": "new", "data": ["n": 5], "transactionId": id])
            #expect(created["n"] == 5)
            #expect(created["$tableId"] == "t")
            let updated = try await engine.on("updateRow", ["rowId": "new", "data": ["n": 6], "transactionId": id])
            #expect(updated["n"] == 6)
            try await engine.on("deleteRow", ["rowId": "old", "transactionId": id])
            #expect(try await state(engine, id) == ["pending", 3])

            #expect(try await engine.listed([]) == ["old"])
            #expect(try await engine.refusalOn("getRow", ["rowId": "new"]).type == "row_not_found")
            let inside = try await engine.on(
                "listRows",
                ["queries": [query("greaterThan", "n", 5)], "transactionId": id]
            )
            #expect(inside["total"] == 1)
            #expect(inside["rows"]?.each("$id") == ["new"])
            let hidden = try await engine.refusalOn("getRow", ["rowId": "old", "transactionId": id])
            #expect(hidden.type == "row_not_found")

            var reader = try await EventReader.fromNow(engine.store)
            #expect(try await commit(engine, id)["status"] == "committed")
            #expect(try await engine.listed([]) == ["new"])
            #expect(try await engine.on("getRow", ["rowId": "new"])["n"] == 6)
            #expect(
                try await reader.next().map(\.name) == [
                    "databases.d.tables.t.rows.new.create", "databases.d.tables.t.rows.new.update",
                    "databases.d.tables.t.rows.old.delete",
                ]
            )
            let left = try await engine.store.read { try $0.count(.init(limit: 1), in: SystemTables.staged, cap: 10) }
            #expect(left == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aRollbackGivesUpWhatWasStaged(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let id = try await begin(engine)
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1], "transactionId": id])
            let end = try await engine.call("tablesDB.updateTransaction", ["transactionId": id, "rollback": true])
            #expect(end["status"] == "failed")
            #expect(try await engine.listed([]) == [])
            let late = try await engine.refusalOn("createRow", ["rowId": "b", "data": [:], "transactionId": id])
            #expect(late == Refusal("transaction_not_ready", 400, "transactionId"))
            let again = try await engine.refusal("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
            #expect(again == Refusal("transaction_not_ready", 400, "transactionId"))
        }
    }

    /// A row that somebody else has changed since, and an id that somebody else has taken.
    @Test(arguments: Backend.available)
    func aConflictKeepsNothing(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let conflict = Refusal("transaction_conflict", 409, "transactionId")
            let others: [(String, JSONObject)] = [
                ("updateRow", ["rowId": "a", "data": ["n": 9]]), ("deleteRow", ["rowId": "a"]),
            ]
            for (method, arguments) in others {
                let id = try await begin(engine)
                try await engine.on("createRow", ["rowId": "b", "data": ["n": 2], "transactionId": id])
                try await engine.on("updateRow", ["rowId": "a", "data": ["n": 3], "transactionId": id])
                try await engine.on(method, arguments)
                let refusal = try await engine.refusal(
                    "tablesDB.updateTransaction",
                    ["transactionId": id, "commit": true]
                )
                #expect(refusal == conflict)
                #expect(try await state(engine, id)[0] == "failed")
                #expect(try await engine.refusalOn("getRow", ["rowId": "b"]).type == "row_not_found")
            }
            let id = try await begin(engine)
            try await engine.on("createRow", ["rowId": "c", "data": [:], "transactionId": id])
            try await engine.on("createRow", ["rowId": "c", "data": ["n": 4]])
            let taken = try await engine.refusal("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
            #expect(taken == conflict)
            #expect(try await engine.on("getRow", ["rowId": "c"])["n"] == 4)
        }
    }

    @Test(arguments: Backend.available)
    func operationsAreStagedAllOrNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let id = try await begin(engine)
            func item(_ action: String, _ row: String, _ data: JSON = nil) -> JSON {
                var item: JSONObject = [
                    "action": .string(action), "databaseId": "d", "tableId": "t", "rowId": .string(row),
                ]
                if !data.isNull { item["data"] = data }
                return .object(item)
            }
            let bad = try await engine.refusal(
                "tablesDB.createOperations",
                ["transactionId": id, "operations": [item("create", "a", ["n": 1]), item("update", "a", ["n": "x"])]]
            )
            #expect(bad == Refusal("row_invalid_structure", 400, "operations[1].data.n"))
            let unknown = try await engine.refusal(
                "tablesDB.createOperations",
                ["transactionId": id, "operations": [item("craete", "a")]]
            )
            #expect(unknown == Refusal("general_argument_invalid", 400, "operations[0].action"))
            #expect(try await state(engine, id) == ["pending", 0])

            let staged = try await engine.call(
                "databases.createOperations",
                [
                    "transactionId": id,
                    "operations": [
                        item("create", "a", ["n": 1, "$permissions": ["read(\"any\")"]]),
                        item("upsert", "b", ["n": 2]), item("update", "a", ["n": 3]), item("delete", "b"),
                        [
                            "action": "create", "databaseId": "d", "collectionId": "t", "documentId": "c",
                            "data": ["n": 4],
                        ],
                    ],
                ]
            )
            #expect(staged["operations"] == 5)
            #expect(try await commit(engine, id)["operations"] == 5)
            #expect(try await engine.listed([]) == ["a", "c"])
            let row = try await engine.on("getRow", ["rowId": "a"])
            #expect(row["n"] == 3)
            #expect(row["$permissions"] == ["read(\"any\")"])
        }
    }

    @Test(arguments: Backend.available)
    func aTransactionHoldsAHundredOperationsForItsTime(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let id = try await begin(engine)
            func items(_ range: Range<Int>) -> JSON {
                .array(
                    range.map { number in
                        [
                            "action": "create", "databaseId": "d", "tableId": "t", "rowId": .string("r\(number)"),
                            "data": [:],
                        ]
                    }
                )
            }
            try await engine.call("tablesDB.createOperations", ["transactionId": id, "operations": items(0..<99)])
            let full = try await engine.refusal(
                "tablesDB.createOperations",
                ["transactionId": id, "operations": items(99..<101)]
            )
            #expect(full == Refusal("transaction_limit_exceeded", 400, "transactionId"))
            try await engine.on("createRow", ["rowId": "last", "data": [:], "transactionId": id])
            engine.clock.advance(milliseconds: 300_000)
            for (operation, arguments) in [
                ("tablesDB.updateTransaction", ["commit": true] as JSONObject),
                ("tablesDB.createOperations", ["operations": items(0..<1)]),
            ] {
                var arguments = arguments
                arguments["transactionId"] = id
                #expect(
                    try await engine.refusal(operation, arguments)
                        == Refusal("transaction_expired", 410, "transactionId")
                )
            }
            #expect(try await engine.listed([]) == [])
        }
    }

    @Test(arguments: Backend.available)
    func othersDoNotSeeIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["create(\"users\")"])
            let id = try await begin(engine, as: .user("u"))
            try await engine.on("createRow", ["rowId": "a", "data": [:], "transactionId": id], as: .user("u"))
            let unknown = Refusal("transaction_not_found", 404, "transactionId")
            #expect(
                try await engine.refusal("tablesDB.getTransaction", ["transactionId": id], as: .user("v")) == unknown
            )
            let other = try await engine.refusal(
                "tablesDB.updateTransaction",
                ["transactionId": id, "commit": true],
                as: .user("v")
            )
            #expect(other == unknown)
            #expect(try await engine.call("tablesDB.listTransactions", as: .user("v"))["total"] == 0)
            #expect(try await engine.call("tablesDB.listTransactions", as: .user("u"))["total"] == 1)
            #expect(
                try await engine.refusal("tablesDB.createTransaction", as: .guest) == Refusal("user_unauthorized", 401)
            )
            // The owner of the project may commit; the rows are those of the one who staged them.
            #expect(try await commit(engine, id)["status"] == "committed")
            let row = try await engine.on("getRow", ["rowId": "a"])
            #expect(row["$permissions"]?.strings?.contains("read(\"user:u\")") == true)
            #expect(try await engine.events().last?.actor == "user:u")
        }
    }

    @Test(arguments: Backend.available)
    func listsAndDeletes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let first = try await begin(engine)
            let second = try await begin(engine)
            try await engine.on("createRow", ["rowId": "a", "data": [:], "transactionId": second])
            _ = try await commit(engine, second)
            let pending = try await engine.call(
                "databases.listTransactions",
                ["queries": [query("equal", "status", "pending")]]
            )
            #expect(pending["transactions"]?.each("$id") == [first])
            try await engine.call("tablesDB.deleteTransaction", ["transactionId": first])
            #expect(try await engine.call("tablesDB.listTransactions")["total"] == 1)
            let both = try await engine.refusal("tablesDB.updateTransaction", ["transactionId": second])
            #expect(both == Refusal("general_bad_request", 400, "commit"))
        }
    }

    @Test(arguments: Backend.available)
    func bulksAndStepsAreStagedToo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let id = try await begin(engine)
            func item(_ action: String, _ row: String?, _ data: JSON) -> JSON {
                var item: JSONObject = [
                    "action": .string(action), "databaseId": "d", "tableId": "t", "data": data,
                ]
                if let row { item["rowId"] = .string(row) }
                return .object(item)
            }
            let staged = try await engine.call(
                "tablesDB.createOperations",
                [
                    "transactionId": id,
                    "operations": [
                        item("bulkCreate", nil, [["$id": "b", "n": 2], ["$id": "c", "n": 3]]),
                        item("increment", "a", ["column": "n", "value": 4]),
                        item("bulkUpdate", nil, ["queries": [query("greaterThan", "n", 2)], "data": ["n": 9]]),
                        item("decrement", "a", ["column": "n", "min": 0]),
                    ],
                ]
            )
            #expect(staged["operations"] == 4)
            // Somebody else counts on meanwhile: steps take any value.
            try await engine.on("incrementRowColumn", ["rowId": "a", "column": "n", "value": 100])
            var delete = ExecutionRequest(
                Invocation(
                    "tablesDB.deleteRows",
                    [
                        "databaseId": "d", "tableId": "t", "queries": [query("equal", "$id", "b")],
                        "transaction_id": id,
                    ]
                )
            )
            delete.confirmation = .needed(token: nil)
            _ = try await engine.engine.answer(delete)
            #expect(try await commit(engine, id)["operations"] == 5)
            let rows = try await engine.on("listRows")["rows"]
            #expect(rows?.each("$id") == ["a", "c"])
            #expect(rows?.each("n") == [8, 9])
        }
    }

    /// A transaction has one of the store of its own, so it can be no step of another one.
    @Test(arguments: Backend.available)
    func stagedCallsAreNoStepsOfABatch(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let id = try await begin(engine)
            let arguments: JSONObject = [
                "databaseId": "d", "tableId": "t", "rowId": "a", "data": [:], "transactionId": id,
            ]
            let step = TestEngine.step("0", "tablesDB.createRow", arguments)
            let (refusal, _) = try await engine.batchRefusal([step])
            #expect(refusal == Refusal("batch_not_atomic", 400, "atomic"))
            let apart = try await engine.batch([step]) { $0.isAtomic = false }
            #expect(apart["results"]?["0"]?["$id"] == "a")
            #expect(try await state(engine, id) == ["pending", 1])
        }
    }
}
