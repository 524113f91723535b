import Testing
import Values

@testable import Engine

@Suite("Passwords that the project sets")
struct ProjectSetPasswordTests {
    @Test(arguments: Backend.available)
    func obeyThePolicies(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updatePasswordDictionaryPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordPersonalDataPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordHistoryPolicy", ["total": 1])
            try await engine.signUp("ann", name: "Annabel")
            let expected: [(String, String)] = [
                ("iloveyou", "general_argument_invalid"), ("we love annabel", "password_personal_data"),
            ]
            for (password, type) in expected {
                let new: JSONObject = ["userId": "bob", "name": "Annabel", "password": .string(password)]
                #expect(try await engine.refusal("users.create", new) == Refusal(type, 400, "password"))
                let changed: JSONObject = ["userId": "ann", "password": .string(password)]
                #expect(try await engine.refusal("users.updatePassword", changed) == Refusal(type, 400, "password"))
            }
            #expect(
                try await engine.refusal("users.updatePassword", ["userId": "ann", "password": "correct horse"])
                    == Refusal("password_recently_used", 400, "password")
            )
            try await engine.call("users.updatePassword", ["userId": "ann", "password": "battery staple"])
            _ = try await engine.signIn("ann", "battery staple")
        }
    }

    @Test(arguments: Backend.available)
    func endTheUsersSessionsWhereThePolicySaysSo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            try await engine.call("project.updateSessionInvalidationPolicy", ["enabled": false])
            try await engine.call("users.updatePassword", ["userId": "ann", "password": "battery staple"])
            #expect(try await engine.call("account.get", as: ann)["$id"] == "ann")
            try await engine.call("project.updateSessionInvalidationPolicy", ["enabled": true])
            try await engine.call("users.updatePassword", ["userId": "ann", "password": ""])
            #expect(try await engine.refusal("account.get", as: ann) == Refusal("user_unauthorized", 401, "as"))
        }
    }
}
