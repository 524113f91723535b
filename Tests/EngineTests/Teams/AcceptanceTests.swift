import Testing
import Values

@testable import Engine

@Suite("Accepted invitations")
struct AcceptanceTests {
    /// The team `red` of `ann`, and the invitation of an address to it.
    private func withInvitation(
        _ backend: Backend,
        to invited: JSONObject = ["email": "ben@example.org"],
        _ body: (TestEngine, _ letter: Letter, _ user: String) async throws -> Void
    ) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"], as: .user("ann"))
            var arguments: JSONObject = ["teamId": "red", "roles": [], "url": "http://localhost/join?from=mail"]
            arguments.members += invited.members
            let membership = try await engine.call("teams.createMembership", arguments, as: .user("ann"))
            let letter = try #require(try await engine.invitations().first)
            try await body(engine, letter, membership["userId"]?.string ?? "")
        }
    }

    private func sessions(_ user: String, _ engine: TestEngine) async throws -> [JSON] {
        try await engine.call("users.listSessions", ["userId": .string(user)])["sessions"]?.array ?? []
    }

    @Test(arguments: Backend.available)
    func signAGuestIn(_ backend: Backend) async throws {
        try await withInvitation(backend) { engine, letter, user in
            let joined = try await engine.call("teams.updateMembershipStatus", letter.acceptance, as: .guest)
            #expect(joined["secret"] == nil)
            // It is the user's own by now.
            #expect(joined["userId"] == .string(user))
            #expect(joined["userEmail"] == "ben@example.org")
            let session = try #require(try await sessions(user, engine).first)
            #expect(session["provider"] == "email")
            #expect(session["factors"] == ["email"])
            let id = session["$id"]?.string ?? ""
            let me = Actor.session(user: user, id: id)
            #expect(try await engine.call("teams.list", as: me)["teams"]?.each("$id") == ["red"])
            let membership = joined["$id"]?.string ?? ""
            let told = try JSON(parsing: try #require(try await engine.events().last).payload)
            #expect(told["userId"] == .string(user) && told["userEmail"] == "")
            #expect(
                try await engine.eventNames().suffix(2) == [
                    "users.\(user).sessions.\(id).create", "teams.red.memberships.\(membership).update.status",
                ]
            )
        }
    }

    @Test(arguments: Backend.available)
    func tellOnlyKeysTheSecretOfTheSession(_ backend: Backend) async throws {
        try await withInvitation(backend, to: ["phone": "+14155550123"]) { engine, letter, user in
            let joined = try await engine.call("teams.updateMembershipStatus", letter.acceptance)
            let secret = try #require(joined["secret"]?.string)
            let session = try #require(try await sessions(user, engine).first)
            #expect(session["provider"] == "phone")
            let actor = try await engine.engine.actor(of: .session(secret))
            #expect(actor == .session(user: user, id: session["$id"]?.string ?? ""))
            #expect(try await !engine.eventsTell(secret))
            #expect(try await !backend.holds(secret, engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func leaveWhoIsSignedInAsItIs(_ backend: Backend) async throws {
        try await withInvitation(backend) { engine, letter, user in
            let begun = try await engine.call("users.createSession", ["userId": .string(user)])
            let me = Actor.session(user: user, id: begun["$id"]?.string ?? "")
            try await engine.call("teams.updateMembershipStatus", letter.acceptance, as: me)
            #expect(try await sessions(user, engine).count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func signNobodyInByAnAddressThatIsNoLongerItsOwn(_ backend: Backend) async throws {
        try await withInvitation(backend) { engine, letter, user in
            try await engine.call("users.updateEmail", ["userId": .string(user), "email": "new@example.org"])
            try await engine.call("teams.updateMembershipStatus", letter.acceptance, as: .guest)
            #expect(try await sessions(user, engine) == [])
            #expect(try await engine.call("users.get", ["userId": .string(user)])["emailVerification"] == false)
        }
    }

    @Test(arguments: Backend.available)
    func areRefusedFromTheBlocked(_ backend: Backend) async throws {
        try await withInvitation(backend) { engine, letter, user in
            try await engine.call("users.updateStatus", ["userId": .string(user), "status": false])
            let refusal = try await engine.refusal("teams.updateMembershipStatus", letter.acceptance, as: .guest)
            #expect(refusal == Refusal("user_blocked", 403))
            #expect(try await engine.call("teams.get", ["teamId": "red"])["total"] == 1)
        }
    }
}
