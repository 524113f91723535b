import Values

/// What a client wants to hear.
package struct SubscriptionRequest: Sendable, Equatable {
    /// The id that the client has chosen; nil to have one made.
    package var id: String?
    package var channels: [String]
    package var queries: EventQueries

    package init(id: String? = nil, channels: [String], queries: EventQueries = .all) {
        self.id = id
        self.channels = channels
        self.queries = queries
    }
}

/// A subscription as it is told to the client.
package struct Subscribed: Sendable, Equatable {
    package let id: String
    /// What was asked for, as the connection hears it: `account` became the user's own channel too.
    package let channels: [String]
    package let queries: [String]

    var json: JSON {
        ["subscriptionId": .string(id), "channels": JSON(channels), "queries": JSON(queries)]
    }
}

extension SubscriptionRequest {
    /// Reads an item of a message `subscribe`, all but its queries.
    /// - Throws: `realtime_message_format_invalid`.
    static func shape(_ item: JSON, _ place: Prose) throws(AppError) -> (
        id: String?, channels: [String], queries: [JSON]
    ) {
        guard let item = item.object else { throw .badMessage("Every subscription must be an object.", place) }
        var id: String?
        switch item["subscriptionId"] {
        case nil, .null?: id = nil
        case .string(ID.unique)?: id = nil
        case .string(let text)? where ID.isValid(text): id = text
        default:
            throw .badMessage(
                "subscriptionId must be \"unique()\", or 1 to 36 of A-Z a-z 0-9 . _ - with a letter or a digit first.",
                place + ".subscriptionId"
            )
        }
        guard let list = item["channels"] else {
            throw .badMessage("A subscription must name its channels.", place + ".channels")
        }
        guard list.array != nil else { throw .badMessage("channels must be a list.", place + ".channels") }
        guard let channels = list.strings else {
            throw .badMessage("channels must hold nothing but strings.", place + ".channels")
        }
        switch item["queries"] {
        case nil, .null?: return (id, channels, [])
        case .array(let queries)?: return (id, channels, queries)
        default: throw .badMessage("queries must be a list.", place + ".queries")
        }
    }
}

extension AppError {
    /// A message that is not what the protocol says.
    static func badMessage(_ text: Prose, _ argument: Prose? = nil) -> AppError {
        AppError(.realtimeMessageFormatInvalid, text, argument: argument)
    }
}
