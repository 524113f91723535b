import Storage
import Testing
import Values

@testable import Engine

@Suite("Which subscriptions an event would reach")
struct ExplainSubscriptionsTests {
    private func subscribe(_ engine: TestEngine, _ channels: [String], _ queries: [JSON] = [], as actor: Actor? = nil)
        async throws
    {
        let arguments: JSONObject = ["channels": JSON(channels), "queries": .array(queries)]
        try await engine.call("realtime.subscribe", arguments, as: actor)
    }

    /// Whose subscriptions there are, whether they are reached, on what, and why.
    private func explain(_ engine: TestEngine, _ event: String) async throws -> [[JSON]] {
        let answer = try await engine.call("webhooks.explain", ["event": .string(event)])
        return (answer["subscriptions"]?.array ?? []).map { subscription in
            ["actor", "reached", "channels", "reason"].map { subscription[$0] ?? "is missing" }
        }
    }

    @Test(arguments: Backend.available)
    func dependsOnChannelsRightsAndPayload(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: [#"read("user:ann")"#])
            try await subscribe(engine, ["rows", "teams"])
            try await subscribe(engine, ["rows.create", "documents"], as: .user("ann"))
            try await subscribe(engine, ["rows"], as: .user("bob"))
            try await subscribe(engine, ["rows.update"])
            try await subscribe(engine, ["rows"], [query("equal", "n", 1)], as: .user("ann"))
            let open: JSON = "Its channel tells of this event, and its owner may hear of it."
            let none: JSON = "None of its channels tells of this event."
            let asked: JSON = "A name has no payload, so it is open whether the payload matches its queries."
            let event = "databases.d.tables.t.rows.r.create"
            #expect(
                try await explain(engine, event) == [
                    ["key", true, ["rows"], open], ["user:ann", true, ["documents", "rows.create"], open],
                    ["user:bob", false, ["rows"], "user:bob may not hear of it."], ["key", false, [], none],
                    ["user:ann", .null, ["rows"], asked],
                ]
            )
            try await engine.on("updateTable", ["name": "T", "permissions": [], "rowSecurity": true])
            let rows = try await explain(engine, event)
            #expect(rows.map { $0[1] } == [true, .null, .null, false, .null])
            #expect(
                rows[4][3]
                    == "A name has no payload, so it is open whether the permissions of the resource let user:ann hear of it, and whether the payload matches its queries."
            )
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(
                try await explain(engine, event)[1]
                    == ["user:ann", false, [], "user:ann can't wait for events now: The user 'ann' is blocked."]
            )
        }
    }

    @Test(arguments: Backend.available)
    func knowsAccountsOfTheirUsersOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for user in ["ann", "bob"] { try await subscribe(engine, ["account"], as: .user(user)) }
            let reached = try await explain(engine, "users.ann.update.email").map { [$0[0], $0[1], $0[2]] }
            #expect(reached == [["user:ann", true, ["account", "account.ann"]], ["user:bob", false, ["account"]]])
        }
    }

    /// Who waits for what is no business of those who have been given a key for webhooks.
    @Test(arguments: Backend.available)
    func isToldToTheOwnerOnly(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await subscribe(engine, ["account"], as: .user("ann"))
            let key: JSONObject = ["keyId": "k", "name": "K", "scopes": ["webhooks.read"]]
            try await engine.call("project.createKey", key)
            let event: JSONObject = ["event": "users.ann.create"]
            let answer = try await engine.call("webhooks.explain", event, as: .apiKey("k"))
            #expect(answer["total"] == 0)
            #expect(answer["subscriptions"] == nil)
        }
    }

    @Test(arguments: Backend.available)
    func leavesOutWhatHasExpired(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await subscribe(engine, ["rows"])
            engine.clock.advance(milliseconds: 3_600_000)
            #expect(try await explain(engine, "users.ann.create") == [])
        }
    }
}
