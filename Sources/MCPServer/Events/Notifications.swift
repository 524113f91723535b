import Values

/// The lines that tell a client of events, with their ends.
enum Notifications {
    private static let streamKey = "io.modelcontextprotocol/subscriptionId"

    /// Says that a resource is worth reading.
    /// - Parameter stream: the request that asked for it; nil for `resources/subscribe`.
    static func updated(_ uri: EventURI, on stream: RequestID?) -> [UInt8] {
        line("notifications/resources/updated", on: stream) { writer in
            writer.raw("\"uri\":")
            writer.write(uri.text)
        }
    }

    /// Says that a stream is open.
    /// - Parameter uris: what it tells of; nil when it was not asked for resources.
    static func acknowledged(_ stream: RequestID, _ uris: [EventURI]?) -> [UInt8] {
        var kinds = JSONObject()
        if let uris { kinds["resourceSubscriptions"] = JSON(uris.map(\.text)) }
        return line("notifications/subscriptions/acknowledged", on: stream) { writer in
            writer.raw("\"notifications\":")
            writer.write(kinds)
        }
    }

    /// The result that ends a stream.
    /// - Parameter serverInfo: who the server is, as JSON text.
    static func ended(_ stream: RequestID, _ serverInfo: [UInt8]) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"jsonrpc\":\"2.0\",\"id\":")
        stream.write(to: &writer)
        writer.raw(",\"result\":{\"resultType\":\"complete\",\"_meta\":{")
        writer.write(streamKey)
        writer.raw(":")
        stream.write(to: &writer)
        writer.raw(",")
        writer.write(ModernEnvelope.serverInfoKey)
        writer.raw(":")
        writer.raw(serverInfo)
        writer.raw("}}}\n")
        return writer.bytes
    }

    private static func line(
        _ method: String,
        on stream: RequestID?,
        _ params: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter()
        writer.raw("{\"jsonrpc\":\"2.0\",\"method\":")
        writer.write(method)
        writer.raw(",\"params\":{")
        if let stream {
            writer.raw("\"_meta\":{")
            writer.write(streamKey)
            writer.raw(":")
            stream.write(to: &writer)
            writer.raw("},")
        }
        params(&writer)
        writer.raw("}}\n")
        return writer.bytes
    }
}
