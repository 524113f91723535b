import Storage
import Testing
import Values

@testable import Engine

@Suite("Rows that one transaction touches more than once")
struct StagedRowTests {
    private func begin(_ engine: TestEngine) async throws -> JSON {
        try #require(try await engine.call("tablesDB.createTransaction")["$id"])
    }

    private func stage(_ engine: TestEngine, _ id: JSON, _ items: [JSON]) async throws {
        try await engine.call("tablesDB.createOperations", ["transactionId": id, "operations": .array(items)])
    }

    @discardableResult
    private func commit(_ engine: TestEngine, _ id: JSON) async throws -> JSON {
        try await engine.call("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
    }

    private func item(_ action: String, _ row: String? = nil, _ data: JSON = nil, in table: String = "t") -> JSON {
        var item: JSONObject = ["action": .string(action), "databaseId": "d", "tableId": .string(table)]
        if let row { item["rowId"] = .string(row) }
        if !data.isNull { item["data"] = data }
        return .object(item)
    }

    @Test(arguments: Backend.available)
    func itIsInNoConflictWithItself(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            var id = try await begin(engine)
            try await stage(
                engine,
                id,
                [item("bulkCreate", nil, [["$id": "b", "n": 1]]), item("update", "b", ["n": 2])]
            )
            try await commit(engine, id)
            #expect(try await engine.on("getRow", ["rowId": "b"])["n"] == 2)

            id = try await begin(engine)
            try await stage(engine, id, [item("bulkUpdate", nil, ["data": ["n": 5]]), item("update", "b", ["n": 6])])
            try await commit(engine, id)
            #expect(try await engine.on("getRow", ["rowId": "b"])["n"] == 6)
        }
    }

    @Test(arguments: Backend.available)
    func aCascadeMayTakeARowThatIsMadeAgain(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", twoWay: "author", onDelete: "cascade")
            try await engine.make("authors", "a", ["books": [["$id": "b", "title": "One"]]])
            let id = try await begin(engine)
            try await stage(
                engine,
                id,
                [
                    item("delete", "a", in: "authors"), item("upsert", "b", ["title": "Two"], in: "books"),
                    item("update", "b", ["year": 1990], in: "books"),
                ]
            )
            try await commit(engine, id)
            #expect(try await engine.listed("books", ["title", "year"]) == #"[{"title":"Two","year":1990}]"#)
            #expect(try await engine.found("authors") == "0: ")
        }
    }

    /// What somebody else does in between is a conflict also where the transaction itself came first.
    @Test(arguments: Backend.available)
    func othersAreStillNoticed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let id = try await begin(engine)
            try await stage(engine, id, [item("bulkUpdate", nil, ["data": ["n": 5]]), item("update", "a", ["n": 6])])
            try await engine.on("updateRow", ["rowId": "a", "data": ["n": 7]])
            let error = try await engine.error("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
            #expect(Refusal(error) == Refusal("transaction_conflict", 409, "transactionId"))
            #expect(
                error.message
                    == "The operation 1 of the transaction can't be carried out: its row has changed since it was staged."
            )
            #expect(try await engine.on("getRow", ["rowId": "a"])["n"] == 7)
        }
    }

    @Test(arguments: Backend.available)
    func errorsNameTheOperationThatMeetsThem(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let id = try await begin(engine)
            func refused(_ items: JSON...) async throws -> Refusal {
                try await engine.refusal(
                    "tablesDB.createOperations",
                    ["transactionId": id, "operations": .array(items)]
                )
            }
            #expect(
                try await refused(item("create", "b", [:]), item("update", "x", ["n": 1], in: "nope"))
                    == Refusal("table_not_found", 404, "operations[1].tableId")
            )
            #expect(
                try await refused(item("update", "a", ["n": "x"]))
                    == Refusal("row_invalid_structure", 400, "operations[0].data.n")
            )
            // One that was staged before is none of those of the call.
            try await stage(engine, id, [item("update", "a", ["n": 2])])
            try await engine.on("deleteRow", ["rowId": "a"])
            let error = try await engine.error(
                "tablesDB.createOperations",
                ["transactionId": id, "operations": [item("create", "b", [:])]]
            )
            #expect(Refusal(error) == Refusal("row_not_found", 404, "transactionId"))
            #expect(error.message.hasPrefix("The operation 0 of the transaction can't be carried out: "))
        }
    }

    @Test(arguments: Backend.available)
    func whatNothingWouldComeOfIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let id = try await begin(engine)
            let permissions: JSON = [
                "action": "update", "databaseId": "d", "tableId": "t", "rowId": "a", "data": ["n": 2],
                "permissions": ["read(\"any\")"],
            ]
            let row: JSON = [
                "action": "bulkDelete", "databaseId": "d", "tableId": "t", "rowId": "a", "data": ["queries": []],
            ]
            let cases: [(JSON, Refusal)] = [
                (item("bulkCreate", nil, [["$id": 5]]), Refusal("general_argument_invalid", 400, "rows[0].$id")),
                (permissions, Refusal("general_argument_invalid", 400, "permissions")),
                (row, Refusal("general_argument_invalid", 400, "rowId")),
                (
                    item("increment", "a", ["column": "n", "by": 5]),
                    Refusal("general_argument_invalid", 400, "data.by")
                ),
                (
                    item("bulkDelete", nil, ["querys": []]),
                    Refusal("general_argument_invalid", 400, "data.querys")
                ),
            ]
            for (item, expected) in cases {
                let error = try await engine.error(
                    "tablesDB.createOperations",
                    ["transactionId": id, "operations": [item]]
                )
                #expect(
                    Refusal(error)
                        == Refusal(expected.type, expected.status, expected.argument.map { "operations[0].\($0)" })
                )
                if expected.argument == "data.querys" { #expect(error.hint == "Did you mean queries?") }
            }
            try await stage(engine, id, [item("bulkCreate", nil, [["$id": nil, "n": 2], ["$id": "unique()"], [:]])])
            try await commit(engine, id)
            #expect(try await engine.listed([]).count == 4)
        }
    }

    /// Giving up a transaction opens nothing of what waits in it.
    @Test(arguments: Backend.available)
    func aProcessWithoutTheKeyCanEndThem(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([["key": "s", "type": "text", "encrypt": true]])
            var ids: [JSON] = []
            for _ in 0..<3 {
                ids.append(try await begin(engine))
                try await engine.on("createRow", ["rowId": "a", "data": ["s": "x"], "transactionId": ids.last!])
            }
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            try await other.call("tablesDB.updateTransaction", ["transactionId": ids[0], "rollback": true])
            try await other.call("tablesDB.deleteTransaction", ["transactionId": ids[1]])
            engine.clock.advance(milliseconds: 2 * 86_400_000)
            let new = try await begin(other)
            let left = try await other.call("tablesDB.listTransactions")["transactions"]?.each("$id")
            #expect(left == [new])
            await other.engine.close()
        }
    }
}
