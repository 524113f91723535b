import Values

/// The results of requests about resources, as JSON text.
struct ResourceAnswers: Sendable {
    /// How a modern result ends, see ``PreparedAnswers``.
    let ending: [UInt8]

    /// The one template there is.
    static let templates: JSON = [
        [
            "uriTemplate": .string(EventURI.channelTemplate), "name": "channels", "title": "Events on channels",
            "description": """
            What has happened on channels, separated by commas, since this client last read them: for example \
            tandem://realtime/channels/tablesdb.shop.tables.orders.rows. The first time it begins to listen.
            """,
            "mimeType": "application/json",
        ]
    ]

    /// - Parameter subscriptions: as `realtime.list` tells them.
    func list(_ subscriptions: [JSON], isModern: Bool) -> [UInt8] {
        var writer = JSONWriter()
        open(isModern: isModern, to: &writer)
        writer.raw("\"resources\":")
        writer.write(.array(subscriptions.map(Self.resource)))
        close(isModern: isModern, to: &writer)
        return writer.bytes
    }

    /// - Parameter answer: that of `realtime.wait`.
    func read(_ uri: EventURI, _ answer: [UInt8], isModern: Bool) -> [UInt8] {
        var writer = JSONWriter(reserving: answer.count + answer.count / 4 + 256)
        open(isModern: isModern, to: &writer)
        writer.raw("\"contents\":[{\"uri\":")
        writer.write(uri.text)
        writer.raw(",\"mimeType\":\"application/json\",\"text\":")
        writer.writeQuoted(answer)
        writer.raw("}]")
        close(isModern: isModern, to: &writer)
        return writer.bytes
    }

    private static func resource(_ subscription: JSON) -> JSON {
        let id = subscription["subscriptionId"]?.string ?? ""
        let channels = RPCError.shortened((subscription["channels"]?.strings ?? []).joined(separator: ", "))
        return [
            "uri": .string(EventURI(subscription: id).text), "name": .string(id),
            "title": .string("Events on \(channels)"),
            "description": .string(
                "What has happened on \(channels) since the last time, until \(subscription["expire"]?.string ?? "")."
            ),
            "mimeType": "application/json",
        ]
    }

    private func open(isModern: Bool, to writer: inout JSONWriter) {
        writer.raw("{")
        if isModern { writer.raw("\"resultType\":\"complete\",") }
    }

    /// What is true now need not be a moment later, so nothing of it may be kept.
    private func close(isModern: Bool, to writer: inout JSONWriter) {
        guard isModern else { return writer.raw("}") }
        writer.raw(",\"ttlMs\":0,\"cacheScope\":\"private\"")
        writer.raw(ending)
    }
}
