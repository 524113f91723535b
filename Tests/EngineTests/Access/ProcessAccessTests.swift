import Catalog
import Testing
import Values

@testable import Engine

@Suite("What a process may do")
struct ProcessAccessTests {
    @Test(arguments: Backend.available)
    func onlyTheKeyRunsWhatIsForKeys(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"any\")", "write(\"any\")"])
            for operation in Catalog.embedded.operations where !operation.auth.contains("Session") {
                // Impersonators may ask for it, and whether somebody is one is found out after the arguments were read.
                let arguments: JSONObject = operation.id == "users.get" ? ["userId": "v"] : [:]
                for actor in [Actor.guest, .user("u")] {
                    let refusal = try await engine.refusal(operation.id, arguments, as: actor)
                    #expect(refusal == Refusal("general_unauthorized_scope", 401), "\(operation.id)")
                }
            }
            #expect(try await engine.on("listRows", as: .guest)["total"] == 0)
        }
    }

    @Test(arguments: Backend.available, [Actor.guest, .user("u")])
    func aProcessThatIsNotTheKeyActsAsItselfOnly(_ backend: Backend, _ own: Actor) async throws {
        try await withTable(backend, access: Access(actor: own)) { engine in
            try await engine.makeUser(of: own)
            let answer = try await engine.on("listRows")
            #expect(answer["total"] == 0)
            #expect(try await engine.on("listRows", as: own)["total"] == 0)
            for other in [Actor.key, .guest, .user("u"), .user("v")] where other != own {
                #expect(try await engine.refusalOn("listRows", as: other) == Refusal("user_unauthorized", 401, "as"))
            }
            let refusal = try await engine.refusal("tablesDB.list")
            #expect(refusal == Refusal("general_unauthorized_scope", 401))
        }
    }

    @Test(arguments: Backend.available)
    func aReadOnlyProcessChangesNothing(_ backend: Backend) async throws {
        try await withTable(backend, access: Access(isReadOnly: true)) { engine in
            for operation in Catalog.embedded.operations where operation.effect != .read {
                let refusal = try await engine.refusal(operation.id)
                #expect(refusal == Refusal("read_only", 403), "\(operation.id)")
            }
            #expect(try await engine.on("listRows")["total"] == 0)
            #expect(try await engine.call("project.describe")["readOnly"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func scopesAreNeededOneOfThem(_ backend: Backend) async throws {
        try await withTable(backend, access: Access(scopes: ["rows.read", "columns.write"])) { engine in
            let rows = try await engine.on("listRows", as: .guest)
            #expect(rows["total"] == 0)
            #expect(try await engine.on("createTextColumn", ["key": "c", "required": false])["key"] == "c")
            let expected = Refusal("general_unauthorized_scope", 401)
            #expect(try await engine.refusalOn("createRow", ["rowId": "r", "data": [:]]) == expected)
            #expect(try await engine.refusalOn("getTable") == expected)
            #expect(try await engine.refusal("tablesDB.list") == expected)
            #expect(try await engine.call("project.describe")["scopes"] == ["columns.write", "rows.read"])
        }
    }

    @Test(
        arguments: [
            ("key", "key"), ("guest", "guest"), ("user:u", "user:u"), ("user:a.b-c", "user:a.b-c"), ("user:", nil),
            ("user", nil), ("", nil), ("admin", nil), ("user:$x", nil), ("Guest", nil),
        ] as [(String, String?)]
    )
    func anActorIsNamedExactly(_ text: String, _ expected: String?) {
        if let expected {
            #expect((try? Actor(parsing: text))?.description == expected)
        } else {
            #expect(throws: AppError.self) { try Actor(parsing: text) }
        }
    }

    /// An engine with other rights over a folder in which the table `t` exists.
    private func withTable(
        _ backend: Backend,
        access: Access,
        _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withEngine(backend) { owner in
            try await owner.makeTable(permissions: ["read(\"any\")"])
            let engine = TestEngine(backend, owner.folder, access: access)
            try await body(engine)
            await engine.engine.close()
        }
    }
}
