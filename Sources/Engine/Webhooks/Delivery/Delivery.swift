import Storage
import Values

/// One event for one webhook, as it is kept.
struct Delivery: Sendable {
    /// What has become of it.
    enum State: String, Sendable {
        /// May be tried, is being tried, or will be tried again.
        case pending
        /// Waits behind an older one about the same resource.
        case waiting
        /// The receiver has taken it.
        case delivered
        /// Given up.
        case dead
    }

    let row: StoredRow
    let layout: TableLayout

    init(_ row: StoredRow, _ layout: TableLayout = WebhookTables.deliveries) {
        self.row = row
        self.layout = layout
    }

    private var record: Record { Record(row, layout) }

    var id: String { row.id }
    /// The `uid` of the webhook.
    var webhook: String { record.string("webhook") }
    /// nil once it is over.
    var lane: String? { record["lane"].string }
    var state: State { State(rawValue: record.string("state")) ?? .dead }
    var attempts: Int64 { record["attempts"].int ?? 0 }
    var owner: String { record.string("owner") }
    var isFollowed: Bool { record.bool("followed") }
    /// The trace of the call that caused it; nil where there was none.
    var trace: TraceContext? { TraceContext(kept: record.string("trace")) }
    var tries: [JSON] { record["tries"].array ?? [] }

    /// About how much memory it takes, in bytes.
    var size: Int { record.string("payload").utf8.count + 1000 }

    /// The bytes that are sent.
    var body: [UInt8] { get throws { EscapedJSON.encode(try JSON(parsing: record.string("payload"))) } }

    /// The pattern of the event with the ids in it.
    var path: EventPath { EventPath(record.string("event"), record.strings("ids")) }

    /// Everything that the event is called.
    var names: [String] {
        // What is sent to see whether it arrives has the one name that it was given.
        path.resources.isEmpty ? [record.string("event")] : EventNames(path, for: .webhooks).all
    }

    /// The user who caused it; empty for keys and guests.
    var userID: String {
        let actor = record.string("actor")
        return actor.hasPrefix("user:") ? String(actor.dropFirst(5)) : ""
    }

    /// The delivery as it is answered.
    /// - Parameter isWhole: whether it comes with the body and with what the receiver has answered.
    func json(isWhole: Bool) throws -> JSON {
        let record = record
        var object: JSONObject = [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "webhookId": .string(record.string("webhookId")), "events": JSON(names),
            "resource": .string(record.string("resource")), "userId": .string(userID),
            "state": .string(state.rawValue), "attempts": .int(attempts),
            "nextAttemptAt": state == .pending ? record["due"] : .null,
        ]
        if let last = tries.last?.object { for (key, value) in last.members { object[key] = value } }
        if isWhole {
            object["tries"] = .array(tries)
            object["body"] = .string(String(decoding: try body, as: UTF8.self))
            object["response"] = .string(record.string("answer"))
        }
        return .object(object)
    }
}
