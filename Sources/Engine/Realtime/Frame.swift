package import Values

/// A message to a connection. Those about one event share its text.
package struct Frame: Sendable {
    /// Everything, or for an event everything up to the ids of subscriptions.
    private let text: [UInt8]
    /// The subscriptions of the connection that an event is for; nil for any other message.
    package let subscriptions: [String]?
    /// The number of the event whose text it shares.
    let event: UInt64?

    init(_ text: [UInt8]) {
        self.text = text
        subscriptions = nil
        event = nil
    }

    init(_ event: UInt64, _ text: [UInt8], for subscriptions: [String]) {
        self.text = text
        self.subscriptions = subscriptions
        self.event = event
    }

    private static let opening: StaticString = "{\"type\":\"event\",\"data\":"
    private static let closing: StaticString = "]}}"

    /// The text of an event up to the ids of subscriptions.
    static func text(of event: RealtimeEvent) -> [UInt8] {
        var writer = JSONWriter(reserving: event.payloadText.count + 2048)
        writer.raw(opening)
        writer.raw("{\"events\":")
        writer.write(JSON(event.names.all))
        writer.raw(",\"channels\":")
        writer.write(JSON(event.channels))
        writer.raw(",\"timestamp\":")
        writer.write(event.at.text)
        writer.raw(",\"payload\":")
        writer.raw(event.payloadText)
        writer.raw(",\"subscriptions\":[")
        return writer.bytes
    }

    /// How many bytes it has of its own, without what it shares.
    var ownBytes: Int {
        guard let subscriptions else { return text.count }
        return subscriptions.reduce(Self.closing.utf8CodeUnitCount) { $0 + $1.utf8.count + 3 } - 1
    }

    /// How many bytes are sent.
    package var count: Int { subscriptions == nil ? text.count : text.count + ownBytes }

    /// The message as JSON text.
    package var encoded: [UInt8] {
        guard let subscriptions else { return text }
        var writer = JSONWriter(reserving: count)
        writer.raw(text)
        append(subscriptions, to: &writer)
        writer.raw(Self.closing)
        return writer.bytes
    }

    /// What an event says, without the message around it; nil for any other message.
    package var eventData: JSON? {
        subscriptions == nil ? nil : (try? JSON(parsing: encoded))?["data"]
    }

    private func append(_ subscriptions: [String], to writer: inout JSONWriter) {
        for (index, id) in subscriptions.enumerated() {
            if index > 0 { writer.raw(",") }
            writer.write(id)
        }
    }
}

extension Frame {
    static let pong = Frame(Array("{\"type\":\"pong\"}".utf8))

    /// The first message to a client.
    ///
    /// - Parameters:
    ///   - user: the account of the user; null for a guest.
    ///   - channels: those that the client asked for with its address.
    ///   - slots: the ids of the subscriptions made for them, by the number that the client gave each.
    static func connected(user: JSON, channels: [String] = [], slots: [(slot: Int, id: String)] = []) -> Frame {
        let isList = slots.enumerated().allSatisfy { $0.offset == $0.element.slot }
        let ids: JSON =
            isList
            ? .array(slots.map { .string($0.id) })
            : .object(JSONObject(slots.map { (key: String($0.slot), value: .string($0.id)) }))
        return message("connected", ["channels": JSON(channels), "subscriptions": ids, "user": user])
    }

    package static func error(_ error: AppError) -> Frame {
        message("error", ["code": .int(Int64(error.code.status)), "message": .string(error.message)])
    }

    static func response(to type: String, _ members: JSONObject) -> Frame {
        message("response", JSONObject([(key: "to", value: .string(type))] + members.members))
    }

    private static func message(_ type: String, _ data: JSONObject) -> Frame {
        Frame(JSON.object(["type": .string(type), "data": .object(data)]).encoded)
    }
}
