import Testing
import Values

@testable import Engine

@Suite("Rows")
struct RowTests {
    @Test(arguments: Backend.available)
    func aNewRowIsAnsweredInFull(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on(
                "createRow",
                ["rowId": "r", "data": ["n": 1], "permissions": ["read(\"any\")", "write(\"user:u\")"]]
            )
            let expected: JSON = [
                "$id": "r", "$sequence": "1", "$tableId": "t", "$databaseId": "d",
                "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
                "$permissions": ["read(\"any\")", "update(\"user:u\")", "delete(\"user:u\")"], "n": 1, "s": "new",
            ]
            #expect(made.without("$sequence") == expected.without("$sequence"))
            #expect(made["$sequence"]?.string?.isEmpty == false)
            #expect(try await engine.on("getRow", ["rowId": "r"]) == made)
            #expect(try await engine.on("listRows") == ["total": 1, "rows": [made]])
        }
    }

    @Test(arguments: Backend.available)
    func dataMayBeJSONText(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on("createRow", ["rowId": "unique()", "data": "{\"n\": 4}"])
            #expect(made["n"] == 4)
            #expect(made["$id"]?.string?.count == 20)
            #expect(made["$permissions"] == [])
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateChangesWhatItNames(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on(
                "createRow",
                ["rowId": "r", "data": ["n": 1, "s": "x"], "permissions": ["read(\"any\")"]]
            )
            engine.clock.advance(milliseconds: 250)
            let updated = try await engine.on("updateRow", ["rowId": "r", "data": ["s": nil]])
            #expect(updated["s"] == nil as JSON)
            #expect(updated["n"] == 1)
            #expect(updated["$permissions"] == ["read(\"any\")"])
            #expect(updated["$updatedAt"] == "2026-11-22T08:00:00.250+00:00")
            #expect(updated["$createdAt"] == made["$createdAt"])
            #expect(updated["$sequence"] == made["$sequence"])
            let opened = try await engine.on("updateRow", ["rowId": "r", "permissions": ["update(\"users\")"]])
            #expect(opened["$permissions"] == ["update(\"users\")"])
            #expect(opened["n"] == 1)
            #expect(try await engine.on("updateRow", ["rowId": "r", "permissions": []])["$permissions"] == [])
            #expect(try await engine.on("getRow", ["rowId": "r"])["s"] == nil as JSON)
        }
    }

    @Test(arguments: Backend.available)
    func anUpsertMakesOrChanges(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on(
                "upsertRow",
                ["rowId": "r", "data": ["n": 1], "permissions": ["read(\"any\")"]]
            )
            #expect(made["s"] == "new")
            let changed = try await engine.on("upsertRow", ["rowId": "r", "data": ["s": "old"]])
            #expect(changed["n"] == 1)
            #expect(changed["s"] == "old")
            #expect(changed["$permissions"] == ["read(\"any\")"])
            #expect(changed["$sequence"] == made["$sequence"])
            #expect(try await engine.on("listRows")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aDeletedRowIsGone(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let first = try await engine.on("createRow", ["rowId": "r", "data": [:]])
            #expect(try await engine.on("deleteRow", ["rowId": "r"]) == [:])
            let expected = Refusal("row_not_found", 404, "rowId")
            #expect(try await engine.refusalOn("getRow", ["rowId": "r"]) == expected)
            #expect(try await engine.refusalOn("deleteRow", ["rowId": "r"]) == expected)
            #expect(try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["n": 1]]) == expected)
            let second = try await engine.on("createRow", ["rowId": "r", "data": [:]])
            #expect(second["$sequence"] != first["$sequence"])
        }
    }

    @Test(arguments: Backend.available)
    func refusalsSayWhatIsWrong(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            let cases: [(String, JSONObject, Refusal)] = [
                ("createRow", ["rowId": "r", "data": [:]], Refusal("row_already_exists", 409, "rowId")),
                ("createRow", ["rowId": "x"], Refusal("general_argument_invalid", 400, "data")),
                ("createRow", ["rowId": "x", "data": [1]], Refusal("general_argument_invalid", 400, "data")),
                ("createRow", ["rowId": "x", "data": "[]"], Refusal("general_argument_invalid", 400, "data")),
                ("createRow", ["rowId": "$x", "data": [:]], Refusal("general_argument_invalid", 400, "rowId")),
                ("updateRow", ["rowId": "r"], Refusal("row_missing_payload", 400, "data")),
                ("updateRow", ["rowId": "r", "data": [:]], Refusal("row_missing_payload", 400, "data")),
                (
                    "createRow", ["rowId": "x", "data": [:], "permissions": ["read(any)"]],
                    Refusal("general_argument_invalid", 400, "permissions[0]")
                ),
                (
                    "createRow", ["rowId": "x", "data": [:], "permissions": ["create(\"any\")"]],
                    Refusal("general_argument_invalid", 400, "permissions[0]")
                ),
                (
                    "createRow", ["rowId": "x", "data": ["$nope": 1]],
                    Refusal("row_invalid_structure", 400, "data.$nope")
                ),
            ]
            for (method, arguments, expected) in cases {
                let refusal = try await engine.refusalOn(method, arguments)
                #expect(refusal == expected, "\(method) \(JSON.object(arguments).text)")
            }
            #expect(try await engine.on("listRows")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func anUnknownColumnIsNamedWithNearMisses(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createTextColumn", ["key": "title", "required": false])
            let error = try await engine.error(
                "tablesDB.createRow",
                ["databaseId": "d", "tableId": "t", "rowId": "x", "data": ["titel": "a"]]
            )
            #expect(Refusal(error) == Refusal("row_invalid_structure", 400, "data.titel"))
            #expect(error.hint == "Did you mean title?")
        }
    }

    @Test(arguments: Backend.available)
    func aRowHasAtMost8MiB(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "a", "type": "longtext"]])
            let limit = 8 << 20
            let small = try await engine.on("createRow", ["rowId": "r", "data": ["a": ""]])
            let overhead = small.encoded.count
            let fits = String(repeating: "x", count: limit - overhead)
            #expect(try await engine.on("createRow", ["rowId": "f", "data": ["a": .string(fits)]])["$id"] == "f")
            let expected = Refusal("row_invalid_structure", 400, "data")
            let long: JSON = .string(fits + "x")
            #expect(try await engine.refusalOn("createRow", ["rowId": "g", "data": ["a": long]]) == expected)
            #expect(try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["a": long]]) == expected)
            #expect(try await engine.on("getRow", ["rowId": "r"])["a"] == "")
            #expect(try await engine.refusalOn("getRow", ["rowId": "g"]) == Refusal("row_not_found", 404, "rowId"))
        }
    }

    private func withTable(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "n", "type": "integer"], ["key": "s", "type": "text", "default": "new"],
            ])
            try await body(engine)
        }
    }
}
