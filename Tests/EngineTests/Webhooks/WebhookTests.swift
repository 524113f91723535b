import Storage
import Testing
import Values

@testable import Engine

@Suite("Webhooks")
struct WebhookTests {
    @Test(arguments: Backend.available)
    func areMadeReadChangedAndDeleted(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            let made = try await engine.call(
                "webhooks.create",
                [
                    "webhookId": "hook", "url": "https://hooks.example.com/in?a=1", "name": "Orders",
                    "events": ["users.*.update.email", "collections.*.documents.*"], "authUsername": "ann",
                    "authPassword": "basic-4711", "secret": "s3cr3t-of-hook",
                ]
            )
            let shown: JSON = [
                "$id": "hook", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "name": "Orders",
                "url": "https://hooks.example.com/in?a=1",
                "events": ["users.*.update.email", "collections.*.documents.*"], "tls": true, "authUsername": "ann",
                "authPassword": "basic-4711", "secret": "", "enabled": true, "logs": "", "attempts": 0,
            ]
            #expect(made == shown.replacing("secret", with: "s3cr3t-of-hook"))
            #expect(try await engine.call("webhooks.get", ["webhookId": "hook"]) == shown)
            let list = try await engine.call(
                "webhooks.list",
                ["queries": [query("equal", "name", "Orders"), query("contains", "events", "users.*.update.email")]]
            )
            #expect(list == ["total": 1, "webhooks": [shown]])
            let updated = try await engine.call(
                "webhooks.update",
                ["webhookId": "hook", "url": "http://other.example.com", "name": "New", "events": [], "enabled": false]
            )
            #expect(updated["authPassword"] == "")
            #expect(updated["enabled"] == false)
            #expect(updated["secret"] == "")
            #expect(try await engine.call("webhooks.delete", ["webhookId": "hook"]) == [:])
            #expect(try await engine.call("webhooks.list")["total"] == 0)
            #expect(try await engine.eventNames() == ["create", "update", "delete"].map { "webhooks.hook.\($0)" })
        }
    }

    @Test(arguments: Backend.available)
    func aSecretIsShownWhenItIsMade(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            let arguments: JSONObject = [
                "webhookId": "unique()", "url": "https://a.example.com", "events": ["users.*"],
            ]
            let made = try await engine.call("functions.createWebhook", arguments)
            #expect(made["name"] == made["$id"])
            let secret = try #require(made["secret"]?.string)
            #expect(secret.count == 128)
            let id = made["$id"] ?? ""
            let other = try await engine.call("webhooks.updateSecret", ["webhookId": id])["secret"]?.string
            #expect(other?.count == 128)
            #expect(other != secret)
            let chosen = try await engine.call("webhooks.updateSecret", ["webhookId": id, "secret": "mine-4711"])
            #expect(chosen["secret"] == "mine-4711")
            #expect(try await engine.call("webhooks.get", ["webhookId": id])["secret"] == "")
            for text in [secret, "mine-4711"] { #expect(try await !engine.eventsTell(text)) }
            let stored = try await engine.store.read { session in
                try session.rows(RowQuery(limit: 1), in: WebhookTables.webhooks)[0].values.map(\.text).joined()
            }
            #expect(!stored.contains("mine-4711"))
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook()
            let new: JSONObject = ["webhookId": "hook", "url": "https://a.example.com", "events": ["users.*"]]
            #expect(
                try await engine.refusal("webhooks.create", new) == Refusal("webhook_already_exists", 409, "webhookId")
            )
            for name in ["get", "delete", "updateSecret", "listDeliveries", "replayDeliveries", "createTest"] {
                let refusal = try await engine.refusal("webhooks.\(name)", ["webhookId": "x"])
                #expect(refusal == Refusal("webhook_not_found", 404, "webhookId"), "\(name)")
            }
            let wrong: [(String, JSON, String)] = [
                ("url", "ftp://a.example.com", "url"), ("url", "a.example.com", "url"), ("secret", "short", "secret"),
                ("events", ["user.*"], "events[0]"), ("events", ["users.*", "webhooks.*"], "events[1]"),
                ("events", ["users.*.invent"], "events[0]"), ("events", ["users"], "events[0]"),
            ]
            for (argument, value, place) in wrong {
                var arguments = new
                arguments["webhookId"] = "other"
                arguments[argument] = value
                let refusal = try await engine.refusal("webhooks.create", arguments)
                #expect(refusal == Refusal("general_argument_invalid", 400, place), "\(value.text)")
            }
            #expect(try await engine.refusal("webhooks.list", as: .user("ann")).status == 401)
            let unknown: JSONObject = ["webhookId": "hook", "deliveryId": "x"]
            for name in ["getDelivery", "replayDelivery"] {
                let refusal = try await engine.refusal("webhooks.\(name)", unknown)
                #expect(refusal == Refusal("delivery_not_found", 404, "deliveryId"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func needTheKeyOfTheProject(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let arguments: JSONObject = ["webhookId": "a", "url": "https://a.example.com", "events": ["users.*"]]
            let refusal = try await engine.refusal("webhooks.create", arguments)
            #expect(refusal.type == "store_unavailable")
        }
    }
}
