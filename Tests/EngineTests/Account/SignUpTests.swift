import Testing
import Values

@testable import Engine

@Suite("Sign-up")
struct SignUpTests {
    @Test(arguments: Backend.available)
    func aGuestBecomesAUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let user = try await engine.call(
                "account.create",
                ["userId": "ann", "email": "Ann@Example.org", "password": "correct horse", "name": "Ann"],
                as: .guest
            )
            #expect(user["$id"] == "ann")
            #expect(user["email"] == "ann@example.org")
            #expect(user["name"] == "Ann")
            #expect(user["status"] == true)
            #expect(user["emailVerification"] == false)
            #expect(user["passwordUpdate"]?.string?.hasPrefix("2026-11-22T08:00:00") == true)
            #expect(user["targets"]?.each("identifier") == ["ann@example.org"])
            #expect(user["password"] == nil)
            #expect(user["hash"] == nil)
            #expect(try await engine.eventNames() == ["users.ann.create"])
            let known = try await engine.call("users.get", ["userId": "ann"])
            #expect(known["hash"] == "argon2")
            #expect(known["hashOptions"] == ["type": "argon2", "memoryCost": 19456, "timeCost": 2, "threads": 1])
        }
    }

    @Test(arguments: Backend.available)
    func neitherPasswordNorHashIsInAnEventAndNoPasswordInTheStore(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann", "correct horse battery")
            let hash = try await engine.call("users.get", ["userId": "ann"])["password"]?.string ?? ""
            #expect(hash.hasPrefix("$argon2id$"))
            for event in try await engine.events() {
                let text = String(decoding: event.encoded, as: UTF8.self)
                #expect(!text.contains("correct horse") && !text.contains("argon2"))
            }
            #expect(try await !backend.holds("correct horse battery", engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func whatIsTakenIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            func refusal(_ id: String, _ email: String) async throws -> Refusal {
                try await engine.refusal(
                    "account.create",
                    ["userId": .string(id), "email": .string(email), "password": "correct horse"],
                    as: .guest
                )
            }
            #expect(try await refusal("ann", "bob@example.org") == Refusal("user_already_exists", 409, "userId"))
            #expect(try await refusal("bob", "ANN@example.org") == Refusal("user_already_exists", 409, "email"))
        }
    }

    @Test(arguments: Backend.available)
    func badArgumentsAreRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let good: JSONObject = ["userId": "ann", "email": "ann@example.org", "password": "correct horse"]
            for (name, value) in [("userId", "a b"), ("email", "ann"), ("password", "short")] {
                var arguments = good
                arguments[name] = .string(value)
                let refusal = try await engine.refusal("account.create", arguments, as: .guest)
                #expect(refusal == Refusal("general_argument_invalid", 400, name))
            }
        }
    }

    @Test(arguments: Backend.available)
    func aFullProjectTakesNobodyElse(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updateUserLimitPolicy", ["total": 1])
            try await engine.signUp("ann")
            let more = TestEngine.login("bob").with("userId", "bob")
            #expect(
                try await engine.refusal("account.create", more, as: .guest) == Refusal("user_count_exceeded", 400)
            )
            #expect(
                try await engine.refusal("account.createAnonymousSession", as: .guest)
                    == Refusal("user_count_exceeded", 400)
            )
        }
    }

    @Test(arguments: Backend.available)
    func theOwnerSwitchesItOff(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.call("project.updateAuthMethod", ["methodId": "email-password", "enabled": false])
            let unsupported = Refusal("user_auth_method_unsupported", 501)
            let more = TestEngine.login("bob").with("userId", "bob")
            #expect(try await engine.refusal("account.create", more, as: .guest) == unsupported)
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann"), as: .guest)
                    == unsupported
            )
            try await engine.call("project.updateAuthMethod", ["methodId": "anonymous", "enabled": false])
            #expect(try await engine.refusal("account.createAnonymousSession", as: .guest) == unsupported)
        }
    }

    @Test(arguments: Backend.available)
    func thePoliciesForPasswordsHold(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updatePasswordDictionaryPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordPersonalDataPolicy", ["enabled": true])
            func refusal(_ password: String) async throws -> Refusal {
                let arguments = TestEngine.login("ann", password).with("userId", "ann")
                return try await engine.refusal("account.create", arguments, as: .guest)
            }
            #expect(try await refusal("iloveyou") == Refusal("general_argument_invalid", 400, "password"))
            #expect(try await refusal("ann@example.org!") == Refusal("password_personal_data", 400, "password"))
            try await engine.signUp("ann")
        }
    }
}

extension JSONObject {
    /// With another member.
    func with(_ key: String, _ value: JSON) -> JSONObject {
        var copy = self
        copy[key] = value
        return copy
    }
}
