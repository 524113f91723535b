import Values

/// What a client says.
enum ClientMessage: Sendable, Equatable {
    case ping
    /// - Parameter session: the secret of a session.
    case authentication(session: String)
    case subscribe([SubscriptionRequest])
    case unsubscribe([String])
    /// - Parameter presence: `status`, and where given `presenceId`, `metadata` and `permissions`.
    case presence(JSONObject)

    /// How deep a message may nest.
    private static let depth = 64
    private static let types = ["ping", "authentication", "subscribe", "unsubscribe", "presence"]

    /// - Throws: `realtime_message_format_invalid`; nothing of a message is done when a part of it is wrong.
    init(parsing text: [UInt8]) throws(AppError) {
        let json = try? JSON(parsing: text, limits: JSONLimits(depth: Self.depth))
        guard let message = json?.object, message["type"] != nil || message["data"] != nil else {
            throw .badMessage("The message must be a JSON object with a type and, unless it is a ping, data.")
        }
        let data = message["data"] ?? .null
        switch message["type"]?.string {
        case "ping": self = .ping
        case "authentication": self = .authentication(session: try Self.session(data))
        case "subscribe": self = .subscribe(try Self.subscriptions(data))
        case "unsubscribe": self = .unsubscribe(try Self.ids(data))
        case "presence": self = .presence(try Self.presence(data))
        default:
            throw .badMessage(
                "The type of a message must be one of \(Self.types.joined(separator: ", ")).",
                "type"
            )
        }
    }

    private static func session(_ data: JSON) throws(AppError) -> String {
        guard let session = data["session"]?.string, (1...2048).contains(session.count) else {
            throw .badMessage("data.session must be the secret of a session, 1 to 2048 characters.", "data.session")
        }
        return session
    }

    private static func presence(_ data: JSON) throws(AppError) -> JSONObject {
        guard let presence = data.object, let status = presence["status"]?.string, (1...2048).contains(status.count)
        else { throw .badMessage("data.status must be a text of 1 to 2048 characters.", "data.status") }
        return presence
    }

    private static func items(_ data: JSON) throws(AppError) -> [JSON] {
        guard let items = data.array else { throw .badMessage("data must be a list.", "data") }
        return items
    }

    private static func subscriptions(_ data: JSON) throws(AppError) -> [SubscriptionRequest] {
        // The shape of all is looked at before the queries of the first one.
        var shapes: [(id: String?, channels: [String], queries: [JSON])] = []
        for (index, item) in try items(data).enumerated() {
            shapes.append(try SubscriptionRequest.shape(item, "data[\(index)]"))
        }
        var requests: [SubscriptionRequest] = []
        for (index, shape) in shapes.enumerated() {
            do throws(AppError) {
                requests.append(
                    SubscriptionRequest(
                        id: shape.id,
                        channels: shape.channels,
                        queries: try EventQueries(parsing: shape.queries)
                    )
                )
            } catch {
                throw error.within("data[\(index)]")
            }
        }
        return requests
    }

    private static func ids(_ data: JSON) throws(AppError) -> [String] {
        var ids: [String] = []
        for (index, item) in try items(data).enumerated() {
            guard let id = item["subscriptionId"]?.string, !id.isEmpty else {
                throw .badMessage("Every item must name a subscriptionId.", "data[\(index)].subscriptionId")
            }
            ids.append(id)
        }
        return ids
    }
}
