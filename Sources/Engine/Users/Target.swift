import Storage
import Values

/// Where a user gets messages: an e-mail address, a phone number or a device.
struct Target: Sendable {
    /// How messages reach it.
    enum Kind: String, Sendable { case email, sms, push }

    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.targets) }

    var id: String { row.id }
    var user: String { record.string("user") }
    var kind: Kind { Kind(rawValue: record.string("providerType")) ?? .push }
    var identifier: String { record.string("identifier") }

    var json: JSON {
        let record = record
        return [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "name": .string(record.string("name")), "userId": .string(user),
            "providerId": .string(record.string("providerId")), "providerType": .string(kind.rawValue),
            "identifier": .string(identifier), "expired": .bool(record.bool("expired")),
        ]
    }
}
