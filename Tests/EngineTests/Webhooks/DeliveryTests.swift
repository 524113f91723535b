import Storage
import Testing
import Values

@testable import Engine

@Suite("Delivering to webhooks")
struct DeliveryTests {
    private static let day: Int64 = 86_400_000

    @Test(arguments: Backend.available)
    func sendsWhatTheReferenceSends(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            let arguments: JSONObject = [
                "webhookId": "hook", "url": "https://hooks.example.com/in?a=1", "name": "All\r\nX-Evil: users",
                "events": ["users.*"], "authUsername": "ann", "authPassword": "pass", "secret": "s3cr3t-of-hook",
            ]
            try await engine.call("webhooks.create", arguments)
            try await engine.makeUser("bob", name: "Zo\u{EB} /")
            #expect(try await engine.engine.deliveries.drain() == 1)
            let request = try #require(receiver.requests.first)
            #expect(request.method == "POST")
            #expect(request.url == "https://hooks.example.com/in?a=1")
            let body = try #require(request.body)
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.bob.create")
            #expect(body == EscapedJSON.encode(try JSON(parsing: event.payload)))
            #expect(receiver.bodies[0].contains(#""name":"Zo\u00eb \/""#))
            let signature = WebhookSignature.plain(body, to: request.url, secret: "s3cr3t-of-hook")
            let id = try #require(try await engine.deliveries().first?["$id"]?.string)
            let standard = WebhookSignature.standard(
                body,
                id: id,
                timestamp: "1795334400",
                secret: "s3cr3t-of-hook"
            )
            let expected = [
                "Content-Type": "application/json", "User-Agent": "Tandem webhooks", "X-Appwrite-Webhook-Id": "hook",
                "X-Appwrite-Webhook-Events": "users.bob.create,users.*.create,users.bob,users.*",
                "X-Appwrite-Webhook-Name": "All  X-Evil: users", "X-Appwrite-Webhook-User-Id": "",
                "X-Appwrite-Webhook-Project-Id": "default", "X-Appwrite-Webhook-Signature": signature,
                "X-Appwrite-Signature": signature, "webhook-id": id, "webhook-timestamp": "1795334400",
                "webhook-signature": standard, "Authorization": "Basic YW5uOnBhc3M=",
            ]
            #expect(Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) }) == expected)
            let kept = try await engine.call("webhooks.getDelivery", ["webhookId": "hook", "deliveryId": .string(id)])
            #expect(kept["state"] == "delivered")
            #expect(kept["status"] == 200)
            #expect(kept["tries"]?.each("attempt") == [1])
            #expect(kept["body"] == .string(receiver.bodies[0]))
            #expect(try await engine.engine.deliveries.drain() == 0)
        }
    }

    @Test(arguments: Backend.available)
    func keepsTheOrderOfAResourceAndOfNoOthers(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["databases.*.tables.*.rows.*"])
            try await engine.makeTable([["key": "n", "type": "integer"]])
            for id in ["a", "b"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["n": 0]]) }
            for number in 1...5 {
                try await engine.on("updateRow", ["rowId": "a", "data": ["n": .int(Int64(number))]])
            }
            // The first of `a` fails once, and all behind it wait; `b` does not.
            receiver.answers { request in
                let isFirst = request.header("X-Appwrite-Webhook-Events")?.contains("rows.a.create") == true
                return .status(isFirst ? 503 : 200)
            }
            #expect(try await engine.engine.deliveries.drain() == 2)
            #expect(try await engine.states() == ["pending", "delivered"] + Array(repeating: "waiting", count: 5))
            receiver.forget()
            receiver.answers { _ in .status(200) }
            #expect(try await engine.engine.deliveries.drain() == 0)
            engine.clock.advance(milliseconds: 10_000)
            #expect(try await engine.engine.deliveries.drain() == 6)
            let numbers = try receiver.bodies.map { try JSON(parsing: $0)["n"] }
            #expect(numbers == [0, 1, 2, 3, 4, 5])
            #expect(try await engine.states() == Array(repeating: "delivered", count: 7))
        }
    }

    @Test(arguments: Backend.available)
    func triesTwelveTimesInADayAndThenGivesUp(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            try await engine.call("users.updateName", ["userId": "ann", "name": "Ann"])
            receiver.answers { $0.events.contains("users.ann.create") ? .error(.timeout) : .status(200) }
            var pauses: [Int64] = []
            for attempt in 1...12 {
                #expect(try await engine.engine.deliveries.drain() == (attempt == 12 ? 2 : 1))
                let delivery = try #require(try await engine.deliveries().first)
                #expect(delivery["attempts"] == .int(Int64(attempt)))
                guard attempt < 12 else { break }
                let next = try #require(delivery["nextAttemptAt"]?.string.flatMap { Timestamp(parsing: $0) })
                let pause = next.milliseconds - engine.clock.wallClock.now.milliseconds
                pauses.append(pause)
                engine.clock.advance(milliseconds: pause - 1)
                #expect(try await engine.engine.deliveries.drain() == 0)
                engine.clock.advance(milliseconds: 1)
            }
            #expect((20 * 3_600_000...28 * 3_600_000).contains(pauses.reduce(0, +)))
            #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 < $1 })
            // What was behind it went as soon as it was given up.
            #expect(try await engine.states() == ["dead", "delivered"])
            // The one that arrived counts as a success.
            #expect(try await engine.health() == [0, true])
            #expect(
                try await engine.call("webhooks.get", ["webhookId": "hook"])["logs"]?.string?.contains("Client Error")
                    == true
            )
        }
    }

    @Test(arguments: Backend.available)
    func deadOnesAreReplayed(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["users.*.create"])
            for id in ["a", "b", "c"] { try await engine.makeUser(id) }
            receiver.answers { _ in .status(500, "no\u{0}pe") }
            for _ in 1...12 {
                try await engine.engine.deliveries.drain()
                engine.clock.advance(milliseconds: Self.day)
            }
            #expect(try await engine.states() == ["dead", "dead", "dead"])
            #expect(try await engine.health() == [3, true])
            let first = try #require(try await engine.deliveries().first?["$id"])
            let key: JSONObject = ["webhookId": "hook", "deliveryId": first]
            #expect(try await engine.call("webhooks.getDelivery", key)["response"] == "no pe")
            #expect(try await engine.call("webhooks.getDelivery", key)["tries"]?.array?.count == 12)
            receiver.answers { _ in .status(200) }
            #expect(try await engine.call("webhooks.replayDelivery", key)["state"] == "pending")
            #expect(
                try await engine.refusal("webhooks.replayDelivery", key)
                    == Refusal("general_bad_request", 400, "deliveryId")
            )
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(try await engine.call("webhooks.replayDeliveries", ["webhookId": "hook"]) == ["total": 2])
            #expect(try await engine.engine.deliveries.drain() == 2)
            #expect(try await engine.states() == ["delivered", "delivered", "delivered"])
            #expect(try await engine.health() == [0, true])
            let ids = receiver.requests.map { $0.header("webhook-id") }
            #expect(Set(ids).count == 3)
            #expect(try await engine.eventNames().contains("webhooks.hook.update.deliveries"))
        }
    }

    @Test(arguments: Backend.available)
    func disablesAWebhookThatFailsTenTimesAndResumes(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["users.*.create"])
            for number in 0..<10 { try await engine.makeUser("u\(number)") }
            receiver.answers { _ in .status(404) }
            for attempt in 1...12 {
                try await engine.engine.deliveries.drain()
                if attempt == 11 { try await engine.makeUser("late") }
                engine.clock.advance(milliseconds: Self.day)
            }
            #expect(try await engine.health() == [10, false])
            #expect(try await engine.eventNames().last == "webhooks.hook.update")
            try await engine.makeUser("unheard")
            receiver.forget()
            #expect(try await engine.engine.deliveries.drain() == 0)
            #expect(try await engine.states().last == "pending")
            receiver.answers { _ in .status(302) }
            let on: JSONObject = ["webhookId": "hook", "url": "https://new.example.com", "events": ["users.*.create"]]
            #expect(try await engine.call("webhooks.update", on)["attempts"] == 0)
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(receiver.requests.map(\.url) == ["https://new.example.com"])
            #expect(receiver.requests[0].events[0] == "users.late.create")
        }
    }

    @Test(arguments: Backend.available)
    func aTestIsSentAtOnceAndHasNoConsequences(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["users.*"], enabled: false)
            let sent = try await engine.call("webhooks.createTest", ["webhookId": "hook"])
            #expect(sent["state"] == "delivered")
            #expect(sent["events"] == ["users.*"])
            #expect(receiver.bodies == [#"{"test":true,"webhookId":"hook"}"#])
            receiver.answers { _ in .error(.refused) }
            let failed = try await engine.call(
                "webhooks.createTest",
                ["webhookId": "hook", "event": "users.x.create", "payload": ["a/b": [:]]]
            )
            #expect(failed["state"] == "dead")
            #expect(failed["error"] == "It went wrong.")
            #expect(receiver.bodies.last == #"{"a\/b":[]}"#)
            #expect(try await engine.health() == [0, false])
            #expect(try await engine.states() == ["delivered", "dead"])
        }
    }

    @Test(arguments: Backend.available)
    func oldOnesLetThoseBehindThemGo(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            engine.clock.advance(milliseconds: 2 * Self.day)
            try await engine.call("users.updateName", ["userId": "ann", "name": "Ann"])
            receiver.answers { _ in .status(500) }
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(try await engine.states() == ["pending", "waiting"])
            engine.clock.advance(milliseconds: 6 * Self.day)
            try await engine.engine.trimDeliveries()
            #expect(try await engine.states() == ["pending"])
            receiver.answers { _ in .status(200) }
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(try await engine.states() == ["delivered"])
        }
    }

    @Test(arguments: Backend.available)
    func oldOnesAreForgotten(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, _ in
            try await engine.makeWebhook(["users.*.create"])
            try await engine.makeWebhook(["users.*.create"], id: "gone")
            try await engine.makeUser("a")
            engine.clock.advance(milliseconds: 6 * Self.day)
            try await engine.makeUser("b")
            engine.clock.advance(milliseconds: 2 * Self.day)
            // As if it had been deleted while its last event was written.
            try await engine.store.write { session in
                _ = try session.delete("gone", from: WebhookTables.webhooks)
                try session.bumpSchemaVersion()
            }
            try await engine.engine.trimDeliveries()
            #expect(try await engine.deliveries().each("resource") == ["users/b"])
            #expect(try await engine.ids(in: WebhookTables.deliveries).count == 1)
        }
    }
}
