import Testing
import Values

@testable import Engine

@Suite("Sign-in")
struct SignInTests {
    @Test(arguments: Backend.available)
    func beginsASession(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let session = try await engine.call(
                "account.createEmailPasswordSession",
                ["email": "ANN@example.org", "password": "correct horse"],
                as: .guest
            )
            let id = session["$id"]?.string ?? ""
            #expect(session["userId"] == "ann")
            #expect(session["provider"] == "email")
            #expect(session["factors"] == ["password"])
            #expect(session["expire"] == "2027-11-22T08:00:00.000+00:00")
            #expect(session["secret"] == "")
            #expect(try await engine.eventNames().last == "users.ann.sessions.\(id).create")
            let mine = Actor.session(user: "ann", id: id)
            #expect(try await engine.call("account.get", as: mine)["$id"] == "ann")
            #expect(try await engine.call("account.getSession", ["sessionId": "current"], as: mine)["current"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func onlyAKeySeesTheSecretAndNobodyElseEverDoes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let session = try await engine.call("account.createEmailPasswordSession", TestEngine.login("ann"))
            let secret = session["secret"]?.string ?? ""
            let token = try #require(SessionToken(secret))
            #expect(token.user == "ann")
            #expect(token.secret.count == 256)
            #expect(
                try await engine.engine.actor(of: .session(secret))
                    == .session(user: "ann", id: session["$id"]!.string!)
            )
            for event in try await engine.events() {
                let text = String(decoding: event.encoded, as: UTF8.self)
                #expect(!text.contains(token.secret) && !text.contains(secret))
            }
            #expect(try await !backend.holds(token.secret, engine.folder))
            #expect(try await engine.call("users.listSessions", ["userId": "ann"])["sessions"]?.each("secret") == [""])
        }
    }

    @Test(arguments: Backend.available)
    func nothingTellsAWrongPasswordFromAnUnknownUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            try await engine.call("users.create", ["userId": "bob", "email": "bob@example.org"])
            for login in [TestEngine.login("ann", "wrong horse"), TestEngine.login("bob"), TestEngine.login("zoe")] {
                let error = try await engine.error("account.createEmailPasswordSession", login, as: .guest)
                #expect(Refusal(error) == Refusal("user_invalid_credentials", 401))
                #expect(error.message == "E-mail address and password don't go together.")
            }
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            // Who does not know the password does not learn of it.
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann", "wrong horse"))
                    == Refusal("user_invalid_credentials", 401)
            )
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann"))
                    == Refusal("user_blocked", 403)
            )
        }
    }

    @Test(arguments: Backend.available)
    func nobodySignsInTwice(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let already = Refusal("user_session_already_exists", 401, "as")
            #expect(
                try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann"), as: ann)
                    == already
            )
            #expect(try await engine.refusal("account.createAnonymousSession", as: ann) == already)
        }
    }

    @Test(arguments: Backend.available)
    func aHashOfAnotherSystemIsReplacedAtTheFirstSignIn(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let old = "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq"
            let made = try await engine.call(
                "users.createBcryptUser",
                ["userId": "ann", "email": "ann@example.org", "password": .string(old)]
            )
            engine.clock.advance(milliseconds: 60_000)
            _ = try await engine.refusal("account.createEmailPasswordSession", TestEngine.login("ann", "wrong horse"))
            #expect(try await engine.call("users.get", ["userId": "ann"])["password"] == .string(old))
            _ = try await engine.signIn("ann", "rasmuslerdorf")
            let user = try await engine.call("users.get", ["userId": "ann"])
            #expect(user["hash"] == "argon2")
            // It is still the same password.
            #expect(user["passwordUpdate"] == made["passwordUpdate"])
            _ = try await engine.signIn("ann", "rasmuslerdorf")
            #expect(try await engine.call("users.get", ["userId": "ann"])["password"] == user["password"])
        }
    }

    @Test(arguments: Backend.available)
    func withoutAnAccountMakesAnAnonymousUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let session = try await engine.call("account.createAnonymousSession", as: .guest)
            let (user, id) = (session["userId"]!.string!, session["$id"]!.string!)
            #expect(session["provider"] == "anonymous")
            #expect(session["factors"] == ["anonymous"])
            #expect(session["secret"] == "")
            #expect(
                try await engine.eventNames() == ["users.\(user).create", "users.\(user).sessions.\(id).create"]
            )
            let made = try JSON(parsing: try await engine.events()[0].payload)
            #expect(made["$id"] == .string(user) && made["hash"] == nil)
            let me = Actor.session(user: user, id: id)
            #expect(try await engine.call("account.get", as: me)["email"] == "")
            // With an address and a password it becomes an account to come back to.
            let kept = try await engine.call("account.updateEmail", TestEngine.login("ann"), as: me)
            #expect(kept["$id"] == .string(user))
            #expect(kept["email"] == "ann@example.org")
            let again = try await engine.call("account.createEmailPasswordSession", TestEngine.login("ann"))
            #expect(again["userId"] == .string(user))
        }
    }

    @Test(arguments: Backend.available)
    func worksInsideABatchAndInADryRun(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let steps = [
                TestEngine.step("up", "account.create", TestEngine.login("ann").with("userId", "ann"), as: .guest),
                TestEngine.step("in", "account.createEmailPasswordSession", TestEngine.login("ann"), as: .guest),
            ]
            _ = try await engine.batch(steps) { $0.isDryRun = true }
            #expect(try await engine.call("users.list")["total"] == 0)
            let answer = try await engine.batch(steps)
            #expect(answer["results"]?["in"]?["userId"] == "ann")
        }
    }
}
