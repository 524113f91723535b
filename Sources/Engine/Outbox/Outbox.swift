import Storage
import Values

/// Messages to users that wait to be delivered.
///
/// They are written in the transaction of the call that causes them, so that none is lost and none is sent for nothing.
/// Whoever holds the project's key can read them, which lets a flow that leads over a mailbox or a phone be finished
/// without one.
enum Outbox {
    /// How a message reaches its user.
    enum Kind: String, Sendable { case email, sms }

    /// How many messages that have expired go with a new one at the most.
    private static let sweep = 100

    /// Adds a message.
    /// - Parameters:
    ///   - purpose: why it is sent, for example `recovery`.
    ///   - recipient: an e-mail address or a phone number.
    ///   - subject: empty for text messages.
    ///   - body: the text as the recipient is to read it.
    ///   - details: what the text holds, one by one, for programs: `secret`, `url`.
    ///   - expire: when what it holds is good for nothing any more; it is removed then.
    /// - Returns: the id of the message.
    @discardableResult
    static func add(
        kind: Kind,
        purpose: String,
        user: String,
        recipient: String,
        subject: String = "",
        body: String,
        details: JSON = [:],
        expire: Timestamp,
        _ context: WriteContext
    ) throws -> String {
        try context.removeExpired(from: IdentityTables.outbox, atMost: sweep)
        let fields: JSONObject = [
            "kind": .string(kind.rawValue), "purpose": .string(purpose), "user": .string(user),
            "recipient": .string(recipient), "subject": .string(subject), "state": "waiting",
            "expire": .string(expire.text), "body": .string(body), "details": .string(details.text),
        ]
        let id = context.call.clock.makeID()
        try context.insert(id, fields, into: IdentityTables.outbox)
        return id
    }
}
