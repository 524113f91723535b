import Storage
import Testing
import Values

@testable import Engine

@Suite("Second factors that a project allows")
struct FactorPolicyTests {
    private static let off = Refusal("user_auth_method_unsupported", 501)
    private static let needed = Refusal("user_more_factors_required", 401, "as")

    /// `ann`, who asks for a second factor and has an authenticator app and two verified addresses.
    private func withAnn(_ backend: Backend, _ body: (TestEngine, JSON?) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            try await engine.call("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+14155550123"])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": true])
            let secret = try await engine.useAuthenticator(as: try await engine.signIn("ann"))
            try await engine.call("users.updateMFA", ["userId": "ann", "mfa": true])
            engine.clock.advance(milliseconds: 60_000)
            try await body(engine, secret)
        }
    }

    @Test(arguments: Backend.available, ["totp", "email", "phone"])
    func oneThatIsOffIsNeitherListedNorTaken(_ backend: Backend, _ factor: String) async throws {
        try await withAnn(backend) { engine, _ in
            let ann = try await engine.signIn("ann")
            let challenge = try await engine.call("account.createMFAChallenge", ["factor": .string(factor)], as: ann)
            try await engine.call("project.updateMFAFactorsPolicy", [factor: false])
            for list in [
                try await engine.call("account.listMFAFactors", as: ann),
                try await engine.call("users.listMFAFactors", ["userId": "ann"]),
            ] {
                let open = ["totp", "phone", "email"].filter { $0 != factor }
                #expect(list[factor] == false && open.allSatisfy { list[$0] == true })
            }
            let again = try await engine.refusal("account.createMFAChallenge", ["factor": .string(factor)], as: ann)
            #expect(again == Self.off)
            let code = factor == "totp" ? "000000" : try await engine.newestSecret()
            let answer: JSONObject = ["challengeId": challenge["$id"] ?? "", "otp": .string(code)]
            #expect(
                try await engine.refusal("account.updateMFAChallenge", answer, as: ann)
                    == Refusal("user_invalid_token", 401, "otp")
            )
            #expect(try await engine.refusal("account.get", as: ann) == Self.needed)
        }
    }

    @Test(arguments: Backend.available)
    func withoutAnyNothingIsAskedFor(_ backend: Backend) async throws {
        try await withAnn(backend) { engine, _ in
            let ann = try await engine.signIn("ann")
            #expect(try await engine.refusal("account.get", as: ann) == Self.needed)
            try await engine.call("project.updateMFAFactorsPolicy", ["totp": false, "email": false, "phone": false])
            try await engine.call("account.get", as: ann)
            try await engine.call("users.deleteMFAAuthenticator", ["userId": "ann", "type": "totp"])
            let refusal = try await engine.refusal("account.createMFAAuthenticator", ["type": "totp"], as: ann)
            #expect(refusal == Self.off)
            try await engine.call("project.updateMFAFactorsPolicy", ["phone": true])
            let error = try await engine.error("account.get", as: ann)
            #expect(Refusal(error) == Self.needed)
            #expect(error.hint?.contains("\"phone\"") == true)
        }
    }

    @Test(arguments: Backend.available)
    func recoveryCodesAlwaysCount(_ backend: Backend) async throws {
        try await withAnn(backend) { engine, secret in
            let ann = try await engine.signIn("ann")
            try await engine.pass("totp", TestEngine.code(secret, at: engine.clock), as: ann)
            let codes = try await engine.call("account.createMFARecoveryCodes", as: ann)["recoveryCodes"]?.strings ?? []
            try await engine.call("project.updateMFAFactorsPolicy", ["totp": false])
            let other = try await engine.signIn("ann")
            #expect(try await engine.call("account.listMFAFactors", as: other)["recoveryCode"] == true)
            try await engine.pass("recoveryCode", codes.first ?? "", as: other)
            try await engine.call("account.get", as: other)
        }
    }

    @Test(arguments: Backend.available)
    func theProjectHandsOverCodesOfItsOwn(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let first = try await engine.signIn("ann")
            let custom: JSONObject = ["factor": "custom"]
            #expect(try await engine.refusal("account.createMFAChallenge", custom, as: first) == Self.off)
            #expect(try await engine.call("account.listMFAFactors", as: first)["custom"] == false)
            try await engine.call("project.updateMFAFactorsPolicy", ["custom": true])
            #expect(try await engine.call("account.listMFAFactors", as: first)["custom"] == true)
            try await engine.call("account.updateMFA", ["mfa": true], as: first)
            // The session in which it is switched on goes on, others show a code first.
            try await engine.call("account.get", as: first)
            let ann = try await engine.signIn("ann")
            #expect(try await engine.refusal("account.get", as: ann) == Self.needed)
            let challenge = try await engine.call("account.createMFAChallenge", custom, as: ann)
            #expect(challenge["code"] == nil)
            #expect(try await engine.call("outbox.list")["total"] == 0)
            let known = try await engine.call(
                "users.getMFAChallenge",
                ["userId": "ann", "challengeId": challenge["$id"] ?? ""]
            )
            let code = try #require(known["code"]?.string)
            #expect(code.count == 6)
            #expect(try await !engine.eventsTell(code))
            let kept = try await engine.store.read { session in
                try session.rows(RowQuery(limit: 9), in: IdentityTables.challenges).map { row in
                    Record(row, IdentityTables.challenges).string("clear")
                }
            }
            #expect(kept.map { $0.isEmpty || $0.contains(code) } == [false])
            let session = try await engine.call(
                "account.updateMFAChallenge",
                ["challengeId": challenge["$id"] ?? "", "otp": .string(code)],
                as: ann
            )
            #expect(session["factors"] == ["password", "custom"])
            try await engine.call("account.get", as: ann)
        }
    }
}
