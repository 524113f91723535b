import Storage
import Testing
import Values

@testable import Engine

@Suite("Second factors of users")
struct UserFactorTests {
    @Test(arguments: Backend.available)
    func factorsAreWhatTheUserCanShow(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann", email: "ann@example.org", phone: "+14155550123")
            func factors() async throws -> [String] {
                let answer = try await engine.call("users.listMFAFactors", ["userId": "ann"])
                #expect(answer.object?.keys == ["totp", "phone", "email", "recoveryCode", "custom"])
                return answer.object!.members.filter { $0.value == true }.map(\.key)
            }
            #expect(try await factors() == [])
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            #expect(try await factors() == ["email"])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": true])
            try await engine.call("users.createMFARecoveryCodes", ["userId": "ann"])
            #expect(try await factors() == ["phone", "email", "recoveryCode"])
            let authenticator: JSONObject = ["user": "ann", "type": "totp", "verified": false]
            try await engine.add("a", authenticator, to: IdentityTables.authenticators)
            #expect(try await factors() == ["phone", "email", "recoveryCode"])
            try await engine.call("users.deleteMFAAuthenticator", ["userId": "ann", "type": "totp"])
            #expect(try await engine.events().last?.name == "users.ann.delete.mfa")
            try await engine.add(
                "b",
                ["user": "ann", "type": "totp", "verified": true],
                to: IdentityTables.authenticators
            )
            #expect(try await factors() == ["totp", "phone", "email", "recoveryCode"])
            try await engine.call("users.deleteMFAAuthenticator", ["userId": "ann", "type": "totp"])
            #expect(try await factors() == ["phone", "email", "recoveryCode"])
            #expect(
                try await engine.refusal("users.deleteMFAAuthenticator", ["userId": "ann", "type": "totp"])
                    == Refusal("user_authenticator_not_found", 404, "type")
            )
        }
    }

    @Test(arguments: Backend.available)
    func itIsSwitchedOnAndOff(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            #expect(try await engine.call("users.updateMFA", ["userId": "ann", "mfa": true])["mfa"] == true)
            #expect(try await engine.events().last?.name == "users.ann.update.mfa")
            // The deprecated spelling is the same operation.
            #expect(try await engine.call("users.updateMfa", ["userId": "ann", "mfa": false])["mfa"] == false)
            #expect(try await engine.call("users.get", ["userId": "ann"])["mfa"] == false)
        }
    }

    @Test(arguments: Backend.available)
    func recoveryCodesAreMadeShownReplacedAndSealed(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann")
            let missing = Refusal("user_recovery_codes_not_found", 404)
            #expect(try await engine.refusal("users.getMFARecoveryCodes", ["userId": "ann"]) == missing)
            #expect(try await engine.refusal("users.updateMFARecoveryCodes", ["userId": "ann"]) == missing)
            let made = try await engine.call("users.createMFARecoveryCodes", ["userId": "ann"])
            let codes = try #require(made["recoveryCodes"]?.strings)
            #expect(codes.count == 6)
            #expect(Set(codes).count == 6)
            #expect(codes.allSatisfy { $0.count == 10 })
            let event = try #require(try await engine.events().last)
            #expect(event.event == "users.[userId].create.mfa.recovery-codes")
            #expect(try JSON(parsing: event.payload) == ["recoveryCodes": []])
            #expect(try await engine.call("users.getMFARecoveryCodes", ["userId": "ann"]) == made)
            #expect(
                try await engine.refusal("users.createMFARecoveryCodes", ["userId": "ann"])
                    == Refusal("user_recovery_codes_already_exists", 409)
            )
            let other = try await engine.call("users.updateMFARecoveryCodes", ["userId": "ann"])
            let new = try #require(other["recoveryCodes"]?.strings)
            #expect(Set(new).isDisjoint(with: codes))
            #expect(try await engine.call("users.getMFARecoveryCodes", ["userId": "ann"]) == other)
            for code in codes + new {
                #expect(try await !backend.holds(code, engine.folder))
            }
        }
    }

    @Test(arguments: Backend.available)
    func aChallengeShowsTheCodeThatTheProjectHandsOver(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann")
            try await engine.makeUser("bob")
            let challenge: JSONObject = [
                "user": "ann", "type": "custom", "code": .string(Secret.digest("123456")), "clear": "123456",
                "expire": .string(engine.clock.wallClock.now.adding(seconds: 60).text),
            ]
            let folder = engine.folder
            try await engine.engine.pipeline.store.write { session in
                let now = Timestamp(milliseconds: 1_795_334_400_000)
                let values = Record.values(IdentityTables.challenges, challenge)
                let row = NewRow(id: "c", createdAt: now, updatedAt: now, values: values)
                _ = try session.insert(row, into: IdentityTables.challenges)
            }
            let arguments: JSONObject = ["userId": "ann", "challengeId": "c"]
            #expect(
                try await engine.call("users.getMFAChallenge", arguments) == [
                    "$id": "c", "$createdAt": "2026-11-22T08:00:00.000+00:00", "userId": "ann",
                    "expire": "2026-11-22T08:01:00.000+00:00", "code": "123456",
                ]
            )
            #expect(try await !backend.holds("123456", folder))
            let refusal = Refusal("user_invalid_token", 401, "challengeId")
            #expect(
                try await engine.refusal("users.getMFAChallenge", ["userId": "bob", "challengeId": "c"]) == refusal
            )
            engine.clock.advance(milliseconds: 60_000)
            #expect(try await engine.refusal("users.getMFAChallenge", arguments) == refusal)
        }
    }
}
