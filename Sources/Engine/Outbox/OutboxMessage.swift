import Storage
import Values

/// A message that waits to be delivered.
struct OutboxMessage: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.outbox) }

    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }

    /// The message as an answer to the key.
    func json() throws -> JSON {
        let record = record
        return [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text),
            "kind": .string(record.string("kind")), "purpose": .string(record.string("purpose")),
            "userId": .string(record.string("user")), "recipient": .string(record.string("recipient")),
            "subject": .string(record.string("subject")), "body": .string(record.string("body")),
            "details": try JSON(parsing: record.string("details")), "state": .string(record.string("state")),
            "expire": .string(expire.text),
        ]
    }
}
