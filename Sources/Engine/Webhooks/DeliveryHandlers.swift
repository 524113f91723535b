import Storage
import Values

/// `webhooks.listDeliveries`, `getDelivery`, `replayDelivery`, `replayDeliveries`.
enum DeliveryHandlers {
    static let all: [Handler] = [list, get, replay, replayDead]

    private static let table = WebhookTables.deliveries
    /// How many deliveries one call replays at the most.
    private static let replayedAtOnce = 1000

    private static let list = Handler.read("webhooks.listDeliveries") { context in
        let webhook = try context.webhook()
        return try deliveries.answer(context, base: [.compare("webhook", .equal, [.string(webhook.uid)])]) {
            try Delivery($0).json(isWhole: false)
        }
    }

    private static let deliveries = SystemList(
        table,
        name: "deliveries",
        idField: "$id",
        fields: [("$id", "$id"), ("state", "state"), ("resource", "resource"), ("attempts", "attempts")]
    )

    private static let get = Handler.read("webhooks.getDelivery") { context in
        try Delivery(try delivery(context)).json(isWhole: true)
    }

    private static let replay = Handler.write("webhooks.replayDelivery", prepare: { _ in }) { _, context in
        let row = try delivery(context)
        guard Delivery(row).lane == nil else {
            throw AppError(
                .generalBadRequest,
                "The delivery '\(row.id)' is not over: it is tried again by itself.",
                argument: "deliveryId",
                hint: "webhooks.getDelivery tells when, as nextAttemptAt."
            )
        }
        try DeliveryQueue.revive(row, at: context.now, in: context.writer)
        let answer = try Delivery(try context.session.row(row.id, in: table)!).json(isWhole: false)
        context.eventPayload = told(answer)
        return answer
    }

    private static let replayDead = Handler.write("webhooks.replayDeliveries", prepare: { _ in }) { _, context in
        let webhook = try context.webhook()
        var query = RowQuery(limit: replayedAtOnce)
        query.filters = [
            .compare("webhook", .equal, [.string(webhook.uid)]),
            .compare("state", .equal, [.string(Delivery.State.dead.rawValue)]),
        ]
        query.columns = ["webhook", "resource"].map { table.position(of: $0)! }
        let rows = try context.session.rows(query, in: table)
        for row in rows { try DeliveryQueue.revive(row, at: context.now, in: context.writer) }
        return ["total": .int(Int64(rows.count))] as JSON
    }

    /// What the event log keeps of a delivery: not what is in it.
    static func told(_ answer: JSON) -> JSON { answer.without(["body", "response", "tries"]) }

    /// The delivery that the call names.
    private static func delivery(_ context: ReadContext) throws -> StoredRow {
        let webhook = try context.webhook()
        let id = context.call.string("deliveryId")
        guard let row = try context.session.row(id, in: table), Delivery(row).webhook == webhook.uid else {
            throw AppError(
                .deliveryNotFound,
                "The webhook '\(webhook.id)' has no delivery '\(id)'.",
                argument: "deliveryId",
                hint: "webhooks.listDeliveries shows those that are kept."
            )
        }
        return row
    }
}

extension JSON {
    /// An object without some of its members.
    fileprivate func without(_ keys: Set<String>) -> JSON {
        .object(JSONObject((object?.members ?? []).filter { !keys.contains($0.key) }))
    }
}
