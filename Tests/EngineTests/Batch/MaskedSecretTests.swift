import Testing
import Values

@testable import Engine

@Suite("Secrets in rehearsals")
struct MaskedSecretTests {
    private static let masked: JSON = "***"

    private func withAnn(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func areMaskedWhereAnAnswerWouldShowThem(_ backend: Backend) async throws {
        try await withAnn(backend) { engine in
            try await engine.call("users.createSession", ["userId": "ann"])
            let ann: JSONObject = ["userId": "ann"]
            let cases: [(operation: String, arguments: JSONObject, actor: Actor, places: [String])] = [
                ("users.createSession", ann, .key, ["/secret"]),
                ("account.createEmailPasswordSession", TestEngine.login("ann"), .key, ["/secret"]),
                ("account.createAnonymousSession", [:], .key, ["/secret"]),
                ("users.createToken", ann, .key, ["/secret"]),
                ("users.createJWT", ann, .key, ["/jwt"]),
                ("users.get", ann, .key, ["/password"]),
                ("users.list", [:], .key, ["/users/0/password"]),
                ("users.createMFARecoveryCodes", ann, .key, ["/recoveryCodes/0", "/recoveryCodes/5"]),
                (
                    "account.createRecovery", ["email": "ann@example.org", "url": "http://localhost/a"], .key,
                    ["/secret"]
                ),
                ("account.createMFAAuthenticator", ["type": "totp"], .user("ann"), ["/secret", "/uri"]),
                ("project.createKey", ["keyId": "k", "name": "K", "scopes": ["rows.read"]], .key, ["/secret"]),
                ("project.createEphemeralKey", ["scopes": ["rows.read"], "duration": 60], .key, ["/secret"]),
                ("project.createMockPhone", ["number": "+15550100", "otp": "123456"], .key, ["/otp"]),
            ]
            for (operation, arguments, actor, places) in cases {
                var request = ExecutionRequest(Invocation(operation, arguments, as: actor))
                request.isDryRun = true
                let outcome = try await engine.engine.answer(request)
                let result = try JSON(parsing: outcome.encoded)["result"]
                for place in places {
                    let shown = try result?[JSONPointer(parsing: place)]
                    #expect(shown == Self.masked, "\(operation)\(place)")
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func areThereForLaterStepsAndMaskedInTheirAnswers(_ backend: Backend) async throws {
        try await withAnn(backend) { engine in
            try await engine.makeTable([["key": "note", "type": "text"]])
            let answer = try await engine.batch([
                TestEngine.step("token", "users.createToken", ["userId": "ann", "length": 32]),
                TestEngine.step(
                    "row",
                    "tablesDB.createRow",
                    ["databaseId": "d", "tableId": "t", "rowId": "r", "data": ["note": "$ref:token#/secret"]]
                ),
                TestEngine.step(
                    "named",
                    "tablesDB.createRow",
                    ["databaseId": "d", "tableId": "t", "rowId": "$ref:token#/secret", "data": [:]]
                ),
                TestEngine.step(
                    "session",
                    "account.createSession",
                    ["userId": "ann", "secret": "$ref:token#/secret"]
                ),
                TestEngine.step(
                    "mail",
                    "account.createRecovery",
                    ["email": "ann@example.org", "url": "http://localhost"]
                ),
                TestEngine.step("outbox", "outbox.list"),
            ]) { $0.isDryRun = true }
            let results = answer["results"]
            #expect(results?["token"]?["secret"] == Self.masked)
            #expect(results?["row"]?["note"] == Self.masked)
            #expect(results?["named"]?["$id"] == Self.masked)
            #expect(results?["session"]?["secret"] == Self.masked)
            #expect(results?["session"]?["userId"] == "ann")
            let mail = results?["outbox"]?["messages"]?.array?.first
            #expect(mail?["body"] == Self.masked)
            #expect(mail?["details"] == ["userId": "ann", "secret": Self.masked, "url": Self.masked])
            #expect(answer["events"]?.strings?.contains("databases.d.tables.t.rows.***.create") == true)
        }
    }

    @Test(arguments: Backend.available)
    func areMaskedInErrors(_ backend: Backend) async throws {
        try await withAnn(backend) { engine in
            try await engine.makeTable()
            let steps = [
                TestEngine.step("token", "users.createToken", ["userId": "ann", "length": 32]),
                TestEngine.step(
                    "row",
                    "tablesDB.getRow",
                    ["databaseId": "d", "tableId": "t", "rowId": "$ref:token#/secret"]
                ),
            ]
            var request = ExecutionRequest(steps: steps)
            request.isDryRun = true
            let error = await #expect(throws: AppError.self) { try await engine.engine.answer(request) }
            #expect(error?.code == .rowNotFound)
            #expect(error?.step == "row")
            #expect(error?.message.contains("***") == true)
        }
    }

    @Test(arguments: Backend.available)
    func areInNoPreviewOfWhatIsDestroyed(_ backend: Backend) async throws {
        try await withAnn(backend) { engine in
            let steps = [
                TestEngine.step("token", "users.createToken", ["userId": "ann"]),
                TestEngine.step("gone", "users.delete", ["userId": "ann"]),
            ]
            let asked = try await engine.batch(steps) { $0.confirmation = .needed(token: nil) }
            #expect(asked.object?.keys == ["confirm"])
            #expect(asked["confirm"]?.object?.keys == ["token", "expiresIn", "would"])
            let token = asked["confirm"]?["token"]?.string
            let done = try await engine.batch(steps) { $0.confirmation = .needed(token: token) }
            // For real the secret is the answer.
            #expect(done["results"]?["token"]?["secret"]?.string?.count == 6)
        }
    }

    @Test(arguments: Backend.available)
    func thatCannotBeSelectedAroundTheMask(_ backend: Backend) async throws {
        try await withAnn(backend) { engine in
            let answer = try await engine.answer("users.createJWT", ["userId": "ann"]) {
                $0.isDryRun = true
                $0.selection = Selection([try! JSONPointer(parsing: "/jwt")])
            }
            #expect(answer["result"] == ["jwt": Self.masked])
        }
    }
}
