import Testing
import Values

@testable import Engine

@Suite("System fields of rows")
struct SystemFieldTests {
    @Test("However a row is changed, its date does not go back", arguments: Backend.available)
    func updatedAt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", hidden: "author", onDelete: "setNull")
            try await engine.on(
                "createTable",
                ["name": "T", "columns": [["key": "n", "type": "integer"], ["key": "s", "type": "text"]]]
            )
            let later: JSON = "2031-01-02T03:04:05.678+00:00"
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1, "s": "x", "$updatedAt": later]])
            try await engine.make("books", "b", ["title": "B", "$updatedAt": later])
            let queries: JSON = [query("equal", "$id", "a")]
            let add: JSON = ["method": "increment", "values": [1]]
            let calls: [(String, JSONObject)] = [
                ("updateRow", ["rowId": "a", "data": ["n": 2]]), ("updateRow", ["rowId": "a", "data": ["n": add]]),
                ("updateRow", ["rowId": "a", "permissions": []]), ("updateRow", ["rowId": "a", "data": ["s": nil]]),
                ("upsertRow", ["rowId": "a", "data": ["n": 2]]), ("incrementRowColumn", ["rowId": "a", "column": "n"]),
                ("updateRows", ["queries": queries, "data": ["n": 3]]),
                ("updateRows", ["queries": queries, "data": ["n": add]]),
                ("updateRows", ["queries": queries, "data": ["s": nil]]),
                ("upsertRows", ["rows": [["$id": "a", "n": 4]]]),
            ]
            for (method, arguments) in calls {
                let answer = try await engine.on(method, arguments)
                #expect((answer["rows"]?.array?.first ?? answer)["$updatedAt"] == later, "\(method)")
                #expect(try await engine.on("getRow", ["rowId": "a"])["$updatedAt"] == later, "\(method)")
            }
            for books in [["b"], []] as [JSON] {
                try await engine.call("tablesDB.upsertRow", engine.row("authors", "a", ["books": books]))
                #expect(try await engine.seen("books", "b", ["$updatedAt"]).contains(later.text))
            }
            try await engine.change("authors", "a", ["books": ["b"]])
            try await engine.remove("authors", "a")
            #expect(try await engine.seen("books", "b", ["$updatedAt"]).contains(later.text))

            // Only the key sets it back, by saying so.
            let earlier: JSON = "2020-01-02T03:04:05.678+00:00"
            let set: JSONObject = ["rowId": "a", "data": ["$updatedAt": earlier]]
            #expect(try await engine.on("updateRow", set)["$updatedAt"] == earlier)
            #expect(try await engine.on("getRow", ["rowId": "a"])["$updatedAt"] == earlier)
        }
    }

    @Test(arguments: Backend.available)
    func aRowMayBeWrittenBackAsItWasRead(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let row = try await engine.on("createRow", ["rowId": "r", "data": ["n": 1]])
            let again = try await engine.on("updateRow", ["rowId": "r", "data": row])
            #expect(again == row)
            let copy = try await engine.on(
                "createRow",
                [
                    "rowId": "copy",
                    "data": [
                        "$id": "no", "$sequence": "99", "$tableId": "no", "$databaseId": "no", "$collectionId": "no",
                        "$permissions": ["read(\"any\")"], "n": 2,
                    ],
                ]
            )
            #expect(copy["$id"] == "copy")
            #expect(copy["$tableId"] == "t")
            #expect(copy["$permissions"] == [])
            #expect(copy["$sequence"] != "99")
        }
    }

    @Test(arguments: Backend.available)
    func theKeySetsDatesAndOthersDoNot(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["write(\"any\")"])
            let dates: JSON = ["$createdAt": "2020-01-02T03:04:05+01:00", "$updatedAt": "2021-01-01", "n": 1]
            let old = try await engine.on("createRow", ["rowId": "r", "data": dates])
            #expect(old["$createdAt"] == "2020-01-02T02:04:05.000+00:00")
            #expect(old["$updatedAt"] == "2021-01-01T00:00:00.000+00:00")
            let touched = try await engine.on("updateRow", ["rowId": "r", "data": ["n": 2]])
            #expect(touched["$createdAt"] == "2020-01-02T02:04:05.000+00:00")
            #expect(touched["$updatedAt"] == "2026-11-22T08:00:00.000+00:00")
            let moved = try await engine.on("updateRow", ["rowId": "r", "data": ["$createdAt": "2019-01-01"]])
            #expect(moved["$createdAt"] == "2019-01-01T00:00:00.000+00:00")
            #expect(try await engine.on("getRow", ["rowId": "r"]) == moved)
            for actor in [Actor.guest, .user("u")] {
                let id: JSON = .string("of\(actor == .guest ? "guest" : "user")")
                let row = try await engine.on("createRow", ["rowId": id, "data": dates], as: actor)
                #expect(row["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
                #expect(row["$updatedAt"] == "2026-11-22T08:00:00.000+00:00")
            }
            let wrong = try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["$createdAt": "soon"]])
            #expect(wrong == Refusal("row_invalid_structure", 400, "data.$createdAt"))
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateNeverGoesBackInTime(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            engine.clock.advance(milliseconds: -5000)
            let row = try await engine.on("updateRow", ["rowId": "r", "data": ["n": 1]])
            #expect(row["$updatedAt"] == "2026-11-22T08:00:00.000+00:00")
        }
    }

    @Test(arguments: Backend.available)
    func sequencesRise(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            var ids: [String] = []
            for index in 0..<12 {
                ids.append("r\(11 - index)")
                try await engine.on("createRow", ["rowId": .string(ids[index]), "data": [:]])
            }
            #expect(try await engine.listed([]) == ids)
            #expect(try await engine.listed([query("orderAsc")]) == ids)
            #expect(try await engine.listed([query("orderDesc")]) == ids.reversed())
        }
    }
}
