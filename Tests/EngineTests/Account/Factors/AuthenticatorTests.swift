import Testing
import Values

@testable import Engine

@Suite("The user's own second factors")
struct AuthenticatorTests {
    private static let totp: JSONObject = ["type": "totp"]

    @Test(arguments: Backend.available)
    func anAppIsTakenOnWithItsFirstCode(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let first = try await engine.call("account.createMFAAuthenticator", Self.totp, as: ann)
            #expect(try await engine.eventNames().last == "users.ann.update.mfa")
            let second = try await engine.call("account.createMfaAuthenticator", Self.totp, as: ann)
            let secret = second["secret"]?.string ?? ""
            #expect(secret.count == 32)
            #expect(secret != first["secret"]?.string)
            #expect(
                second["uri"]?.string?.hasSuffix(":ann%40example.org?secret=\(secret)&issuer=default") == true
            )
            #expect(try await engine.call("account.listMFAFactors", as: ann)["totp"] == false)
            let old = TestEngine.code(first["secret"], at: engine.clock)
            let invalid = Refusal("user_invalid_token", 401, "otp")
            #expect(
                try await engine.refusal(
                    "account.updateMFAAuthenticator",
                    ["type": "totp", "otp": .string(old)],
                    as: ann
                )
                    == invalid
            )
            let code = TestEngine.code(second["secret"], at: engine.clock)
            let user = try await engine.call(
                "account.updateMFAAuthenticator",
                ["type": "totp", "otp": .string(code)],
                as: ann
            )
            #expect(user["$id"] == "ann")
            #expect(try await engine.call("account.listMFAFactors", as: ann)["totp"] == true)
            #expect(
                try await engine.refusal("account.createMFAAuthenticator", Self.totp, as: ann)
                    == Refusal("user_authenticator_already_verified", 409, "type")
            )
            #expect(try await !engine.eventsTell(secret))
            #expect(try await !backend.holds(secret, engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func recoveryCodesAreShownToWhoHasShownAFactor(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let made = try await engine.call("account.createMFARecoveryCodes", as: ann)
            let codes = made["recoveryCodes"]?.strings ?? []
            #expect(codes.count == 6)
            #expect(
                try await engine.refusal("account.createMFARecoveryCodes", as: ann)
                    == Refusal("user_recovery_codes_already_exists", 409)
            )
            let challenged = Refusal("user_challenge_required", 401, "as")
            let delicate = ["account.getMFARecoveryCodes", "account.updateMFARecoveryCodes"]
            for operation in delicate { #expect(try await engine.refusal(operation, as: ann) == challenged) }
            #expect(try await engine.refusal("account.deleteMFAAuthenticator", Self.totp, as: ann) == challenged)
            try await engine.pass("recoveryCode", codes[2], as: ann)
            let left = codes.filter { $0 != codes[2] }
            #expect(try await engine.call("account.getMFARecoveryCodes", as: ann)["recoveryCodes"] == JSON(left))
            let new = try await engine.call("account.updateMFARecoveryCodes", as: ann)["recoveryCodes"]?.strings ?? []
            #expect(Set(new).isDisjoint(with: codes))
            for code in codes + new { #expect(try await !engine.eventsTell(code)) }
            engine.clock.advance(milliseconds: 1_800_001)
            for operation in delicate { #expect(try await engine.refusal(operation, as: ann) == challenged) }
        }
    }

    @Test(arguments: Backend.available)
    func anAppIsRemovedAfterACodeOfIt(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let secret = try await engine.useAuthenticator(as: ann)
            try await engine.pass("totp", TestEngine.code(secret, at: engine.clock), as: ann)
            try await engine.call("account.deleteMFAAuthenticator", Self.totp, as: ann)
            #expect(try await engine.eventNames().last == "users.ann.delete.mfa")
            #expect(
                try await engine.refusal("account.deleteMFAAuthenticator", Self.totp, as: ann)
                    == Refusal("user_authenticator_not_found", 404, "type")
            )
            #expect(
                try await engine.refusal("account.createMFAChallenge", ["factor": "totp"], as: ann)
                    == Refusal("user_authenticator_not_found", 404)
            )
        }
    }
}

extension TestEngine {
    /// The code that an authenticator app shows now.
    static func code(_ secret: JSON?, at clock: ManualClock) -> String {
        let totp = TOTP(secret: Base32.decode(secret?.string ?? "") ?? [])
        return totp.code(at: TOTP.step(at: clock.wallClock.now))
    }

    /// Takes on an authenticator app and returns its secret.
    func useAuthenticator(as actor: Actor) async throws -> JSON? {
        let secret = try await call("account.createMFAAuthenticator", ["type": "totp"], as: actor)["secret"]
        try await call(
            "account.updateMFAAuthenticator",
            ["type": "totp", "otp": .string(Self.code(secret, at: clock))],
            as: actor
        )
        return secret
    }

    /// Shows a second factor.
    @discardableResult
    func pass(_ factor: String, _ code: String, as actor: Actor) async throws -> JSON {
        let challenge = try await call("account.createMFAChallenge", ["factor": .string(factor)], as: actor)
        return try await call(
            "account.updateMFAChallenge",
            ["challengeId": challenge["$id"] ?? "", "otp": .string(code)],
            as: actor
        )
    }
}
