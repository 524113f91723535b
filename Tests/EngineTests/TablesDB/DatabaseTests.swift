import Testing
import Values

@testable import Engine

@Suite("Databases")
struct DatabaseTests {
    @Test(arguments: Backend.available)
    func aNewDatabaseIsAnsweredInFull(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let expected: JSON = [
                "$id": "shop", "name": "Shop", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "enabled": true, "type": "tablesdb", "status": "ready",
            ]
            let created = try await engine.call("tablesDB.create", ["databaseId": "shop", "name": "Shop"])
            #expect(created == expected)
            #expect(try await engine.call("tablesDB.get", ["databaseId": "shop"]) == expected)
        }
    }

    @Test(arguments: Backend.available)
    func uniqueMakesAnId(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let first = try await engine.call("tablesDB.create", ["databaseId": "unique()", "name": "A"])
            let second = try await engine.call("tablesDB.create", ["databaseId": "unique()", "name": "A"])
            let id = try #require(first["$id"]?.string)
            #expect(id.count == 20)
            #expect(id.allSatisfy { $0.isHexDigit })
            #expect(second["$id"]?.string != id)
        }
    }

    @Test(arguments: Backend.available)
    func anIdIsTakenOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "a", "name": "A"])
            let refusal = try await engine.refusal("tablesDB.create", ["databaseId": "a", "name": "B"])
            #expect(refusal == Refusal("database_already_exists", 409, "databaseId"))
            try await engine.call("tablesDB.create", ["databaseId": "A", "name": "Ids tell case apart"])
            #expect(try await engine.call("tablesDB.get", ["databaseId": "a"])["name"] == "A")
        }
    }

    @Test(
        arguments: Backend.available,
        ["", "_a", ".a", "-a", "$a", "a b", "a/b", "ä", String(repeating: "a", count: 37)]
    )
    func aBadIdIsRefused(_ backend: Backend, _ id: String) async throws {
        try await withEngine(backend) { engine in
            let refusal = try await engine.refusal("tablesDB.create", ["databaseId": .string(id), "name": "A"])
            #expect(refusal == Refusal("general_argument_invalid", 400, "databaseId"))
        }
    }

    @Test(arguments: Backend.available)
    func aNameHasUpTo128Characters(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let longest = String(repeating: "ü", count: 128)
            try await engine.call("tablesDB.create", ["databaseId": "a", "name": .string(longest)])
            for name in ["", longest + "x"] {
                let refusal = try await engine.refusal(
                    "tablesDB.create",
                    ["databaseId": "b", "name": .string(name)]
                )
                #expect(refusal == Refusal("general_argument_invalid", 400, "name"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateChangesWhatItNames(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "a", "name": "A"])
            engine.clock.advance(milliseconds: 1500)
            let updated = try await engine.call("tablesDB.update", ["databaseId": "a", "name": "B", "enabled": false])
            #expect(updated["name"] == "B")
            #expect(updated["enabled"] == false)
            #expect(updated["$createdAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(updated["$updatedAt"] == "2026-11-22T08:00:01.500+00:00")
            #expect(try await engine.call("tablesDB.get", ["databaseId": "a"]) == updated)
            #expect(try await engine.call("tablesDB.update", ["databaseId": "a"])["name"] == "B")
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNotThereIsNotFound(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let expected = Refusal("database_not_found", 404, "databaseId")
            for operation in ["get", "update", "delete", "listTables"] {
                let refusal = try await engine.refusal("tablesDB." + operation, ["databaseId": "a"])
                #expect(refusal == expected)
            }
        }
    }

    @Test(arguments: Backend.available)
    func deletingTakesTheTablesAlong(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "a", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "r", "data": ["a": 1]])
            #expect(try await engine.call("tablesDB.delete", ["databaseId": "d"]) == [:])
            #expect(try await engine.refusalOn("listRows") == Refusal("database_not_found", 404, "databaseId"))
            try await engine.makeTable([["key": "b", "type": "boolean"]])
            #expect(try await engine.on("listRows") == ["total": 0, "rows": []])
            #expect(try await engine.on("getTable")["columns"]?.each("key") == ["b"])
        }
    }

    @Test(arguments: Backend.available)
    func aDisabledDatabaseIsGoneForGuestsAndUsersOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "a", "type": "integer"]], permissions: ["read(\"any\")"])
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            try await engine.call("tablesDB.update", ["databaseId": "d", "enabled": false])
            let expected = Refusal("database_not_found", 404, "databaseId")
            for actor in [Actor.guest, .user("u")] {
                #expect(try await engine.refusalOn("getRow", ["rowId": "r"], as: actor) == expected)
                #expect(try await engine.refusalOn("listRows", as: actor) == expected)
            }
            #expect(try await engine.on("getRow", ["rowId": "r"])["$id"] == "r")
            try await engine.call("tablesDB.update", ["databaseId": "d", "enabled": true])
            #expect(try await engine.on("getRow", ["rowId": "r"], as: .guest)["$id"] == "r")
        }
    }
}
