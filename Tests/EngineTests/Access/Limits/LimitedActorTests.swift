import Testing
import Values

@testable import Engine

@Suite("Who is limited")
struct LimitedActorTests {
    /// The types of the errors with which somebody is refused that asks so often for a mail.
    private func tries(_ engine: TestEngine, _ credential: Credential?, _ count: Int = 11) async throws -> Set<String> {
        var types: Set<String> = []
        for _ in 0..<count {
            var invocation = Invocation("account.createEmailVerification", ["url": "http://localhost/"])
            invocation.credential = credential
            do throws(AppError) { _ = try await engine.engine.execute(invocation) } catch {
                types.insert(error.code.type)
            }
        }
        return types
    }

    @Test(arguments: Backend.available)
    func whoComesWithASecretOfItsOwn(_ backend: Backend) async throws {
        try await withSealedEngine(backend, limits: true) { engine, _, _ in
            try await engine.makeUser("ann", email: "ann@example.org")
            let session = try await engine.call("users.createSession", ["userId": "ann"])["secret"]?.string ?? ""
            #expect(try await tries(engine, .session(session)) == ["general_rate_limit_exceeded"])
            // The owner acts for her as often as it likes.
            #expect(try await tries(engine, .actor(.user("ann"))) == [])
            try await engine.makeUser("bob", email: "bob@example.org")
            let jwt = try await engine.call("users.createJWT", ["userId": "bob"])["jwt"]?.string ?? ""
            #expect(try await tries(engine, .jwt(jwt)) == ["general_rate_limit_exceeded"])
        }
    }

    @Test(arguments: Backend.available)
    func keysAreNot(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            try await engine.makeTable(permissions: [])
            let arguments: JSONObject = ["name": "k", "scopes": ["rows.write"], "keyId": "unique()"]
            let secret = try await engine.call("project.createKey", arguments)["secret"]?.string ?? ""
            for credential in [nil, Credential.key(secret)] {
                for number in 0..<130 {
                    var invocation = Invocation(
                        "tablesDB.upsertRow",
                        TestEngine.addressed(["rowId": "r", "data": [:]])
                    )
                    invocation.credential = credential
                    let response = try await engine.engine.execute(invocation)
                    #expect(response.limit == nil, "\(number)")
                }
            }
            #expect(try await engine.ids(in: IdentityTables.limits) == [])
        }
    }

    @Test(arguments: Backend.available)
    func aProcessThatActsAsAUserIs(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { owner, key, _ in
            try await owner.makeUser("ann", email: "ann@example.org")
            let process = TestEngine(
                backend,
                owner.folder,
                access: Access(actor: .user("ann")),
                clock: owner.clock,
                key: .named(key),
                limits: true
            )
            #expect(try await tries(process, nil, 10) == [])
            #expect(try await tries(process, nil, 1) == ["general_rate_limit_exceeded"])
            #expect(try await tries(process, .actor(.user("ann")), 1) == ["general_rate_limit_exceeded"])
            await process.engine.close()
        }
    }
}
