import Testing
import Values

@testable import Engine

@Suite("Acting as another user")
struct ImpersonationTests {
    private static let account: JSONObject = ["userId": "ann", "email": "ann@example.org", "password": "correct horse"]

    /// `ann`, and `op`, who is an impersonator and has signed in.
    private func withPeople(
        _ backend: Backend,
        _ body: (_ engine: TestEngine, _ operator: Actor) async throws -> Void
    ) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.signUp("op")
            try await engine.signUp("ann", name: "Ann")
            try await engine.call("users.updatePhone", ["userId": "ann", "number": "+15550101"])
            try await engine.call("users.updateImpersonator", ["userId": "op", "impersonator": true])
            try await body(engine, try await engine.signIn("op"))
        }
    }

    @Test("a user is named by id, by e-mail address or by phone number", arguments: Backend.available)
    func namesAUser(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            for named in [UserReference.id("ann"), .email("Ann@example.org"), .phone("+15550101")] {
                let account = try await engine.call("account.get", by: me, as: named)
                #expect(account["$id"] == "ann", "\(named)")
                #expect(account["impersonatorUserId"] == "op")
            }
            #expect(try await engine.call("account.get", as: me)["impersonatorUserId"] == nil)
            #expect(try await engine.call("account.get", as: .user("ann"))["impersonatorUserId"] == nil)
        }
    }

    @Test("more than one user can't be named")
    func namesOne() throws {
        #expect(try UserReference(id: nil, email: nil, phone: nil) == nil)
        #expect(try UserReference(id: nil, email: nil, phone: "+1555") == .phone("+1555"))
        let error = #expect(throws: AppError.self) { try UserReference(id: "a", email: "a@example.org", phone: nil) }
        #expect(error?.code == .generalArgumentInvalid)
    }

    @Test("it has the rights of that user and no others", arguments: Backend.available)
    func hasTheRightsOfTheUser(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            try await engine.makeTable([["key": "title", "type": "text"]], permissions: [], rowSecurity: true)
            for user in ["ann", "op"] {
                let row: JSONObject = [
                    "rowId": .string(user), "data": [:], "permissions": ["read(\"user:\(user)\")"],
                ]
                try await engine.on("createRow", row)
            }
            let rows = TestEngine.addressed([:])
            let hers = try await engine.call("tablesDB.listRows", rows, by: me, as: .id("ann"))
            #expect(hers["rows"]?.each("$id") == ["ann"])
            #expect(try await engine.call("tablesDB.listRows", rows, as: me)["rows"]?.each("$id") == ["op"])
            // What impersonators may do besides belongs to none of those as whom they act.
            let users = await engine.refused("users.list", by: me, as: .id("ann"))
            #expect(users == Refusal("general_unauthorized_scope", 401))
        }
    }

    @Test(
        "whoever is no impersonator is refused, and nobody finds out with it who there is",
        arguments: Backend.available
    )
    func refusesOthers(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            let ann = try await engine.signIn("ann")
            let key = try await engine.call(
                "project.createKey",
                ["keyId": "k", "name": "K", "scopes": ["users.read", "users.write"]]
            )
            let apiKey = try await engine.engine.actor(of: .key(key["secret"]?.string ?? ""))
            for actor in [Actor.key, apiKey, ann, .user("ann")] {
                for named in [UserReference.id("op"), .id("nobody"), .email("op@example.org")] {
                    let refused = await engine.refused("account.get", by: actor, as: named)
                    #expect(refused == Refusal("user_unauthorized", 401), "\(actor) as \(named)")
                }
            }
            for named in [UserReference.id("nobody"), .email("nobody@example.org"), .phone("+15550199"), .phone("")] {
                let refused = await engine.refused("account.get", by: me, as: named)
                #expect(refused == Refusal("user_not_found", 404), "\(named)")
            }
        }
    }

    @Test("a guest who names a user is a guest, so that it can sign in", arguments: Backend.available)
    func guestsStayGuests(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, _ in
            let session = try await engine.call(
                "account.createEmailPasswordSession",
                TestEngine.login("op"),
                by: .guest,
                as: .id("ann")
            )
            #expect(session["userId"] == "op")
            let refused = await engine.refused("account.get", by: .guest, as: .id("ann"))
            #expect(refused == Refusal("general_unauthorized_scope", 401))
        }
    }

    @Test("what the impersonator loses counts from its commit on", arguments: Backend.available)
    func followsTheImpersonator(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            let session = try #require({ if case .session(_, let id) = me { id } else { nil } }())
            let both = Actor.impersonated(Impersonation(impersonator: "op", session: session, user: "ann"))
            func attempt() async throws -> Refusal? {
                do { _ = try await engine.call("account.get", as: both) } catch let error as AppError {
                    return Refusal(error)
                }
                return nil
            }
            #expect(try await attempt() == nil)
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(try await attempt() == Refusal("user_blocked", 403, "as"))
            try await engine.call("users.updateStatus", ["userId": "ann", "status": true])
            try await engine.call("users.updateImpersonator", ["userId": "op", "impersonator": false])
            #expect(try await attempt() == Refusal("user_unauthorized", 401))
            try await engine.call("users.updateImpersonator", ["userId": "op", "impersonator": true])
            try await engine.call("users.updateStatus", ["userId": "op", "status": false])
            #expect(try await attempt() == Refusal("user_blocked", 403, "as"))
            try await engine.call("users.updateStatus", ["userId": "op", "status": true])
            #expect(try await attempt() == nil)
            try await engine.call("users.deleteSession", ["userId": "op", "sessionId": .string(session)])
            #expect(try await attempt() == Refusal("user_unauthorized", 401, "as"))
        }
    }

    @Test("an impersonator finds users, and no other user does", arguments: Backend.available)
    func findsUsers(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            let users = try await engine.call("users.list", as: me)["users"]
            #expect(users?.each("$id").compactMap(\.string).sorted() == ["ann", "op"])
            #expect(users?.each("password") == [.null, .null])
            #expect(try await engine.call("users.get", ["userId": "ann"], as: me)["name"] == "Ann")
            let calls: [(String, JSONObject)] = [("users.list", [:]), ("users.get", ["userId": "op"])]
            for (operation, arguments) in calls {
                for actor in [try await engine.signIn("ann"), .user("ann"), .guest] {
                    let refused = try await engine.refusal(operation, arguments, as: actor)
                    #expect(refused == Refusal("general_unauthorized_scope", 401), "\(operation), \(actor)")
                }
            }
            let delicate = ["users.getMFARecoveryCodes", "users.listSessions", "users.getPrefs", "users.delete"]
            for operation in delicate {
                let refused = try await engine.refusal(operation, ["userId": "ann"], as: me)
                #expect(refused == Refusal("general_unauthorized_scope", 401), "\(operation)")
            }
        }
    }

    @Test("the log tells who it was, and as whom", arguments: Backend.available)
    func isAudited(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            try await engine.call("account.updateName", ["name": "Annie"], by: me, as: .id("ann"))
            let record = try #require(try await engine.events().last)
            #expect(record.actor == "user:ann")
            #expect(record.impersonator == "op")
            #expect(try #require(EventRecord(parsing: record.encoded)) == record)
            #expect((try JSON(parsing: record.payload))["impersonatorUserId"] == nil)
            for actor in ["user:op", "user:ann"] {
                let activities = try await engine.call(
                    "activity.list",
                    ["actor": .string(actor), "action": "update.name"]
                )["activities"]
                #expect(activities?.each("actor") == ["user:op"], "\(actor)")
                #expect(activities?.each("as") == ["user:ann"])
            }
        }
    }

    @Test("what is staged is committed as that user, by the impersonator", arguments: Backend.available)
    func staysInTransactions(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            try await engine.makeTable([["key": "title", "type": "text"]], permissions: ["create(\"user:ann\")"])
            let transaction =
                try await engine.call("tablesDB.createTransaction", by: me, as: .id("ann"))["$id"] ?? .null
            let row = TestEngine.addressed(["rowId": "r", "data": ["title": "x"], "transactionId": transaction])
            try await engine.call("tablesDB.createRow", row, by: me, as: .id("ann"))
            let commit: JSONObject = ["transactionId": transaction, "commit": true]
            try await engine.call("tablesDB.updateTransaction", commit, by: me, as: .id("ann"))
            let record = try #require(try await engine.events().last { $0.event.hasSuffix("rows.[rowId].create") })
            #expect(record.actor == "user:ann")
            #expect(record.impersonator == "op")
        }
    }

    @Test("nobody shows a second factor for somebody else", arguments: Backend.available)
    func hasNoFactors(_ backend: Backend) async throws {
        try await withPeople(backend) { engine, me in
            let refused = await engine.refused("account.updateMFARecoveryCodes", by: me, as: .id("ann"))
            #expect(refused == Refusal("user_challenge_required", 401, "as"))
            let token = await engine.refused("account.createJWT", by: me, as: .id("ann"))
            #expect(token == Refusal("user_session_not_found", 404, "as"))
        }
    }
}

extension TestEngine {
    /// Runs an operation for somebody who acts as another user.
    @discardableResult
    func call(
        _ operation: String,
        _ arguments: JSONObject = [:],
        by actor: Actor,
        as named: UserReference
    ) async throws -> JSON {
        var invocation = Invocation(operation, arguments, as: actor)
        invocation.impersonated = named
        return try await answer(invocation)
    }

    /// What that is refused with; nil when it isn't.
    func refused(
        _ operation: String,
        _ arguments: JSONObject = [:],
        by actor: Actor,
        as named: UserReference
    ) async -> Refusal? {
        do {
            _ = try await call(operation, arguments, by: actor, as: named)
            return nil
        } catch {
            return (error as? AppError).map { Refusal($0) } ?? Refusal("\(error)", 0)
        }
    }
}
