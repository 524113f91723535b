import Testing
import Values

@testable import Engine

@Suite("Second factors of sessions")
struct ChallengeTests {
    private let needed = Refusal("user_more_factors_required", 401, "as")

    @Test(arguments: Backend.available)
    func aNewSessionNeedsOneBeforeAnythingElse(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: ["read(\"users\")"])
            try await engine.signUp("ann")
            let first = try await engine.signIn("ann")
            let secret = try await engine.useAuthenticator(as: first)
            // Without the switch nothing is asked for.
            let plain = try await engine.signIn("ann")
            try await engine.call("account.get", as: plain)
            #expect(try await engine.call("account.updateMFA", ["mfa": true], as: first)["mfa"] == true)
            #expect(try await engine.eventNames().last == "users.ann.update.mfa")
            try await engine.call("account.get", as: first)
            #expect(try await engine.refusal("account.get", as: plain) == needed)
            let ann = try await engine.signIn("ann")
            #expect(try await engine.refusal("account.get", as: ann) == needed)
            #expect(try await engine.refusal("account.updateName", ["name": "A"], as: ann) == needed)
            #expect(try await engine.refusalOn("listRows", as: ann) == needed)
            #expect(try await engine.refusalOn("listRows", ["ttl": 60], as: ann) == needed)
            #expect(try await engine.call("account.listMFAFactors", as: ann)["totp"] == true)
            let session = try await engine.pass("totp", TestEngine.code(secret, at: engine.clock), as: ann)
            #expect(session["factors"] == ["password", "totp"])
            #expect(session["mfaUpdatedAt"] == "2026-11-22T08:00:00.000+00:00")
            #expect(session["current"] == true)
            #expect(try await engine.eventNames().last?.hasPrefix("users.ann.sessions.") == true)
            try await engine.call("account.get", as: ann)
            try await engine.on("listRows", as: ann)
            // A session that is to end needs nothing more.
            try await engine.call("account.deleteSession", ["sessionId": "current"], as: plain)
            // The project's owner acts for the user without it.
            try await engine.call("account.get", as: .user("ann"))
        }
    }

    @Test(arguments: Backend.available)
    func aCodeCountsOnceAndInItsOwnSession(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let (ann, other) = (try await engine.signIn("ann"), try await engine.signIn("ann"))
            let secret = try await engine.useAuthenticator(as: ann)
            let code = TestEngine.code(secret, at: engine.clock)
            try await engine.pass("totp", code, as: ann)
            let challenge = try await engine.call("account.createMFAChallenge", ["factor": "totp"], as: other)
            let id = challenge["$id"] ?? ""
            #expect(challenge["expire"] == "2026-11-22T09:00:00.000+00:00")
            #expect(
                try await engine.eventNames().last
                    == "users.ann.challenges.\(id.string ?? "").create"
            )
            let invalid = Refusal("user_invalid_token", 401, "otp")
            func answer(_ code: String, as actor: Actor) async throws -> Refusal {
                try await engine.refusal(
                    "account.updateMFAChallenge",
                    ["challengeId": id, "otp": .string(code)],
                    as: actor
                )
            }
            #expect(try await answer(code, as: other) == invalid)
            engine.clock.advance(milliseconds: 60_000)
            let next = TestEngine.code(secret, at: engine.clock)
            #expect(try await answer(next, as: ann) == invalid)
            #expect(
                try await answer(next, as: .user("ann")) == Refusal("user_session_not_found", 404, "as")
            )
            engine.clock.advance(milliseconds: 3_600_000)
            #expect(try await answer(TestEngine.code(secret, at: engine.clock), as: other) == invalid)
        }
    }

    @Test(arguments: Backend.available)
    func codesAreSentToVerifiedAddresses(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            func refusal(_ factor: String) async throws -> Refusal {
                try await engine.refusal("account.createMFAChallenge", ["factor": .string(factor)], as: ann)
            }
            #expect(try await refusal("email") == Refusal("user_email_not_verified", 400))
            #expect(try await refusal("phone") == Refusal("user_phone_not_found", 400))
            #expect(try await refusal("recoveryCode") == Refusal("user_recovery_codes_not_found", 404))
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+14155550123"])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": true])
            for (factor, recipient) in [("email", "ann@example.org"), ("phone", "+14155550123")] {
                let challenge = try await engine.call(
                    "account.createMfaChallenge",
                    ["factor": .string(factor)],
                    as: ann
                )
                let message = try await engine.newestMessage()
                #expect(message["purpose"] == "mfa-challenge")
                #expect(message["recipient"] == .string(recipient))
                let code = try await engine.newestSecret()
                #expect(code.count == 6)
                let session = try await engine.call(
                    "account.updateMFAChallenge",
                    ["challengeId": challenge["$id"] ?? "", "otp": .string(code)],
                    as: ann
                )
                #expect(session["factors"]?.strings?.contains(factor) == true)
            }
        }
    }

    @Test(arguments: Backend.available)
    func nobodyIsLockedOutForWantOfOne(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            try await engine.call("users.updateMFA", ["userId": "ann", "mfa": true])
            try await engine.call("account.get", as: try await engine.signIn("ann"))
            // Who has signed in by mail and has nothing but the mail can show nothing else.
            try await engine.call(
                "account.createEmailToken",
                ["userId": "ann", "email": "ann@example.org"],
                as: .guest
            )
            let shown: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            let session = try await engine.call("account.createSession", shown, as: .guest)
            try await engine.call("account.get", as: .session(user: "ann", id: session["$id"]?.string ?? ""))
            // The address is verified since, and a factor beside the password.
            let ann = try await engine.signIn("ann")
            #expect(try await engine.refusal("account.get", as: ann) == needed)
        }
    }
}
