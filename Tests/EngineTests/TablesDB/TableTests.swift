import Testing
import Values

@testable import Engine

@Suite("Tables")
struct TableTests {
    @Test(arguments: Backend.available)
    func aNewTableIsAnsweredInFull(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let made = try await engine.makeTable()
            let expected: JSON = [
                "$id": "t", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "$permissions": [], "databaseId": "d", "name": "T",
                "enabled": true, "rowSecurity": false, "columns": [], "indexes": [], "bytesMax": 0, "bytesUsed": 0,
            ]
            #expect(made == expected)
            #expect(try await engine.on("getTable") == expected)
        }
    }

    @Test(arguments: Backend.available)
    func anIdIsTakenOncePerDatabase(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let refusal = try await engine.refusalOn("createTable", ["name": "Again"])
            #expect(refusal == Refusal("table_already_exists", 409, "tableId"))
            try await engine.call("tablesDB.create", ["databaseId": "e", "name": "E"])
            try await engine.on("createTable", ["databaseId": "e", "name": "Same id elsewhere"])
            let made = try await engine.on("createTable", ["tableId": "unique()", "name": "Made"])
            #expect(made["$id"]?.string?.count == 20)
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 2)
        }
    }

    @Test(arguments: Backend.available)
    func writeStandsForWhatItMeansAndRepetitionsVanish(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let table = try await engine.makeTable(
                permissions: ["read(\"any\")", "write(\"user:u\")", "create(\"user:u\")", "read(\"any\")"]
            )
            #expect(
                table["$permissions"] == [
                    "read(\"any\")", "create(\"user:u\")", "update(\"user:u\")", "delete(\"user:u\")",
                ]
            )
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateWithoutPermissionsKeepsThem(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"any\")"], rowSecurity: true)
            engine.clock.advance(milliseconds: 10)
            let renamed = try await engine.on("updateTable", ["name": "New"])
            #expect(renamed["name"] == "New")
            #expect(renamed["$permissions"] == ["read(\"any\")"])
            #expect(renamed["$updatedAt"] == "2026-11-22T08:00:00.010+00:00")
            let null = try await engine.on("updateTable", ["permissions": nil, "rowSecurity": true, "enabled": false])
            #expect(null["$permissions"] == ["read(\"any\")"])
            #expect(null["rowSecurity"] == true)
            #expect(null["enabled"] == false)
            #expect(null["name"] == "New")
            #expect(try await engine.on("updateTable", ["permissions": []])["$permissions"] == [])
        }
    }

    @Test(arguments: Backend.available)
    func aDisabledTableIsGoneForGuestsAndUsersOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"any\")", "create(\"any\")"])
            #expect(try await engine.on("listRows", as: .guest)["total"] == 0)
            try await engine.on("updateTable", ["enabled": false])
            for actor in [Actor.guest, .user("u")] {
                let expected = Refusal("table_not_found", 404, "tableId")
                #expect(try await engine.refusalOn("listRows", as: actor) == expected)
                #expect(try await engine.refusalOn("createRow", ["rowId": "r", "data": [:]], as: actor) == expected)
            }
            #expect(try await engine.on("createRow", ["rowId": "r", "data": [:]])["$id"] == "r")
        }
    }

    @Test(arguments: Backend.available)
    func aTableMadeAgainSharesNothingWithTheOldOne(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for round in 0..<3 {
                let type: JSON = ["integer", "text", "boolean"][round]
                let value: JSON = [1, "one", true][round]
                if round == 0 {
                    try await engine.makeTable([["key": "a", "type": type]], permissions: ["read(\"any\")"])
                } else {
                    try await engine.on("createTable", ["name": "T", "columns": [["key": "a", "type": type]]])
                }
                try await engine.on("createIndex", ["key": "i", "type": "unique", "columns": ["a"]])
                let row = try await engine.on(
                    "createRow",
                    ["rowId": "r", "data": ["a": value], "permissions": ["read(\"any\")"]]
                )
                #expect(row["a"] == value)
                #expect(try await engine.on("listRows")["total"] == 1)
                #expect(try await engine.on("deleteTable") == [:])
                #expect(try await engine.refusalOn("getTable") == Refusal("table_not_found", 404, "tableId"))
                #expect(try await engine.refusalOn("listRows") == Refusal("table_not_found", 404, "tableId"))
            }
            let last = try await engine.on("createTable", ["name": "T"])
            #expect(last["columns"] == [])
            #expect(last["indexes"] == [])
            #expect(last["$permissions"] == [])
            #expect(try await engine.on("listRows") == ["total": 0, "rows": []])
        }
    }

    @Test(arguments: Backend.available)
    func theDatabaseIsLookedForFirst(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for (method, arguments) in [
                ("getTable", [:]), ("createTable", ["name": "T"]), ("listRows", [:]), ("listColumns", [:]),
                ("describeTable", [:]),
            ] as [(String, JSONObject)] {
                let refusal = try await engine.refusalOn(method, arguments)
                #expect(refusal == Refusal("database_not_found", 404, "databaseId"), "\(method)")
            }
        }
    }
}
