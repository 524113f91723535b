import Storage
import Values

/// A subscription that is kept in the store, so that it lives as long as it was asked to and in every process.
struct StoredSubscription {
    let row: StoredRow

    private var record: Record { Record(row, RealtimeTables.subscriptions) }

    var id: String { row.id }
    /// Who made it, in the form of ``Actor/description``.
    var actor: String { record.string("actor") }
    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }
    /// How far its owner has heard.
    var place: WaitPlace { (try? WaitPlace(parsing: record.string("place"))) ?? WaitPlace(nil) }

    func wish() throws(AppError) -> EventWish {
        try EventWish(channels: record.strings("channels"), queries: record.strings("queries").map { .string($0) })
    }

    var json: JSON {
        [
            "subscriptionId": .string(id), "actor": .string(actor), "channels": JSON(record.strings("channels")),
            "queries": JSON(record.strings("queries")), "cursor": .string(record.string("place")),
            "$createdAt": .string(row.createdAt.text), "expire": .string(expire.text),
        ]
    }
}

extension ReadContext {
    /// The subscription that the call names and its caller has made.
    /// - Throws: 404 `realtime_subscription_not_found`.
    func ownSubscription() throws -> StoredSubscription {
        let id = call.string("subscriptionId")
        let found = try session.row(id, in: RealtimeTables.subscriptions).map { StoredSubscription(row: $0) }
        guard let found, found.actor == caller.actor.description, found.expire > now else {
            throw AppError(
                .realtimeSubscriptionNotFound,
                "\(caller.actor) has no subscription '\(id)'; it may have expired.",
                argument: "subscriptionId",
                hint: "realtime.list shows those that there are, realtime.subscribe makes one."
            )
        }
        return found
    }
}
