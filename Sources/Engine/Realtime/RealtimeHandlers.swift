import Storage
import Values

/// `realtime.subscribe`, `list` and `unsubscribe`: what somebody waits for, kept in the store.
enum RealtimeHandlers {
    static let all: [Handler] = [subscribe, list, unsubscribe]

    /// How many subscriptions one actor may have.
    private static let maximum = 100
    /// How many expired ones are removed with each new one.
    private static let swept = 50

    static let subscribe = Handler.write("realtime.subscribe", prepare: { try Subscription($0) }) {
        subscription,
        context in
        let (wish, id) = (subscription.wish, subscription.id)
        try context.removeExpired(from: RealtimeTables.subscriptions, atMost: swept)
        let actor = context.caller.actor.description
        var own = RowQuery(limit: maximum)
        own.filters = [.compare("actor", .equal, [.string(actor)])]
        guard try context.session.count(own, in: RealtimeTables.subscriptions, cap: maximum) < maximum else {
            throw AppError(
                .generalBadRequest,
                "\(actor) has \(maximum) subscriptions, and more it can't have.",
                hint: "End some with realtime.unsubscribe, or name more channels in one."
            )
        }
        let place = WaitPlace(try context.session.lastEvent())
        let end = context.now.adding(seconds: context.call.arguments["ttl"]?.int ?? 3600)
        let fields: JSONObject = [
            "actor": .string(actor), "channels": JSON(wish.channels), "queries": JSON(wish.queries.texts),
            "place": .string(place.text), "expire": .string(end.text),
        ]
        try context.insert(id, fields, into: RealtimeTables.subscriptions)
        return ["subscriptionId": .string(id), "cursor": .string(place.text), "expire": .string(end.text)] as JSON
    }

    private struct Subscription: Sendable {
        let wish: EventWish
        let id: String

        init(_ call: Call) throws(AppError) {
            wish = try EventWish(call)
            id = call.clock.makeID()
        }
    }

    static let list = Handler.read("realtime.list") { context in
        var filters: [Filter] = [.compare("expire", .greaterThan, [.string(context.now.text)])]
        if context.caller.actor != .key {
            filters.append(.compare("actor", .equal, [.string(context.caller.actor.description)]))
        }
        let rows = try context.rows(filters, in: RealtimeTables.subscriptions)
        return [
            "total": .int(Int64(rows.count)), "subscriptions": .array(rows.map { StoredSubscription(row: $0).json }),
        ]
    }

    static let unsubscribe = Handler.write("realtime.unsubscribe", prepare: { _ in }) { _, context in
        let id = context.call.string("subscriptionId")
        // The owner may end those of others.
        if try context.caller.actor != .key || context.session.row(id, in: RealtimeTables.subscriptions) == nil {
            _ = try context.ownSubscription()
        }
        _ = try context.writer.delete(id, from: RealtimeTables.subscriptions)
        return [:] as JSON
    }
}
