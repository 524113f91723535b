import Testing
import Values

@testable import Engine

@Suite("Many rows in one call")
struct BulkRowTests {
    private func withTable(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "title", "type": "varchar", "size": 10, "required": true],
                    ["key": "n", "type": "integer", "max": 1000], ["key": "tags", "type": "text", "array": true],
                    ["key": "code", "type": "varchar", "size": 5],
                ],
                indexes: [["key": "code", "type": "unique", "columns": ["code"]]]
            )
            try await body(engine)
        }
    }

    private func fill(_ engine: TestEngine, _ count: Int) async throws {
        for start in stride(from: 0, to: count, by: 100) {
            let rows = (start..<min(start + 100, count)).map { number -> JSON in
                ["$id": .string("r\(number)"), "title": "t", "n": .int(Int64(number % 1000))]
            }
            try await engine.on("createRows", ["rows": .array(rows)])
        }
    }

    @Test(arguments: Backend.available)
    func areCreated(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let answer = try await engine.on(
                "createRows",
                [
                    "rows": [
                        ["$id": "a", "title": "A", "n": 1, "$permissions": ["write(\"user:u\")"]],
                        ["title": "B", "tags": ["x"]],
                        ["$id": "unique()", "title": "C", "$createdAt": "2020-01-01T00:00:00Z", "$tableId": "else"],
                    ]
                ]
            )
            #expect(answer.object?.keys == ["total", "rows"])
            #expect(answer["total"] == 3)
            let rows = try #require(answer["rows"]?.array)
            #expect(rows.map { $0["title"] } == ["A", "B", "C"])
            #expect(rows[0]["$permissions"] == ["update(\"user:u\")", "delete(\"user:u\")"])
            #expect(rows[1]["tags"] == ["x"])
            #expect(rows[1]["$id"]?.string?.count == 20)
            #expect(rows[2]["$createdAt"] == "2020-01-01T00:00:00.000+00:00")
            #expect(rows[2]["$tableId"] == "t")
            #expect(try await engine.on("listRows")["rows"] == answer["rows"])
        }
    }

    @Test(arguments: Backend.available)
    func areCreatedOrChanged(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on(
                "createRow",
                ["rowId": "a", "data": ["title": "A", "n": 5], "permissions": ["read(\"any\")"]]
            )
            engine.clock.advance(milliseconds: 10)
            let answer = try await engine.on(
                "upsertRows",
                [
                    "rows": [
                        ["$id": "b", "title": "B", "n": ["method": "increment", "values": [3]]],
                        ["$id": "a", "n": ["method": "multiply", "values": [4]]],
                        ["title": "C", "tags": "{\"method\":\"arrayAppend\",\"values\":[\"x\"]}"],
                    ]
                ]
            )
            #expect(answer["total"] == 3)
            let rows = try #require(answer["rows"]?.array)
            #expect(rows.map { $0["n"] } == [3, 20, .null])
            #expect(rows.map { $0["title"] } == ["B", "A", "C"])
            #expect(rows[2]["tags"] == ["x"])
            #expect(rows[1]["$permissions"] == ["read(\"any\")"])
            #expect(rows[1]["$updatedAt"] == "2026-11-22T08:00:00.010+00:00")
            #expect(rows[1]["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(try await engine.on("listRows")["rows"] == [rows[1], rows[0], rows[2]])
        }
    }

    @Test(arguments: Backend.available)
    func allThatMatchAreChanged(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await fill(engine, 250)
            engine.clock.advance(milliseconds: 10)
            let answer = try await engine.on(
                "updateRows",
                [
                    "data": ["title": "new", "$permissions": ["read(\"any\")"]],
                    "queries": [query("lessThan", "n", 120)],
                ]
            )
            #expect(answer["total"] == 120)
            #expect(answer["rows"]?.array?.count == 100)
            #expect(answer["rows"]?.each("$id") == (0..<100).map { .string("r\($0)") })
            #expect(
                answer["rows"]?.array?.allSatisfy { $0["title"] == "new" && $0["$permissions"] == ["read(\"any\")"] }
                    == true
            )
            #expect(answer["rows"]?.array?.first?["$updatedAt"] == "2026-11-22T08:00:00.010+00:00")
            #expect(try await engine.on("listRows", ["queries": [query("equal", "title", "new")]])["total"] == 120)
            #expect(try await engine.on("getRow", ["rowId": "r99"]) == answer["rows"]?.array?.last)

            let computed = try await engine.on(
                "updateRows",
                ["data": ["n": ["method": "increment", "values": [1, 200]]], "queries": []]
            )
            #expect(computed["total"] == 250)
            let values = try await engine.on("listRows", ["queries": [query("limit", nil, 250)]])
            #expect(values["rows"]?.each("n") == (0..<250).map { .int($0 < 200 ? $0 + 1 : $0) })
            #expect(values["rows"]?.array?.prefix(100) == computed["rows"]?.array?.prefix(100))

            let few = try await engine.on(
                "updateRows",
                [
                    "data": ["title": "few"],
                    "queries": [query("orderDesc", "n"), query("limit", nil, 3), query("offset", nil, 1)],
                ]
            )
            #expect(few["rows"]?.each("$id") == ["r248", "r247", "r246"])
            #expect(
                try await engine.on("updateRows", ["data": ["n": 1], "queries": [query("equal", "title", "none")]])
                    == ["total": 0, "rows": []]
            )
        }
    }

    @Test(arguments: Backend.available)
    func allThatMatchAreDeleted(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await fill(engine, 130)
            let before = try await engine.on("listRows", ["queries": [query("limit", nil, 200)]])
            let answer = try await engine.on("deleteRows", ["queries": [query("greaterThanEqual", "n", 10)]])
            #expect(answer["total"] == 120)
            #expect(answer["rows"]?.array == before["rows"]?.array.map { Array($0[10..<110]) })
            #expect(try await engine.on("listRows")["total"] == 10)
            #expect(try await engine.on("deleteRows")["total"] == 10)
            #expect(try await engine.on("deleteRows") == ["total": 0, "rows": []])
        }
    }

    @Test(arguments: Backend.available)
    func oneThatIsRefusedIsNamedAndNothingIsWritten(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createRow", ["rowId": "x", "data": ["title": "X", "code": "x", "n": 999]])
            let good: JSON = ["$id": "g", "title": "G"]
            let cases: [(String, JSON, Refusal)] = [
                ("createRows", ["$id": "b", "title": 5], Refusal("row_invalid_structure", 400, "rows[1].title")),
                ("createRows", ["$id": "b"], Refusal("row_invalid_structure", 400, "rows[1].title")),
                (
                    "createRows", ["title": "B", "tags": ["a", 1]],
                    Refusal("row_invalid_structure", 400, "rows[1].tags[1]")
                ),
                ("createRows", ["title": "B", "nope": 1], Refusal("row_invalid_structure", 400, "rows[1].nope")),
                ("createRows", ["$id": "x", "title": "B"], Refusal("row_already_exists", 409, "rows[1].$id")),
                ("createRows", ["$id": "g", "title": "B"], Refusal("row_already_exists", 409, "rows[1].$id")),
                (
                    "createRows", ["title": "B", "code": "x"],
                    Refusal("row_unique_constraint_violation", 409, "rows[1]")
                ),
                ("createRows", ["$id": "-", "title": "B"], Refusal("general_argument_invalid", 400, "rows[1].$id")),
                ("createRows", ["$id": 5, "title": "B"], Refusal("general_argument_invalid", 400, "rows[1].$id")),
                (
                    "createRows", ["title": "B", "$permissions": ["read(\"any\")", "create(\"any\")"]],
                    Refusal("general_argument_invalid", 400, "rows[1].$permissions[1]")
                ),
                (
                    "createRows", ["title": "B", "$permissions": "read"],
                    Refusal("general_argument_invalid", 400, "rows[1].$permissions")
                ),
                ("createRows", "text", Refusal("general_argument_invalid", 400, "rows[1]")),
                (
                    "createRows", ["title": "B", "n": ["method": "increment", "values": [1]]],
                    Refusal("row_invalid_structure", 400, "rows[1].n")
                ),
                ("upsertRows", ["$id": "x", "title": nil], Refusal("row_invalid_structure", 400, "rows[1].title")),
                ("upsertRows", ["$id": "y", "n": 1], Refusal("row_invalid_structure", 400, "rows[1].title")),
                ("upsertRows", ["$id": "g", "title": "B"], Refusal("row_already_exists", 409, "rows[1].$id")),
                (
                    "upsertRows", ["$id": "x", "n": ["method": "increment", "values": [2]]],
                    Refusal("row_invalid_structure", 400, "rows[1].n")
                ),
                (
                    "upsertRows", ["$id": "x", "n": ["method": "increment", "values": [.int(.max)]]],
                    Refusal("row_invalid_structure", 400, "rows[1].n")
                ),
                (
                    "upsertRows", ["title": "B", "code": "x"],
                    Refusal("row_unique_constraint_violation", 409, "rows[1]")
                ),
            ]
            for (method, row, expected) in cases {
                let refusal = try await engine.refusalOn(method, ["rows": [good, row]])
                #expect(refusal == expected, "\(method) \(row.text)")
            }
            #expect(try await engine.on("listRows")["total"] == 1)
            #expect(try await engine.on("getRow", ["rowId": "x"])["n"] == 999)
        }
    }

    @Test(arguments: Backend.available)
    func arePartOfWhatCallsAreRefusedFor(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createRows", ["rows": [["title": "a", "n": 1], ["title": "b", "n": 999]]])
            let many = JSON.array((0..<101).map { _ in ["title": "x"] })
            let cases: [(String, JSONObject, Refusal)] = [
                ("createRows", ["rows": []], Refusal("general_argument_invalid", 400, "rows")),
                ("createRows", ["rows": many], Refusal("general_argument_invalid", 400, "rows")),
                ("createRows", [:], Refusal("general_argument_invalid", 400, "rows")),
                (
                    "createRows", ["rows": [["title": "x"]], "data": [:]],
                    Refusal("general_argument_invalid", 400, "data")
                ),
                ("updateRows", [:], Refusal("row_missing_payload", 400, "data")),
                ("updateRows", ["data": ["title": nil]], Refusal("row_invalid_structure", 400, "data.title")),
                (
                    "updateRows", ["data": ["n": ["method": "increment", "values": [2]]]],
                    Refusal("row_invalid_structure", 400, "data.n")
                ),
                (
                    "updateRows", ["data": ["n": ["method": "increment", "values": [.int(.max)]]]],
                    Refusal("row_invalid_structure", 400, "data.n")
                ),
                ("updateRows", ["data": ["code": "same"]], Refusal("row_unique_constraint_violation", 409, "data")),
                (
                    "updateRows", ["data": ["n": 1], "queries": [query("select", nil, "n")]],
                    Refusal("general_query_invalid", 400, "queries")
                ),
                (
                    "deleteRows", ["queries": [query("equal", "nope", 1)]],
                    Refusal("general_query_invalid", 400, "queries")
                ),
            ]
            for (method, arguments, expected) in cases {
                let refusal = try await engine.refusalOn(method, arguments)
                #expect(refusal == expected, "\(method) \(JSON.object(arguments).text.prefix(200))")
            }
            let rows = try await engine.on("listRows")
            #expect(rows["rows"]?.each("n") == [1, 999])
            let forKeys = Refusal("general_unauthorized_scope", 401)
            for method in ["createRows", "upsertRows", "updateRows", "deleteRows"] {
                let arguments: JSONObject = method.hasSuffix("teRows") ? [:] : ["rows": [["title": "x"]]]
                #expect(try await engine.refusalOn(method, arguments, as: .user("u")) == forKeys, "\(method)")
                #expect(try await engine.refusalOn(method, arguments, as: .guest) == forKeys, "\(method)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func moreThanTenThousandAreTooMany(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await fill(engine, 10_001)
            let expected = Refusal("general_bad_request", 400, "queries")
            #expect(try await engine.refusalOn("updateRows", ["data": ["title": "new"]]) == expected)
            #expect(try await engine.refusalOn("deleteRows") == expected)
            #expect(try await engine.on("listRows", ["queries": [query("equal", "title", "new")]])["total"] == 0)
            let most = try await engine.on("deleteRows", ["queries": [query("limit", nil, 10_000)]])
            #expect(most["total"] == 10_000)
            #expect(most["rows"]?.array?.count == 100)
            #expect(try await engine.listed([]) == ["r10000"])
        }
    }

    @Test(arguments: Backend.available)
    func speakTheDeprecatedWordsToo(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let address: JSONObject = ["databaseId": "d", "collectionId": "t"]
            func call(_ method: String, _ more: JSONObject) async throws -> JSON {
                try await engine.call("databases." + method, JSONObject(address.members + more.members))
            }
            let made = try await call("createDocuments", ["documents": [["$id": "a", "title": "A", "n": 1]]])
            #expect(made["total"] == 1)
            #expect(made["documents"]?.array?.first?["$collectionId"] == "t")
            let changed = try await call(
                "updateDocuments",
                ["data": ["n": 2], "queries": [query("equal", "$id", "a")]]
            )
            #expect(changed["documents"]?.each("n") == [2])
            _ = try await call("upsertDocuments", ["documents": [["$id": "a", "n": 3]]])
            let counted = try await call(
                "incrementDocumentAttribute",
                ["documentId": "a", "attribute": "n", "value": 4]
            )
            #expect(counted["n"] == 7)
            _ = try await call("decrementDocumentAttribute", ["documentId": "a", "attribute": "n"])
            #expect(try await call("deleteDocuments", [:])["documents"]?.each("n") == [6])
            let wrong: JSONObject = ["documents": [["title": 1]]]
            let error = try await engine.error("databases.createDocuments", JSONObject(address.members + wrong.members))
            #expect(Refusal(error) == Refusal("document_invalid_structure", 400, "documents[0].title"))
            let last = try #require(try await engine.events().last)
            #expect(last.event == "databases.[databaseId].collections.[collectionId].documents.[documentId].delete")
            #expect(last.single.map(\.ids) == [["d", "t", "a"]])
        }
    }
}
