import Testing
import Values

@testable import Engine

@Suite("Permissions that a caller sets")
struct GrantTests {
    @Test(arguments: Backend.available)
    func aUsersRowsAreItsOwnAndOthersHaveNone(_ backend: Backend) async throws {
        try await withOpenTable(backend) { engine in
            let own = try await engine.on("createRow", ["rowId": "u", "data": [:]], as: .user("u1"))
            #expect(own["$permissions"] == ["read(\"user:u1\")", "update(\"user:u1\")", "delete(\"user:u1\")"])
            #expect(try await engine.on("createRow", ["rowId": "g", "data": [:]], as: .guest)["$permissions"] == [])
            #expect(try await engine.on("createRow", ["rowId": "k", "data": [:]])["$permissions"] == [])
            let upserted = try await engine.on("upsertRow", ["rowId": "v", "data": [:]], as: .user("u2"))
            #expect(upserted["$permissions"] == ["read(\"user:u2\")", "update(\"user:u2\")", "delete(\"user:u2\")"])
            let none = try await engine.on(
                "createRow",
                ["rowId": "n", "data": [:], "permissions": []],
                as: .user("u1")
            )
            #expect(none["$permissions"] == [])
        }
    }

    @Test(arguments: Backend.available)
    func aCallerGrantsOnlyToRolesItHolds(_ backend: Backend) async throws {
        try await withOpenTable(backend) { engine in
            let allowed: [(Actor, [String])] = [
                (.guest, ["read(\"any\")", "update(\"guests\")"]),
                (.user("u"), ["read(\"users\")", "write(\"user:u\")", "delete(\"any\")"]),
                (
                    .key,
                    ["read(\"user:x\")", "update(\"team:t/owner\")", "delete(\"label:vip\")", "read(\"member:m\")"]
                ),
            ]
            for (index, (actor, permissions)) in allowed.enumerated() {
                let row = try await engine.on(
                    "createRow",
                    ["rowId": .string("r\(index)"), "data": [:], "permissions": JSON(permissions)],
                    as: actor
                )
                #expect(row["$permissions"]?.array?.isEmpty == false)
            }
            let refused: [(Actor, String)] = [
                (.guest, "read(\"users\")"), (.guest, "read(\"user:u\")"), (.user("u"), "update(\"guests\")"),
                (.user("u"), "read(\"user:v\")"), (.user("u"), "write(\"team:t\")"),
                (.user("u"), "read(\"user:u/verified\")"), (.user("u"), "read(\"label:vip\")"),
            ]
            try await engine.on("createRow", ["rowId": "old", "data": [:]])
            for (actor, permission) in refused {
                for method in ["createRow", "updateRow", "upsertRow"] {
                    let refusal = try await engine.refusalOn(
                        method,
                        [
                            "rowId": method == "createRow" ? "x" : "old", "data": [:],
                            "permissions": ["read(\"any\")", .string(permission)],
                        ],
                        as: actor
                    )
                    #expect(refusal == Refusal("user_unauthorized", 401, "permissions[1]"), "\(method) \(permission)")
                }
            }
            #expect(try await engine.on("getRow", ["rowId": "old"])["$permissions"] == [])
        }
    }

    @Test(arguments: Backend.available)
    func takenRightsAreGoneAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(rowSecurity: true)
            let open: JSON = ["read(\"any\")"]
            try await engine.on("createRow", ["rowId": "r", "data": [:], "permissions": open])
            #expect(try await engine.listed([], as: .guest) == ["r"])
            try await engine.on("updateRow", ["rowId": "r", "permissions": ["read(\"user:u\")"]])
            #expect(try await engine.listed([], as: .guest) == [])
            #expect(try await engine.listed([], as: .user("u")) == ["r"])
            try await engine.on("deleteRow", ["rowId": "r"])
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            #expect(try await engine.listed([], as: .user("u")) == [])
            try await engine.on("updateTable", ["permissions": ["read(\"users\")"]])
            #expect(try await engine.on("listRows", as: .user("u"))["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aCursorNamesOnlyWhatTheCallerSees(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(rowSecurity: true)
            for (id, role) in [("a", "any"), ("b", "user:u"), ("c", "any")] {
                try await engine.on(
                    "createRow",
                    ["rowId": .string(id), "data": [:], "permissions": ["read(\"\(role)\")"]]
                )
            }
            #expect(try await engine.listed([query("cursorAfter", nil, "a")], as: .guest) == ["c"])
            let hidden = try await engine.refusalOn(
                "listRows",
                ["queries": [query("cursorAfter", nil, "b")]],
                as: .guest
            )
            #expect(hidden == Refusal("general_cursor_not_found", 400, "queries"))
        }
    }

    private func withOpenTable(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"any\")", "write(\"any\")"])
            try await body(engine)
        }
    }
}
