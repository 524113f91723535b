import Testing
import Values

@testable import Engine

@Suite("Ways to sign in that are off")
struct AuthMethodTests {
    private static let unsupported = Refusal("user_auth_method_unsupported", 501)

    /// Calls of guests that begin to sign in by a secret that is sent.
    private static let ways: [(String, String, JSONObject)] = [
        ("magic-url", "account.createMagicURLToken", ["userId": "ann", "email": "ann@example.org"]),
        ("email-otp", "account.createEmailToken", ["userId": "ann", "email": "ann@example.org"]),
        ("phone", "account.createPhoneToken", ["userId": "ann", "phone": "+14155550123"]),
    ]

    private func turn(_ method: String, _ isOn: Bool, _ engine: TestEngine) async throws {
        let change: JSONObject = ["methodId": .string(method), "enabled": .bool(isOn)]
        try await engine.call("project.updateAuthMethod", change)
    }

    @Test(arguments: Backend.available, ways)
    func neitherSendSecretsNorTakeThem(_ backend: Backend, _ way: (String, String, JSONObject)) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let (method, operation, arguments) = way
            try await engine.call(operation, arguments, as: .guest)
            let shown: JSONObject = ["userId": "ann", "secret": .string(try await engine.newestSecret())]
            try await turn(method, false, engine)
            #expect(try await engine.refusal(operation, arguments, as: .guest) == Self.unsupported)
            #expect(try await engine.refusal("account.createSession", shown, as: .guest) == Self.unsupported)
            // The others are as they were, and the project's key goes on.
            for (other, operation, arguments) in Self.ways where other != method {
                try await engine.call(operation, arguments.with("userId", "unique()"), as: .guest)
            }
            try await engine.call(operation, arguments)
            // The secret was not used up by having been refused.
            try await turn(method, true, engine)
            #expect(try await engine.call("account.createSession", shown, as: .guest)["userId"] == "ann")
        }
    }

    @Test(arguments: Backend.available)
    func makeNoTokensForServers(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            try await turn("jwt", false, engine)
            #expect(try await engine.refusal("account.createJWT", as: ann) == Self.unsupported)
            let made = try await engine.call("users.createJWT", ["userId": "ann"])["jwt"]?.string ?? ""
            #expect(!made.isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func inviteNobodyToTeams(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            let invitation: JSONObject = [
                "teamId": "red", "email": "ben@example.org", "roles": [], "url": "http://localhost/join?from=mail",
            ]
            try await engine.call("teams.createMembership", invitation, as: .user("ann"))
            let letter = try #require(try await engine.invitations().first)
            try await turn("invites", false, engine)
            let more = invitation.with("email", "cem@example.org")
            #expect(
                try await engine.refusal("teams.createMembership", more, as: .user("ann")) == Self.unsupported
            )
            #expect(
                try await engine.refusal("teams.updateMembershipStatus", letter.acceptance, as: .guest)
                    == Self.unsupported
            )
            // A key adds members without inviting them.
            #expect(try await engine.call("teams.createMembership", more)["confirm"] == true)
            try await turn("invites", true, engine)
            let accepted = try await engine.call("teams.updateMembershipStatus", letter.acceptance, as: .guest)
            #expect(accepted["confirm"] == true)
        }
    }
}
