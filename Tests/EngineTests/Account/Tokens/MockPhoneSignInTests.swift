import Testing
import Values

@testable import Engine

@Suite("Signing in with a phone number for tests")
struct MockPhoneSignInTests {
    private static let number: JSON = "+14155550123"

    private func withMock(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createMockPhone", ["number": Self.number, "otp": "424242"])
            try await body(engine)
            #expect(try await engine.call("outbox.list")["total"] == 0)
            #expect(try await !engine.eventsTell("424242"))
        }
    }

    @Test(arguments: Backend.available)
    func takesTheFixedCodeAndSendsNone(_ backend: Backend) async throws {
        try await withMock(backend) { engine in
            let phone: JSONObject = ["userId": "ann", "phone": Self.number]
            let token = try await engine.call("account.createPhoneToken", phone, as: .guest)
            #expect(token["secret"] == "")
            let wrong: JSONObject = ["userId": "ann", "secret": "424243"]
            #expect(
                try await engine.refusal("account.createSession", wrong, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            let shown: JSONObject = ["userId": "ann", "secret": "424242"]
            #expect(try await engine.call("account.createSession", shown, as: .guest)["provider"] == "phone")
            // It is good once for each token, as any other.
            #expect(
                try await engine.refusal("account.createSession", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
            #expect(try await engine.call("account.createPhoneToken", phone)["secret"] == "424242")
            try await engine.call("project.updateMockPhone", ["number": Self.number, "otp": "525252"])
            #expect(try await engine.call("account.createPhoneToken", phone)["secret"] == "525252")
        }
    }

    @Test(arguments: Backend.available)
    func verifiesTheNumberToo(_ backend: Backend) async throws {
        try await withMock(backend) { engine in
            try await engine.signUp("ann")
            try await engine.call("users.updatePhone", ["userId": "ann", "number": Self.number])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": false])
            let ann = try await engine.signIn("ann")
            try await engine.call("account.createPhoneVerification", as: ann)
            let shown: JSONObject = ["userId": "ann", "secret": "424242"]
            try await engine.call("account.updatePhoneVerification", shown, as: ann)
            #expect(try await engine.call("account.get", as: ann)["phoneVerification"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func isASecondFactorToo(_ backend: Backend) async throws {
        try await withMock(backend) { engine in
            try await engine.signUp("ann")
            try await engine.call("users.updatePhone", ["userId": "ann", "number": Self.number])
            try await engine.call("users.updatePhoneVerification", ["userId": "ann", "phoneVerification": true])
            let session = try await engine.pass("phone", "424242", as: try await engine.signIn("ann"))
            #expect(session["factors"] == ["password", "phone"])
        }
    }

    @Test(arguments: Backend.available)
    func changesNothingForOtherNumbers(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("project.createMockPhone", ["number": Self.number, "otp": "424242"])
            let other: JSONObject = ["userId": "ben", "phone": "+14155550124"]
            let token = try await engine.call("account.createPhoneToken", other)
            #expect(try await engine.newestMessage()["recipient"] == "+14155550124")
            #expect(token["secret"] == .string(try await engine.newestSecret()))
            try await engine.call("project.deleteMockPhone", ["number": Self.number])
            try await engine.call("account.createPhoneToken", ["userId": "ann", "phone": Self.number], as: .guest)
            #expect(try await engine.newestMessage()["recipient"] == Self.number)
        }
    }
}
