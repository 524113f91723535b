import Storage
import Values

/// `webhooks.createTest`: sends something at once, and tells what came of it.
struct WebhookTest: Sendable {
    let runner: DeliveryRunner

    var handler: Handler {
        Handler(ids: ["webhooks.createTest"]) { call in
            let id = call.clock.makeID()
            return Work(body: .apart { pipeline in try await send(id, call, pipeline) })
        }
    }

    private func send(_ id: String, _ call: Call, _ pipeline: Pipeline) async throws -> Response {
        let webhook = try await pipeline.look(call) { try $0.webhook() }
        let test = Delivery(Self.row(id, webhook, call))
        guard let result = await runner.send(test, to: webhook) else { throw StoreError(.cancelled, "") }
        // What failed is no reason to disable the webhook, and is not tried again by itself.
        let state: Delivery.State = result.isSuccess ? .delivered : .dead
        var row = test.row
        func set(_ key: String, _ value: JSON) { row.values[WebhookTables.deliveries.position(of: key)!] = value }
        set("state", .string(state.rawValue))
        set("attempts", 1)
        set("tries", [result.json(attempt: 1)])
        set("answer", .string(result.answer))
        let kept = row
        let work = Work(
            body: .write { context in
                let new = NewRow(id: id, createdAt: kept.createdAt, updatedAt: kept.updatedAt, values: kept.values)
                _ = try context.writer.insert(new, into: WebhookTables.deliveries)
                context.eventIDs["deliveryId"] = id
                let answer = try Delivery(kept).json(isWhole: true)
                context.eventPayload = DeliveryHandlers.told(answer)
                return Response(answer)
            }
        )
        return try await pipeline.store.write { session in
            try Pipeline.perform(work, try WriteContext(call, writing: session, pipeline))
        }
    }

    private static func row(_ id: String, _ webhook: Webhook, _ call: Call) -> StoredRow {
        let event = call.optional("event")?.string ?? webhook.patterns.first ?? "webhooks.\(webhook.id).test"
        let payload = call.optional("payload") ?? ["test": true, "webhookId": .string(webhook.id)]
        let fields: JSONObject = [
            "webhook": .string(webhook.uid), "webhookId": .string(webhook.id), "resource": "", "event": .string(event),
            "ids": [], "actor": .string(call.actor.description), "payload": .string(payload.text), "owner": "",
            "followed": false, "trace": call.trace.map { .string($0.text) } ?? .null,
        ]
        return StoredRow(
            id: id,
            sequence: "",
            createdAt: call.now,
            updatedAt: call.now,
            permissions: [],
            values: Record.values(WebhookTables.deliveries, fields)
        )
    }
}
