import Testing
import Values

@testable import Engine

@Suite("Forgotten passwords")
struct RecoveryTests {
    /// Asks for a link.
    private func ask(_ engine: TestEngine) async throws -> JSON {
        try await engine.call(
            "account.createRecovery",
            ["email": "ANN@example.org", "url": "http://localhost/reset"],
            as: .guest
        )
    }

    private func change(_ secret: String, _ password: String = "battery staple") -> JSONObject {
        ["userId": "ann", "secret": .string(secret), "password": .string(password)]
    }

    @Test(arguments: Backend.available)
    func areReplacedByWhoReadsTheMail(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let old = try await engine.signIn("ann")
            let token = try await ask(engine)
            let id = token["$id"]?.string ?? ""
            #expect(token["secret"] == "")
            #expect(token["expire"] == "2026-11-22T09:00:00.000+00:00")
            #expect(try await engine.eventNames().last == "users.ann.recovery.\(id).create")
            let secret = try await engine.newestSecret()
            #expect(secret.count == 256)
            #expect(try await engine.newestMessage()["purpose"] == "recovery")
            let done = try await engine.call("account.updateRecovery", change(secret), as: .guest)
            #expect(done["$id"] == .string(id))
            #expect(done["secret"] == "")
            #expect(try await engine.eventNames().last == "users.ann.recovery.\(id).update")
            #expect(try await !engine.eventsTell(secret))
            #expect(try await !backend.holds(secret, engine.folder))
            #expect(try await engine.refusal("account.get", as: old) == Refusal("user_unauthorized", 401, "as"))
            let login = TestEngine.login("ann")
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", login, as: .guest)
                    == Refusal("user_invalid_credentials", 401)
            )
            let new = try await engine.signIn("ann", "battery staple")
            #expect(try await engine.call("account.get", as: new)["emailVerification"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func needASecretThatIsGood(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let invalid = Refusal("user_invalid_token", 401, "secret")
            #expect(try await engine.refusal("account.updateRecovery", change("nonsense"), as: .guest) == invalid)
            _ = try await ask(engine)
            let first = try await engine.newestSecret()
            _ = try await ask(engine)
            let second = try await engine.newestSecret()
            try await engine.call("account.updateRecovery", change(second), as: .guest)
            // One password for all links that were sent.
            #expect(try await engine.refusal("account.updateRecovery", change(first), as: .guest) == invalid)
            _ = try await ask(engine)
            let third = try await engine.newestSecret()
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "new@example.org"])
            #expect(try await engine.refusal("account.updateRecovery", change(third), as: .guest) == invalid)
            try await engine.call("users.updateEmail", ["userId": "ann", "email": "ann@example.org"])
            engine.clock.advance(milliseconds: 3_600_000)
            #expect(try await engine.refusal("account.updateRecovery", change(third), as: .guest) == invalid)
        }
    }

    @Test(arguments: Backend.available)
    func areNotReplacedByWeakOnes(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            _ = try await ask(engine)
            let secret = try await engine.newestSecret()
            #expect(
                try await engine.refusal("account.updateRecovery", change(secret, "short"), as: .guest)
                    == Refusal("general_argument_invalid", 400, "password")
            )
            try await engine.call("account.updateRecovery", change(secret), as: .guest)
        }
    }

    @Test(arguments: Backend.available)
    func areReplacedWithinThePolicies(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.updatePasswordHistoryPolicy", ["total": 2])
            try await engine.call("project.updatePasswordDictionaryPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordPersonalDataPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordStrengthPolicy", ["min": 8, "number": true])
            try await engine.signUp("ann", "correct horse 1")
            _ = try await ask(engine)
            let secret = try await engine.newestSecret()
            let cases = [
                ("battery staple", "general_argument_invalid"), ("password1", "general_argument_invalid"),
                ("it is ann@example.org 1", "password_personal_data"), ("correct horse 1", "password_recently_used"),
            ]
            for (password, type) in cases {
                #expect(
                    try await engine.refusal("account.updateRecovery", change(secret, password), as: .guest)
                        == Refusal(type, 400, "password")
                )
            }
            try await engine.call("account.updateRecovery", change(secret, "correct horse 2"), as: .guest)
            let ann = try await engine.signIn("ann", "correct horse 2")
            let back: JSONObject = ["password": "correct horse 1", "oldPassword": "correct horse 2"]
            #expect(
                try await engine.refusal("account.updatePassword", back, as: ann)
                    == Refusal("password_recently_used", 400, "password")
            )
        }
    }

    @Test(arguments: Backend.available)
    func ofNobodyAndOfTheBlockedStayAsTheyAre(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let arguments: JSONObject = ["email": "ann@example.org", "url": "http://localhost/reset"]
            #expect(
                try await engine.refusal("account.createRecovery", arguments, as: .guest)
                    == Refusal("user_not_found", 404, "email")
            )
            try await engine.signUp("ann")
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(
                try await engine.refusal("account.createRecovery", arguments, as: .guest)
                    == Refusal("user_blocked", 403)
            )
            #expect(try await engine.call("outbox.list")["total"] == 0)
        }
    }
}
