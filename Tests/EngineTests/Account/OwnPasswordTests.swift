import Testing
import Values

@testable import Engine

@Suite("The user's own password")
struct OwnPasswordTests {
    private func change(_ new: String, from old: String?) -> JSONObject {
        var arguments: JSONObject = ["password": .string(new)]
        if let old { arguments["oldPassword"] = .string(old) }
        return arguments
    }

    @Test(arguments: Backend.available)
    func isChangedByWhoeverKnowsIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let wrong = Refusal("user_invalid_credentials", 401, "oldPassword")
            for old in [nil, "", "wrong horse"] {
                let refusal = try await engine.refusal(
                    "account.updatePassword",
                    change("battery staple", from: old),
                    as: ann
                )
                #expect(refusal == wrong)
            }
            engine.clock.advance(milliseconds: 1000)
            let user = try await engine.call(
                "account.updatePassword",
                change("battery staple", from: "correct horse"),
                as: ann
            )
            #expect(user["passwordUpdate"]?.string?.hasPrefix("2026-11-22T08:00:01") == true)
            #expect(user["password"] == nil)
            #expect(try await engine.eventNames().last == "users.ann.update.password")
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann"))
                    == Refusal("user_invalid_credentials", 401)
            )
            _ = try await engine.signIn("ann", "battery staple")
        }
    }

    @Test(arguments: Backend.available)
    func endsTheOtherSessionsWhereThePolicySaysSo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let (here, there) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            try await engine.call("project.updateSessionInvalidationPolicy", ["enabled": false])
            try await engine.call("account.updatePassword", change("battery staple", from: "correct horse"), as: here)
            #expect(try await engine.call("account.listSessions", as: there)["total"] == 2)
            try await engine.call("project.updateSessionInvalidationPolicy", ["enabled": true])
            try await engine.call("account.updatePassword", change("correct horse", from: "battery staple"), as: here)
            #expect(try await engine.call("account.listSessions", as: here)["total"] == 1)
            guard case .session(_, let ended) = there else { return }
            #expect(
                try await engine.eventNames().suffix(2)
                    == ["users.ann.sessions.\(ended).delete", "users.ann.update.password"]
            )
            #expect(try await engine.refusal("account.get", as: there) == Refusal("user_unauthorized", 401, "as"))
        }
    }

    @Test(arguments: Backend.available)
    func isNotOneOfTheLastOnes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updatePasswordHistoryPolicy", ["total": 2])
            try await engine.signUp("ann", "password number 1")
            let ann = try await engine.signIn("ann", "password number 1")
            func change(_ old: Int, to new: Int) -> JSONObject {
                self.change("password number \(new)", from: "password number \(old)")
            }
            let recent = Refusal("password_recently_used", 400, "password")
            #expect(try await engine.refusal("account.updatePassword", change(1, to: 1), as: ann) == recent)
            try await engine.call("account.updatePassword", change(1, to: 2), as: ann)
            #expect(try await engine.refusal("account.updatePassword", change(2, to: 1), as: ann) == recent)
            try await engine.call("account.updatePassword", change(2, to: 3), as: ann)
            #expect(try await engine.refusal("account.updatePassword", change(3, to: 2), as: ann) == recent)
            // Two back is enough.
            try await engine.call("account.updatePassword", change(3, to: 1), as: ann)
        }
    }

    @Test(arguments: Backend.available)
    func obeysThePolicies(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann", name: "Annabel")
            let ann = try await engine.signIn("ann")
            try await engine.call("project.updatePasswordDictionaryPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordPersonalDataPolicy", ["enabled": true])
            try await engine.call("project.updatePasswordStrengthPolicy", ["min": 10])
            let expected: [(String, String)] = [
                ("iloveyou", "general_argument_invalid"), ("1q2w3e4r5t", "general_argument_invalid"),
                ("we love annabel", "password_personal_data"), ("too short", "general_argument_invalid"),
            ]
            for (password, type) in expected {
                let arguments = change(password, from: "correct horse")
                let refusal = try await engine.refusal("account.updatePassword", arguments, as: ann)
                #expect(refusal == Refusal(type, 400, "password"))
            }
        }
    }
}
