import Storage
import Testing
import Values

@testable import Engine

@Suite("Several steps in one call")
struct BatchTests {
    private static let row: JSONObject = ["databaseId": "d", "tableId": "t"]

    private func address(_ more: JSONObject) -> JSONObject {
        JSONObject(Self.row.members + more.members)
    }

    /// A database with a table, a column, an index, rows and a page of them, each from the results before.
    @Test(arguments: Backend.available)
    func buildAWholeDatabaseAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let db: JSON = "$ref:db#/$id"
            let answer = try await engine.batch([
                TestEngine.step("db", "tablesDB.create", ["databaseId": "unique()", "name": "Shop"]),
                TestEngine.step(
                    "table",
                    "tablesDB.createTable",
                    [
                        "databaseId": db, "tableId": "products", "name": "Products",
                        "columns": [["key": "title", "type": "varchar", "size": 50]],
                    ]
                ),
                TestEngine.step(
                    "2",
                    "tablesDB.createFloatColumn",
                    ["databaseId": db, "tableId": "$ref:table#/$id", "key": "price", "required": false]
                ),
                TestEngine.step(
                    "3",
                    "tablesDB.createIndex",
                    [
                        "databaseId": db, "tableId": "products", "key": "byPrice", "type": "key",
                        "columns": ["$ref:2#/key"],
                    ]
                ),
                TestEngine.step(
                    "4",
                    "tablesDB.createRow",
                    ["databaseId": db, "tableId": "products", "rowId": "tea", "data": ["title": "Tea", "price": 4.5]]
                ),
                TestEngine.step(
                    "5",
                    "tablesDB.createRow",
                    [
                        "databaseId": db, "tableId": "products", "rowId": "cup",
                        "data": ["title": "$ref:4#/title", "price": 9],
                    ]
                ),
                TestEngine.step(
                    "page",
                    "tablesDB.listRows",
                    [
                        "databaseId": db, "tableId": "products",
                        "queries": [["method": "greaterThan", "attribute": "price", "values": ["$ref:4#/price"]]],
                    ]
                ),
            ])
            let results = try #require(answer["results"])
            #expect(results.object?.keys == ["db", "table", "2", "3", "4", "5", "page"])
            #expect(results["2"]?["status"] == "available")
            #expect(results["3"]?["status"] == "available")
            #expect(results["page"]?["total"] == 1)
            #expect(results["page"]?["rows"]?.array?.first?["title"] == "Tea")
            let id = try #require(results["db"]?["$id"])
            let kept = try await engine.call("tablesDB.listRows", ["databaseId": id, "tableId": "products"])
            #expect(kept["rows"]?.each("$id") == ["tea", "cup"])
            // One record for each step that changed something, in their order.
            let events = try await engine.events().map { $0.event.split(separator: ".").last }
            #expect(events == ["create", "create", "create", "create", "create", "create"])
        }
    }

    @Test(arguments: Backend.available)
    func aFailingStepIsNamedAndLeavesNothing(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let before = try await engine.events().count
            let (refusal, step) = try await engine.batchRefusal([
                TestEngine.step("first", "tablesDB.createRow", address(["rowId": "a", "data": ["n": 1]])),
                TestEngine.step("1", "tablesDB.createIntegerColumn", address(["key": "m", "required": false])),
                TestEngine.step("second", "tablesDB.createRow", address(["rowId": "b", "data": ["n": "x"]])),
            ])
            #expect(refusal == Refusal("row_invalid_structure", 400, "data.n"))
            #expect(step == "second")
            #expect(try await engine.listed([]) == [])
            #expect(try await engine.on("listColumns")["total"] == 1)
            #expect(try await engine.events().count == before)
        }
    }

    @Test(arguments: Backend.available)
    func aFailingStepLeavesNothingOnTheServer(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "text"]])
            let other: JSONObject = ["databaseId": "d", "tableId": "u"]
            func table(_ index: JSON) -> JSONObject {
                let columns: JSON = [["key": "code", "type": "text"], ["key": "n", "type": "integer"]]
                return JSONObject(other.members + [("name", "U"), ("columns", columns), ("indexes", [index])])
            }
            func row(_ id: String, _ n: Int64) -> JSONObject {
                JSONObject(other.members + [("rowId", .string(id)), ("data", ["code": "left-4711", "n": .int(n)])])
            }
            let (refusal, _) = try await engine.batchRefusal([
                TestEngine.step("a", "tablesDB.createRow", address(["rowId": "a", "data": ["s": "left-4711"]])),
                TestEngine.step(
                    "b",
                    "tablesDB.createTable",
                    table(["key": "only", "type": "unique", "columns": ["code"]])
                ),
                TestEngine.step("c", "tablesDB.createRow", row("c", 1)),
                TestEngine.step("d", "tablesDB.listRows", other),
                TestEngine.step("e", "tablesDB.listRows", Self.row),
                TestEngine.step("f", "tablesDB.getRow", address(["rowId": "none"])),
            ])
            #expect(refusal.type == "row_not_found")
            if backend == .mongoDB { #expect(try await !backend.holds("left-4711", engine.folder)) }
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 1)
            // A table of the same name has the indexes that it is made with, and no others.
            try await engine.call("tablesDB.createTable", table(["key": "only", "type": "unique", "columns": ["n"]]))
            for n in [1, 2] as [Int64] { try await engine.call("tablesDB.createRow", row("r\(n)", n)) }
            let twin = try await engine.refusal("tablesDB.createRow", row("r3", 2))
            #expect(twin.type == "row_unique_constraint_violation")
        }
    }

    @Test(arguments: Backend.available)
    func aRefusalOfTheStoreNamesItsStep(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let (refusal, step) = try await engine.batchRefusal([
                TestEngine.step("0", "tablesDB.createRow", address(["rowId": "b", "data": ["n": 2]])),
                TestEngine.step(
                    "1",
                    "databases.createDocument",
                    [
                        "databaseId": "d", "collectionId": "t", "documentId": "a", "data": ["n": 1],
                    ]
                ),
            ])
            #expect(refusal == Refusal("document_already_exists", 409, "documentId"))
            #expect(step == "1")
            #expect(try await engine.listed([]) == ["a"])
        }
    }

    @Test(arguments: Backend.available)
    func stepsThatAreNotAtomicStayDone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let answer = try await engine.batch([
                TestEngine.step("a", "tablesDB.createRow", address(["rowId": "a", "data": ["n": 1]])),
                TestEngine.step("b", "tablesDB.createRow", address(["rowId": "b", "data": ["n": "$ref:a#/$id"]])),
                TestEngine.step("c", "tablesDB.createRow", address(["rowId": "c", "data": [:]])),
            ]) { $0.isAtomic = false }
            #expect(answer["results"]?.object?.keys == ["a"])
            #expect(answer["error"]?["step"] == "b")
            #expect(answer["error"]?["type"] == "row_invalid_structure")
            #expect(try await engine.listed([]) == ["a"])
        }
    }

    @Test(arguments: Backend.available)
    func eachStepHasItsOwnActor(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["create(\"users\")"])
            let (refusal, step) = try await engine.batchRefusal([
                TestEngine.step("0", "tablesDB.createRow", address(["rowId": "a", "data": [:]]), as: .user("u")),
                TestEngine.step("1", "tablesDB.createRow", address(["rowId": "b", "data": [:]]), as: .guest),
            ])
            #expect(refusal == Refusal("user_unauthorized", 401))
            #expect(step == "1")
            #expect(try await engine.listed([]) == [])
        }
    }

    /// What is wrong with any step is found before the first one runs.
    @Test(arguments: Backend.available)
    func badStepsAreRefusedBeforeAnythingRuns(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let good = TestEngine.step("good", "tablesDB.createRow", address(["rowId": "a", "data": [:]]))
            func refused(_ step: ExecutionRequest.Step) async throws -> (Refusal, String?) {
                try await engine.batchRefusal([good, step]) { $0.isAtomic = false }
            }
            let cases: [(ExecutionRequest.Step, Refusal)] = [
                (TestEngine.step("x", "tablesDB.createRo"), Refusal("operation_unknown", 404, "operation")),
                (TestEngine.step("x", "tablesDB.getRow"), Refusal("general_argument_invalid", 400, "databaseId")),
                (
                    TestEngine.step("x", "tablesDB.getRow", address(["rowId": "$ref:later#/$id"])),
                    Refusal("reference_invalid", 400, "rowId")
                ),
                (
                    TestEngine.step("x", "tablesDB.getRow", address(["rowId": "$ref:x#/$id"])),
                    Refusal("reference_invalid", 400, "rowId")
                ),
                (
                    TestEngine.step("x", "tablesDB.getRow", address(["rowId": "$ref:good"])),
                    Refusal("reference_invalid", 400, "rowId")
                ),
                (
                    TestEngine.step("x", "tablesDB.createRow", address(["data": ["n": ["$ref:good#$id"]]])),
                    Refusal("reference_invalid", 400, "data.n[0]")
                ),
            ]
            for (step, expected) in cases {
                let (refusal, name) = try await refused(step)
                #expect(refusal == expected)
                #expect(name == "x")
            }
            for id in ["good", "7", "-x", ""] {
                let (refusal, _) = try await engine.batchRefusal([
                    good, TestEngine.step(id, "tablesDB.getTable", Self.row),
                ])
                #expect(refusal == Refusal("general_argument_invalid", 400, "steps[1].id"))
            }
            let (refusal, _) = try await engine.batchRefusal([])
            #expect(refusal == Refusal("general_argument_invalid", 400, "steps"))
            #expect(try await engine.listed([]) == [])
        }
    }

    @Test(arguments: Backend.available)
    func aReferenceThatFindsNothingUndoesEverything(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let (refusal, step) = try await engine.batchRefusal([
                TestEngine.step("a", "tablesDB.createRow", address(["rowId": "a", "data": [:]])),
                TestEngine.step("b", "tablesDB.getRow", address(["rowId": "$ref:a#/missing"])),
            ])
            #expect(refusal == Refusal("reference_invalid", 400, "rowId"))
            #expect(step == "b")
            #expect(try await engine.listed([]) == [])
        }
    }

    /// Stored text is a value and nothing else, also when it looks like a reference.
    @Test(arguments: Backend.available)
    func storedTextIsNeverReadAgain(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "text"]])
            try await engine.on("createRow", ["rowId": "evil", "data": ["s": "$ref:a#/$permissions"]])
            let answer = try await engine.batch([
                TestEngine.step("a", "tablesDB.getRow", address(["rowId": "evil"])),
                TestEngine.step("b", "tablesDB.createRow", address(["rowId": "x", "data": ["s": "$ref:a#/s"]])),
                TestEngine.step("c", "tablesDB.createRow", address(["rowId": "y", "data": ["s": "$$ref:a#/s"]])),
            ])
            #expect(answer["results"]?["b"]?["s"] == "$ref:a#/$permissions")
            #expect(answer["results"]?["c"]?["s"] == "$ref:a#/s")
        }
    }

    @Test(arguments: Backend.available)
    func stepsThatOnlyReadShareOneSnapshot(_ backend: Backend) async throws {
        try await withEngine(backend, access: Access(isReadOnly: true)) { readOnly in
            let writer = TestEngine(backend, readOnly.folder)
            try await writer.makeTable([["key": "n", "type": "integer"]])
            try await writer.on("createRow", ["rowId": "a", "data": ["n": 3]])
            let answer = try await readOnly.batch([
                TestEngine.step("a", "tablesDB.getRow", address(["rowId": "a"])),
                TestEngine.step(
                    "b",
                    "tablesDB.listRows",
                    address(["queries": [["method": "equal", "attribute": "n", "values": ["$ref:a#/n"]]]])
                ),
            ])
            #expect(answer["results"]?["b"]?["total"] == 1)
            await writer.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func selectedPartsAreReturned(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            for id in ["a", "b"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["n": 1]]) }
            let pointers = try ["/rows/*/$id", "/total"].map { try JSONPointer(parsing: $0) }
            let one = try await engine.answer("tablesDB.listRows", Self.row) { $0.selection = Selection(pointers) }
            #expect(one == ["result": ["total": 2, "rows": [["$id": "a"], ["$id": "b"]]]])
            let below = try ["/page/rows/1/n"].map { try JSONPointer(parsing: $0) }
            let many = try await engine.batch([
                TestEngine.step("t", "tablesDB.getTable", Self.row),
                TestEngine.step("page", "tablesDB.listRows", Self.row),
            ]) { $0.selection = Selection(below) }
            #expect(many == ["results": ["page": ["rows": [["n": 1]]]]])
        }
    }
}
