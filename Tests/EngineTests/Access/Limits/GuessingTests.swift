import Testing
import Values

@testable import Engine

@Suite("Guessing codes")
struct GuessingTests {
    private let invalid = "user_invalid_token"
    private let absent = "user_not_found"

    @Test(arguments: Backend.available)
    func endsAfterTenTriesByAnyWay(_ backend: Backend) async throws {
        try await withSealedEngine(backend, limits: true) { engine, _, _ in
            try await engine.signUp("ann")
            let token: JSONObject = ["userId": "unique()", "email": "ann@example.org"]
            try await engine.call("account.createEmailToken", token, as: .guest)
            let code = try await engine.newestSecret()
            let wrong: JSONObject = ["userId": "ann", "secret": code == "000000" ? "000001" : "000000"]
            let right: JSONObject = ["userId": "ann", "secret": .string(code)]
            for (operation, count) in [("account.createSession", 4), ("account.updatePhoneSession", 6)] {
                let types = try await engine.outcomes(count, operation, wrong)
                #expect(types == TestEngine.refused(count, with: invalid, limited: 0), "\(operation)")
            }
            for operation in ["createSession", "updatePhoneSession", "updateMagicURLSession"] {
                for arguments in [wrong, right] {
                    let outcome = try await engine.outcome("account." + operation, arguments)
                    #expect(outcome == "general_rate_limit_exceeded", "\(operation)")
                }
            }
            engine.clock.advance(milliseconds: 360_000)
            #expect(try await engine.outcome("account.createSession", right) == "none")
            // Now all tries are there again.
            #expect(
                try await engine.outcomes(11, "account.createSession", wrong)
                    == TestEngine.refused(10, with: invalid, limited: 1)
            )
        }
    }

    @Test(
        arguments: Backend.available,
        ["account.updateRecovery", "account.updateEmailVerification", "account.updatePhoneVerification"]
    )
    func endsForLinksAndNumbersToo(_ backend: Backend, _ operation: String) async throws {
        try await withEngine(backend, limits: true) { engine in
            var arguments: JSONObject = ["userId": "ann", "secret": "000000"]
            if operation == "account.updateRecovery" { arguments["password"] = "battery staple" }
            try await engine.makeUser("ann")
            #expect(
                try await engine.outcomes(11, operation, arguments)
                    == TestEngine.refused(10, with: invalid, limited: 1)
            )
            // The same where there is no such user.
            arguments["userId"] = "nobody"
            #expect(
                try await engine.outcomes(11, operation, arguments)
                    == TestEngine.refused(
                        10,
                        with: absent,
                        limited: 1
                    )
            )
        }
    }

    @Test(arguments: Backend.available)
    func endsForSecondFactors(_ backend: Backend) async throws {
        try await withSealedEngine(backend, limits: true) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let secret = try await engine.useAuthenticator(as: ann)
            func challenge() async throws -> JSON {
                try await engine.call("account.createMFAChallenge", ["factor": "totp"], as: ann)["$id"] ?? ""
            }
            let right = TestEngine.code(secret, at: engine.clock)
            let wrong: JSON = .string(right == "000000" ? "000001" : "000000")
            let first = try await challenge()
            #expect(
                try await engine.outcomes(
                    11,
                    "account.updateMFAChallenge",
                    ["challengeId": first, "otp": wrong],
                    as: ann
                ) == TestEngine.refused(10, with: invalid, limited: 1)
            )
            #expect(
                try await engine.outcome(
                    "account.updateMFAChallenge",
                    ["challengeId": first, "otp": .string(right)],
                    as: ann
                ) == "general_rate_limit_exceeded"
            )
            // There are no more challenges than tries at each.
            for _ in 0..<9 { _ = try await challenge() }
            #expect(
                try await engine.outcome("account.createMFAChallenge", ["factor": "totp"], as: ann)
                    == "general_rate_limit_exceeded"
            )
        }
    }
}
