import Testing
import Values

@testable import Engine

@Suite("Rate limits")
struct RateLimitTests {
    private let wrong = TestEngine.login("ann", "wrong horse")
    private let login = "account.createEmailPasswordSession"

    @Test(arguments: Backend.available)
    func tenWrongPasswordsAreFollowedByOneEachSixMinutes(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            try await engine.signUp("ann")
            #expect(
                try await engine.outcomes(12, login, wrong)
                    == TestEngine.refused(10, with: "user_invalid_credentials", limited: 2)
            )
            let error = try await engine.error(login, wrong, as: .guest)
            #expect(error.code.status == 429)
            #expect(error.message == "\(login) is limited to 10 calls in 3600 seconds, which are used up.")
            #expect(error.hint?.hasPrefix("Try again in 360 seconds.") == true)
            #expect(error.limit == RateLimitState(limit: 10, remaining: 0, reset: 1_795_338_000, wait: 360))
            // The right password is no better, or else it could be told from wrong ones.
            #expect(try await engine.outcome(login, TestEngine.login("ann")) == "general_rate_limit_exceeded")
            engine.clock.advance(milliseconds: 359_999)
            #expect(try await engine.outcome(login, wrong) == "general_rate_limit_exceeded")
            engine.clock.advance(milliseconds: 1)
            #expect(
                try await engine.outcomes(2, login, wrong)
                    == TestEngine.refused(1, with: "user_invalid_credentials", limited: 1)
            )
        }
    }

    @Test(arguments: Backend.available)
    func aSuccessGivesThemBack(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            try await engine.signUp("ann")
            #expect(
                try await engine.outcomes(9, login, wrong)
                    == TestEngine.refused(9, with: "user_invalid_credentials", limited: 0)
            )
            #expect(try await engine.outcome(login, TestEngine.login("ann")) == "none")
            #expect(
                try await engine.outcomes(11, login, wrong)
                    == TestEngine.refused(10, with: "user_invalid_credentials", limited: 1)
            )
        }
    }

    @Test(arguments: Backend.available)
    func othersAreNotAffectedAndSpellingsAreNoOthers(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let here = Client(ip: "192.0.2.1")
            for (address, passed) in [("ann@example.org", 4), ("ANN@example.org", 4), ("Ann@Example.ORG", 2)] {
                let wrong: JSONObject = ["email": .string(address), "password": "wrong horse"]
                let types = try await engine.outcomes(4, login, wrong, from: here)
                let expected = TestEngine.refused(passed, with: "user_invalid_credentials", limited: 4 - passed)
                #expect(types == expected, "\(address)")
            }
            #expect(try await engine.outcome(login, TestEngine.login("bob"), from: here) == "user_invalid_credentials")
            // Signing up is counted by address.
            for number in 0..<10 { try await engine.signUp("u\(number)", "a long password") }
            let more: JSONObject = ["userId": "z", "email": "z@example.org", "password": "a long password"]
            #expect(try await engine.outcome("account.create", more) == "general_rate_limit_exceeded")
            #expect(try await engine.outcome("account.create", more, from: here) == "none")
        }
    }

    @Test(arguments: Backend.available)
    func rowsAreWrittenSoOftenByEachUserIntoEachTable(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let permissions = ["create(\"users\")", "read(\"users\")"]
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: permissions)
            try await engine.on("createTable", ["tableId": "other", "name": "O", "permissions": ["create(\"users\")"]])
            try await engine.signUp("ann")
            try await engine.signUp("bob")
            let (ann, bob) = (try await engine.signIn("ann"), try await engine.signIn("bob"))
            func create(_ count: Int, _ table: String = "t", as actor: Actor) async throws -> [String] {
                let row: JSONObject = ["databaseId": "d", "tableId": .string(table), "rowId": "unique()", "data": [:]]
                return try await engine.outcomes(count, "tablesDB.createRow", row, as: actor)
            }
            let first = Invocation("tablesDB.createRow", TestEngine.addressed(["rowId": "r", "data": [:]]), as: ann)
            let state = try await engine.engine.execute(first).limit
            #expect(state == RateLimitState(limit: 120, remaining: 119, reset: 1_795_334_401, wait: 0))
            #expect(try await create(121, as: ann) == TestEngine.refused(119, with: "none", limited: 2))
            #expect(try await create(1, as: bob) == ["none"])
            #expect(try await create(1, "other", as: ann) == ["none"])
            // The same in other words.
            let document: JSONObject = ["databaseId": "d", "collectionId": "t", "documentId": "unique()", "data": [:]]
            #expect(
                try await engine.outcome("databases.createDocument", document, as: ann) == "general_rate_limit_exceeded"
            )
            engine.clock.advance(milliseconds: 500)
            #expect(try await create(2, as: ann) == TestEngine.refused(1, with: "none", limited: 1))
            #expect(try await engine.on("getRow", ["rowId": "r"], as: ann)["$id"] == "r")
        }
    }

    @Test(arguments: Backend.available)
    func whoMayNotCallAtAllHearsThat(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            try await engine.signUp("ann")
            let ann = try await engine.signIn("ann")
            let change: JSONObject = ["oldPassword": "wrong horse", "password": "battery staple"]
            let types = try await engine.outcomes(11, "account.updatePassword", change, as: ann)
            #expect(types.last == "general_rate_limit_exceeded")
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(try await engine.outcome("account.updatePassword", change, as: ann) == "user_blocked")
        }
    }

    @Test(arguments: Backend.available)
    func canBeSwitchedOff(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let types = try await engine.outcomes(12, login, wrong)
            #expect(types == TestEngine.refused(12, with: "user_invalid_credentials", limited: 0))
            #expect(try await engine.ids(in: IdentityTables.limits) == [])
        }
    }
}
