import Catalog
import Storage
import Values

/// `webhooks.explain`: which webhooks and subscriptions an event would reach, and why.
enum ExplainWebhooks {
    static let handler = Handler.read("webhooks.explain", prepare: { try path(of: $0.string("event")) }) {
        path,
        context in
        let names = EventNames(path, for: .webhooks)
        let rows = try context.session.rows(RowQuery(limit: 5000), in: table)
        let webhooks = rows.map { explain(Record($0, table), $0.id, names) }
        let reached = webhooks.count { $0["reached"] == true }
        var answer: JSONObject = [
            "total": .int(Int64(reached)), "events": JSON(names.all), "webhooks": .array(webhooks),
        ]
        // Who waits for what is shown to the owner only, by realtime.list too.
        if context.caller.actor == .key {
            var subscriptions = ExplainSubscriptions(path, context)
            answer["subscriptions"] = .array(try subscriptions.answer())
        }
        return JSON.object(answer)
    }

    private static let table = WebhookTables.webhooks.part(["name", "events", "enabled"])

    private static func explain(_ webhook: Record, _ id: String, _ names: EventNames) -> JSON {
        let pattern = webhook.strings("events").first { names.contains(WebhookPattern($0).full) }
        let isEnabled = webhook.bool("enabled")
        let reason =
            pattern == nil
            ? "None of its patterns names this event."
            : isEnabled ? "Its pattern names this event." : "Its pattern names this event, but it is disabled."
        return [
            "webhookId": .string(id), "name": .string(webhook.string("name")), "enabled": .bool(isEnabled),
            "reached": .bool(pattern != nil && isEnabled), "pattern": pattern.map { .string($0) } ?? .null,
            "reason": .string(reason),
        ]
    }

    /// The patterns of all events that can happen, the longest first: an id may hold dots, and what fits two of them is
    /// rather in a table than a database of a strange id.
    private static let known = Set(Catalog.embedded.operations.compactMap(\.event))
        .map { (parts: $0.count { $0 == "." }, pattern: $0) }
        .sorted { ($1.parts, $0.pattern) < ($0.parts, $1.pattern) }
        .map(\.pattern)

    /// - Throws: 400 `general_argument_invalid` for what is the name of no event.
    private static func path(of name: String) throws -> EventPath {
        let segments = name.split(separator: ".", omittingEmptySubsequences: false)
        for pattern in known {
            if let ids = ids(segments[...], pattern.split(separator: ".")[...]) { return EventPath(pattern, ids) }
        }
        throw AppError(
            .generalArgumentInvalid,
            "Invalid `event` param: '\(name)' is the name of no event that can happen.",
            argument: "event",
            hint: "For example users.ann.update.email, or databases.shop.tables.orders.rows.o1.create."
        )
    }

    /// The ids in a name; nil where it does not fit the pattern. An id may hold dots.
    private static func ids(_ segments: ArraySlice<Substring>, _ parts: ArraySlice<Substring>) -> [String]? {
        guard let part = parts.first else { return segments.isEmpty ? [] : nil }
        guard let segment = segments.first else { return nil }
        guard part.hasPrefix("[") else {
            return segment == part ? ids(segments.dropFirst(), parts.dropFirst()) : nil
        }
        for count in 1...segments.count {
            let id = segments.prefix(count).joined(separator: ".")
            guard ID.isValid(id) || id == "*" else { continue }
            if let rest = ids(segments.dropFirst(count), parts.dropFirst()) { return [id] + rest }
        }
        return nil
    }
}
