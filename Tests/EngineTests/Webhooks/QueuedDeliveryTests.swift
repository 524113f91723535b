import Storage
import Testing
import Values

@testable import Engine

@Suite("What webhooks are to be told")
struct QueuedDeliveryTests {
    private static let rows = "databases.*.tables.*.rows.*.create"

    @Test(arguments: Backend.available)
    func isQueuedWithWhatHappens(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook(["users.*.create", "databases.d.tables.t.rows.a"])
            try await engine.makeWebhook(["collections.*.documents.*.create"], id: "short")
            try await engine.makeTable([["key": "n", "type": "integer"]], permissions: [#"create("users")"#])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            try await engine.on("createRow", ["rowId": "b", "data": ["n": 2]], as: .user("ann"))
            try await engine.makeUser("bob")
            #expect(
                try await engine.deliveries().each("resource") == ["databases/d/tables/t/rows/a", "users/bob"]
            )
            let short = try await engine.deliveries("short")
            #expect(short.each("userId") == ["", "ann"])
            #expect(short[0]["state"] == "pending")
            #expect(short[0]["attempts"] == 0)
            #expect(short[0]["events"]?.array?.first == "databases.d.collections.t.documents.a.create")
        }
    }

    @Test(arguments: Backend.available)
    func isOneForEachRowOfABulkAndEachStepOfATransaction(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook([Self.rows])
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let rows: [JSON] = ["a", "b", "c"].map { ["$id": .string($0), "n": 1] }
            try await engine.on("createRows", ["rows": .array(rows)])
            let id = try #require(try await engine.call("tablesDB.createTransaction")["$id"])
            try await engine.on("createRow", ["rowId": "d", "data": ["n": 1], "transactionId": id])
            #expect(try await engine.deliveries().count == 3)
            try await engine.call("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
            let resources = try await engine.deliveries().each("resource").map { $0.string?.suffix(1) ?? "" }
            #expect(resources == ["a", "b", "c", "d"])
        }
    }

    @Test(arguments: Backend.available)
    func vanishesWithWhatDidNotHappen(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook(["users.*"])
            try await engine.makeUser("ann")
            #expect(try await engine.refusal("users.create", ["userId": "ann"]).status == 409)
            let refused = try await engine.batchRefusal([
                TestEngine.step("0", "users.create", ["userId": "bob"]),
                TestEngine.step("1", "users.create", ["userId": "ann"]),
            ])
            #expect(refused.refusal.status == 409)
            let dry = try await engine.answer("users.create", ["userId": "bob"]) { $0.isDryRun = true }
            #expect(
                dry["effects"] == [
                    ["kind": "row", "action": "create", "target": "users", "count": 1],
                    ["kind": "webhook", "action": "deliver", "target": "hook", "count": 1],
                ]
            )
            #expect(try await engine.deliveries().each("resource") == ["users/ann"])
        }
    }

    @Test(arguments: Backend.available)
    func dependsOnWhoListensAtThatMoment(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeUser("a")
            try await engine.makeWebhook(["users.*"])
            let other = engine.twin(receiver)
            try await other.makeUser("b")
            let off: JSONObject = [
                "webhookId": "hook", "url": "https://a.example.com", "events": ["users.*"], "enabled": false,
            ]
            try await engine.call("webhooks.update", off)
            try await other.makeUser("c")
            await other.engine.close()
            #expect(try await engine.deliveries().each("resource") == ["users/b"])
            try await engine.call("webhooks.delete", ["webhookId": "hook"])
            try await engine.makeWebhook(["users.*"])
            #expect(try await engine.deliveries() == [])
        }
    }

    /// In one transaction with the webhook itself, too.
    @Test(arguments: Backend.available)
    func isHeardByAWebhookThatIsMadeInTheSameBatch(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            _ = try await engine.batch([
                TestEngine.step(
                    "0",
                    "webhooks.create",
                    ["webhookId": "hook", "url": "https://a.example.com", "events": ["users.*"]]
                ),
                TestEngine.step("1", "users.create", ["userId": "ann"]),
            ])
            #expect(try await engine.deliveries().each("resource") == ["users/ann"])
        }
    }

    @Test(arguments: Backend.available)
    func isNotKeptInClear(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook([Self.rows])
            try await engine.makeTable([["key": "s", "type": "text", "encrypt": true]])
            try await engine.on("createRow", ["rowId": "a", "data": ["s": "hidden-4711"]])
            let stored = try await engine.store.read { session in
                try session.rows(RowQuery(limit: 1), in: WebhookTables.deliveries)[0].values.map(\.text).joined()
            }
            #expect(!stored.contains("hidden-4711"))
            let id = try #require(try await engine.deliveries().first?["$id"])
            let whole = try await engine.call("webhooks.getDelivery", ["webhookId": "hook", "deliveryId": id])
            #expect(whole["body"]?.string?.contains("hidden-4711") == true)
        }
    }

    @Test(arguments: Backend.available)
    func isExplained(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook(["users.*.update", "tables.*.rows.*"])
            try await engine.makeWebhook(["users.ann"], id: "off", enabled: false)
            let answer = try await engine.call("webhooks.explain", ["event": "users.ann.update.email"])
            #expect(answer["total"] == 1)
            #expect(answer["events"]?.array?.first == "users.ann.update.email")
            #expect(
                answer["webhooks"] == [
                    [
                        "webhookId": "hook", "name": "hook", "enabled": true, "reached": true,
                        "pattern": "users.*.update", "reason": "Its pattern names this event.",
                    ],
                    [
                        "webhookId": "off", "name": "off", "enabled": false, "reached": false, "pattern": "users.ann",
                        "reason": "Its pattern names this event, but it is disabled.",
                    ],
                ]
            )
            let row = try await engine.call("webhooks.explain", ["event": "databases.d.tables.t.rows.a.b.delete"])
            #expect(row["webhooks"]?.each("pattern") == ["tables.*.rows.*", nil])
            let refusal = try await engine.refusal("webhooks.explain", ["event": "users.ann.invent"])
            #expect(refusal == Refusal("general_argument_invalid", 400, "event"))
        }
    }
}
