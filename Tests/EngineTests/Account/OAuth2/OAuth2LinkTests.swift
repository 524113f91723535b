import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Whose account a provider opens", .timeLimit(.minutes(2)))
struct OAuth2LinkTests {
    private static let taken = Refusal("user_already_exists", 409, "provider")

    private func verify(_ engine: TestEngine, _ user: String) async throws {
        try await engine.call("users.updateEmailVerification", ["userId": .string(user), "emailVerification": true])
    }

    @Test(arguments: Backend.available)
    func itIsThatOfTheUserWhoIsSignedIn(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            try await engine.signUp("bob")
            let bob = try await engine.signIn("bob")
            let back = try await engine.visit(provider, as: bob)
            // Whoever else comes back with it gets nothing, and uses nothing up.
            try await engine.signUp("eve")
            let eve = try await engine.signIn("eve")
            for other in [Actor.guest, eve] {
                #expect(
                    try await engine.refusal(TestEngine.finish, back, as: other)
                        == Refusal("user_unauthorized", 401, "as")
                )
            }
            #expect(try await engine.call(TestEngine.finish, back, as: bob)["userId"] == "bob")
            #expect(try await engine.call("account.listIdentities", as: bob)["total"] == 1)
            // The address stays as it was, and the next one signs bob in.
            #expect(try await engine.call("account.get", as: bob)["email"] == "bob@example.org")
            #expect(try await engine.call("account.get", as: bob)["name"] == "Ann")
            #expect(try await engine.enter(provider)["userId"] == "bob")
        }
    }

    @Test(arguments: Backend.available)
    func nobodyEndsWhileSignedInWhatAGuestHasBegun(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            try await engine.signUp("bob")
            let bob = try await engine.signIn("bob")
            let back = try await engine.visit(provider)
            #expect(
                try await engine.refusal(TestEngine.finish, back, as: bob)
                    == Refusal("user_session_already_exists", 401, "as")
            )
        }
    }

    @Test(arguments: Backend.available)
    func itBelongsToOneUser(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            try await engine.enter(provider)
            try await engine.signUp("bob")
            let bob = try await engine.signIn("bob")
            let back = try await engine.visit(provider, as: bob)
            #expect(try await engine.refusal(TestEngine.finish, back, as: bob) == Self.taken)
            // Nor does another account with the address of another user.
            provider.change { $0.user["sub"] = "u-2" }
            let other = try await engine.visit(provider, as: bob)
            #expect(try await engine.refusal(TestEngine.finish, other, as: bob) == Self.taken)
        }
    }

    @Test(arguments: Backend.available)
    func anAddressOpensItOnlyWhereBothSidesHaveVerifiedIt(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            try await engine.signUp("ann")
            func refusal() async throws -> Refusal {
                let back = try await engine.visit(provider)
                return try await engine.refusal(TestEngine.finish, back, as: .guest)
            }
            // Anybody may have signed up here with ann's address.
            #expect(try await refusal() == Self.taken)
            try await verify(engine, "ann")
            for value in [false, nil, "no"] as [JSON] {
                provider.change { $0.user["email_verified"] = value }
                #expect(try await refusal() == Self.taken)
            }
            #expect(try await engine.call("users.listIdentities")["total"] == 0)
            provider.change { $0.user["email_verified"] = true }
            #expect(try await engine.enter(provider)["userId"] == "ann")
        }
    }

    @Test(arguments: Backend.available)
    func aNewUserHasAnAddressThatIsAsVerifiedAsTheProviderSays(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            provider.change { $0.user["email_verified"] = false }
            let user = try await engine.enter(provider)["userId"] ?? ""
            #expect(try await engine.call("users.get", ["userId": user])["emailVerification"] == false)
            provider.change { $0.user["email_verified"] = true }
            try await engine.enter(provider)
            #expect(try await engine.call("users.get", ["userId": user])["emailVerification"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func aUserNeedsNoAddress(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            provider.change { $0.user = ["sub": "u-3", "email": "no address", "email_verified": true] }
            let user = try await engine.enter(provider)["userId"] ?? ""
            let account = try await engine.call("users.get", ["userId": user])
            #expect(account["email"] == "")
            #expect(account["emailVerification"] == false)
            #expect(account["name"] == "")
        }
    }

    @Test(arguments: Backend.available)
    func anAnonymousUserBecomesOneToComeBackTo(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let session = try await engine.call("account.createAnonymousSession", as: .guest)
            let me = Actor.session(user: session["userId"]!.string!, id: session["$id"]!.string!)
            #expect(try await engine.enter(provider, as: me)["userId"] == session["userId"])
            let account = try await engine.call("account.get", as: me)
            #expect(account["email"] == "ann@example.org")
            #expect(account["emailVerification"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func theBlockedAndThoseWhoAreTooManyStayOutside(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let user = try await engine.enter(provider)["userId"] ?? ""
            try await engine.call("users.updateStatus", ["userId": user, "status": false])
            let back = try await engine.visit(provider)
            #expect(try await engine.refusal(TestEngine.finish, back, as: .guest) == Refusal("user_blocked", 403))
            try await engine.call("project.updateUserLimitPolicy", ["total": 1])
            provider.change { $0.user = ["sub": "u-4"] }
            let late = try await engine.visit(provider)
            #expect(
                try await engine.refusal(TestEngine.finish, late, as: .guest) == Refusal("user_count_exceeded", 400)
            )
        }
    }
}
