import Storage
import Values

/// An address that is told about events.
struct Webhook: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, WebhookTables.webhooks) }

    var id: String { row.id }
    var uid: String { record.string("uid") }
    var name: String { record.string("name") }
    var url: String { record.string("url") }
    var patterns: [String] { record.strings("events") }
    var isEnabled: Bool { record.bool("enabled") }
    /// Whether the certificate of its server is checked.
    var checksCertificate: Bool { record.bool("tls") }
    var authUsername: String { record.string("authUsername") }
    var authPassword: String { record.string("authPassword") }
    var secret: String { record.string("secret") }
    var attempts: Int64 { record["attempts"].int ?? 0 }

    /// The webhook as it is answered. Its secret was shown when it was made, and can't be any more.
    /// - Parameter secret: what is shown all the same.
    func json(secret: String = "") -> JSON {
        let record = record
        return [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "name": .string(name), "url": .string(url), "events": JSON(patterns), "tls": .bool(checksCertificate),
            "authUsername": .string(authUsername), "authPassword": .string(authPassword), "secret": .string(secret),
            "enabled": .bool(isEnabled), "logs": .string(record.string("logs")), "attempts": .int(attempts),
        ]
    }

    /// What the event log keeps of a change, which opens nothing.
    var told: JSON { json().replacing("authPassword", with: "") }
}

extension ReadContext {
    /// The webhook that the call names.
    /// - Throws: 404 `webhook_not_found`.
    func webhook() throws -> Webhook {
        let id = call.string("webhookId")
        guard let row = try session.row(id, in: WebhookTables.webhooks) else {
            throw AppError(
                .webhookNotFound,
                "There is no webhook '\(id)'.",
                argument: "webhookId",
                hint: "webhooks.list shows the webhooks."
            )
        }
        return Webhook(row)
    }
}
