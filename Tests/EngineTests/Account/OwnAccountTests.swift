import Testing
import Values

@testable import Engine

@Suite("The user's own account")
struct OwnAccountTests {
    @Test(arguments: Backend.available)
    func isReadAndChangedByItsUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann", name: "Ann")
            let ann = try await engine.signIn("ann")
            #expect(try await engine.call("account.get", as: ann)["name"] == "Ann")
            #expect(try await engine.call("account.updateName", ["name": "Ann Lee"], as: ann)["name"] == "Ann Lee")
            #expect(try await engine.call("account.updateName", ["name": ""], as: ann)["name"] == "")
            #expect(try await engine.call("account.getPrefs", as: ann) == [:])
            let prefs: JSON = ["theme": "dark", "sizes": [1, 2]]
            #expect(try await engine.call("account.updatePrefs", ["prefs": prefs], as: ann)["prefs"] == prefs)
            #expect(try await engine.call("account.getPrefs", as: ann) == prefs)
            let names = try await engine.eventNames().suffix(3)
            #expect(Array(names) == ["users.ann.update.name", "users.ann.update.name", "users.ann.update.prefs"])
            // Also as the owner lets a user act, without a session.
            #expect(try await engine.call("account.get", as: .user("ann"))["$id"] == "ann")
        }
    }

    @Test(arguments: Backend.available)
    func isDeletedByItsUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann", name: "Ann")
            let ann = try await engine.signIn("ann")
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: ann)
            try await engine.call("account.delete", as: ann)
            #expect(try await engine.eventNames().last == "users.ann.delete")
            #expect(try await engine.refusal("users.get", ["userId": "ann"]).type == "user_not_found")
            #expect(try await engine.call("teams.listMemberships", ["teamId": "red"])["total"] == 0)
            #expect(try await engine.refusal("account.get", as: ann).status == 404)
        }
    }

    @Test(arguments: Backend.available)
    func guestsAndKeysHaveNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let calls: [(String, JSONObject)] = [
                ("account.get", [:]), ("account.getPrefs", [:]), ("account.updateName", ["name": "x"]),
                ("account.updateEmail", TestEngine.login("ann")),
                ("account.updatePhone", ["phone": "+14155550123", "password": "correct horse"]),
                ("account.updatePassword", ["password": "correct horse"]), ("account.updatePrefs", ["prefs": [:]]),
                ("account.updateStatus", [:]), ("account.delete", [:]), ("account.createJWT", [:]),
                ("account.listSessions", [:]),
                ("account.getSession", ["sessionId": "current"]), ("account.updateSession", ["sessionId": "current"]),
                ("account.deleteSession", ["sessionId": "current"]), ("account.deleteSessions", [:]),
            ]
            for (operation, arguments) in calls {
                // A guest lacks the scope; the key has it, and is nobody.
                for (actor, argument) in [(Actor.guest, nil), (.key, "as")] {
                    let refusal = try await engine.refusal(operation, arguments, as: actor)
                    let expected = Refusal("general_unauthorized_scope", 401, argument)
                    #expect(refusal == expected, "\(operation) as \(actor)")
                }
            }
            #expect(try await engine.events().isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func preferencesHaveAMaximum(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let prefs: JSON = ["text": .string(String(repeating: "x", count: 65_536))]
            #expect(
                try await engine.refusal("account.updatePrefs", ["prefs": prefs], as: ann)
                    == Refusal("general_argument_invalid", 400, "prefs")
            )
        }
    }

    @Test(arguments: Backend.available)
    func addressesTakeThePassword(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.signUp("bob")
            let ann = try await engine.signIn("ann")
            let wrong = Refusal("user_invalid_credentials", 401, "password")
            #expect(
                try await engine.refusal("account.updateEmail", TestEngine.login("new", "wrong horse"), as: ann)
                    == wrong
            )
            #expect(
                try await engine.refusal(
                    "account.updatePhone",
                    ["phone": "+14155550123", "password": "wrong horse"],
                    as: ann
                ) == wrong
            )
            #expect(
                try await engine.refusal("account.updateEmail", TestEngine.login("bob"), as: ann)
                    == Refusal("user_email_already_exists", 409, "email")
            )
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            let user = try await engine.call("account.updateEmail", TestEngine.login("New"), as: ann)
            #expect(user["email"] == "new@example.org")
            #expect(user["emailVerification"] == false)
            #expect(user["targets"]?.each("identifier") == ["new@example.org"])
            let called = try await engine.call(
                "account.updatePhone",
                ["phone": "+14155550123", "password": "correct horse"],
                as: ann
            )
            #expect(called["phone"] == "+14155550123")
            #expect(
                Array(try await engine.eventNames().suffix(2)) == ["users.ann.update.email", "users.ann.update.phone"]
            )
            let bob = try await engine.signIn("bob")
            #expect(
                try await engine.refusal(
                    "account.updatePhone",
                    ["phone": "+14155550123", "password": "correct horse"],
                    as: bob
                ) == Refusal("user_phone_already_exists", 409, "phone")
            )
        }
    }

    @Test(arguments: Backend.available)
    func canBeClosedAtOnceEverywhere(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let (here, there) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            #expect(try await engine.call("account.updateStatus", as: here)["status"] == false)
            for actor in [here, there] {
                #expect(try await engine.refusal("account.get", as: actor) == Refusal("user_blocked", 403, "as"))
            }
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann"), as: .guest)
                    == Refusal("user_blocked", 403)
            )
            #expect(try await engine.eventNames().last == "users.ann.update.status")
        }
    }

    @Test(arguments: Backend.available)
    func givesTokensThatEndWithTheSession(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let jwt = try await engine.call("account.createJWT", ["duration": 60], as: ann)["jwt"]?.string ?? ""
            #expect(try await engine.engine.actor(of: .jwt(jwt)) == ann)
            #expect(
                try await engine.refusal("account.createJWT", as: .user("ann"))
                    == Refusal("user_session_not_found", 404, "as")
            )
            #expect(
                try await engine.refusal("account.createJWT", ["duration": 3601], as: ann)
                    == Refusal("general_argument_invalid", 400, "duration")
            )
            engine.clock.advance(milliseconds: 61_000)
            await #expect(throws: AppError.self) { try await engine.engine.actor(of: .jwt(jwt)) }
            try await engine.call("project.updateAuthMethod", ["methodId": "jwt", "enabled": false])
            #expect(
                try await engine.refusal("account.createJWT", as: ann) == Refusal("user_auth_method_unsupported", 501)
            )
        }
    }
}
