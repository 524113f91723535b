import Catalog
import Storage
import Values

/// `webhooks.create`, `list`, `get`, `update`, `updateSecret`, `delete`.
///
/// What changes which events are told is a schema change, because every process keeps in memory who listens.
enum WebhookHandlers {
    static let all: [Handler] =
        [create, list, get, update, updateSecret, delete] + DeliveryHandlers.all
        + [SignatureCheck.handler, ExplainWebhooks.handler]

    private static let patterns = EventPatterns(.embedded)

    private static let table = WebhookTables.webhooks

    /// Ids and a secret, made before the body, which may run again.
    private struct New: Sendable {
        let id: String
        let uid: String
        let secret: String

        init(_ call: Call) {
            id = call.newID("webhookId")
            uid = call.clock.makeID()
            secret = WebhookHandlers.secret(call)
        }
    }

    /// The secret that a caller chose, or 64 random bytes in hexadecimal.
    private static func secret(_ call: Call) -> String {
        call.optional("secret")?.string ?? Secret.random(length: 128)
    }

    private static let create = Handler.define("webhooks.create", prepare: { try New(checked($0)) }) { new, context in
        var fields = fields(context.call, id: new.id)
        fields["uid"] = .string(new.uid)
        fields["secret"] = .string(new.secret)
        fields["logs"] = ""
        fields["attempts"] = 0
        do { try context.insert(new.id, fields, into: table) } catch let error as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .webhookAlreadyExists,
                "There is a webhook '\(new.id)' already.",
                argument: "webhookId",
                hint: "Choose another id, \"unique()\", or use webhooks.update."
            )
        }
        context.eventIDs["webhookId"] = new.id
        let webhook = Webhook(try context.session.row(new.id, in: table)!)
        context.eventPayload = webhook.told
        return webhook.json(secret: new.secret)
    }

    private static let list = Handler.read("webhooks.list") { context in
        try webhooks.answer(context) { Webhook($0).json() }
    }

    private static let get = Handler.read("webhooks.get") { context in try context.webhook().json() }

    private static let update = Handler.define("webhooks.update", prepare: { try checked($0) }) { _, context in
        let old = try context.webhook()
        var fields = fields(context.call, id: old.id)
        if fields["enabled"] == true { fields["attempts"] = 0 }
        let webhook = Webhook(try context.change(old.id, fields, in: table))
        context.eventPayload = webhook.told
        return webhook.json()
    }

    private static let updateSecret = Handler.define("webhooks.updateSecret", prepare: { secret($0) }) {
        secret,
        context in
        let old = try context.webhook()
        let webhook = Webhook(try context.change(old.id, ["secret": .string(secret)], in: table))
        context.eventPayload = webhook.told
        return webhook.json(secret: secret)
    }

    private static let delete = Handler.define("webhooks.delete", prepare: { _ in }) { _, context in
        let webhook = try context.webhook()
        _ = try context.writer.delete(webhook.id, from: table)
        if try DeliveryQueue.remove(of: webhook.uid, in: context.writer) {
            try context.enqueue(DeliveryQueue.removalJob(of: webhook.uid))
        }
        context.eventPayload = webhook.told
        return [:] as JSON
    }

    private static let webhooks = SystemList(
        table,
        name: "webhooks",
        idField: "$id",
        fields: ["$id", "name", "url", "authUsername", "tls", "events", "enabled", "logs", "attempts"].map { ($0, $0) }
    )

    /// What creating and updating have in common.
    private static func fields(_ call: Call, id: String) -> JSONObject {
        [
            "name": .string(call.optional("name")?.string ?? id), "url": .string(call.string("url")),
            "events": call.arguments["events"] ?? [], "enabled": .bool(call.bool("enabled")),
            "tls": .bool(call.bool("tls")), "authUsername": .string(call.string("authUsername")),
            "authPassword": .string(call.string("authPassword")),
        ]
    }

    /// - Throws: 400 `general_argument_invalid` for a pattern of events that never happen, and for an address that is not
    ///   one of HTTP.
    private static func checked(_ call: Call) throws -> Call {
        let url = call.string("url").lowercased()
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw AppError(
                .generalArgumentInvalid,
                "Invalid `url` param: it must begin with https:// or http://.",
                argument: "url"
            )
        }
        for (index, pattern) in (call.arguments["events"]?.strings ?? []).enumerated()
        where !patterns.isValid(WebhookPattern(pattern).full) {
            throw AppError(
                .generalArgumentInvalid,
                "Invalid `events` param: '\(pattern)' names no event that can happen.",
                argument: "events[\(index)]",
                hint: "For example users.*, databases.*.tables.*.rows.*.create or teams.*.memberships.*.update.status."
            )
        }
        return call
    }
}
