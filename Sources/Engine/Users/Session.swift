import Storage
import Values

/// A session: that a user has signed in, from where and how.
struct Session: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.sessions) }

    var id: String { row.id }
    var user: String { record.string("user") }
    var provider: String { record.string("provider") }
    /// As whom the user has signed in there; empty where there is no OAuth2 provider.
    var providerUid: String { record.string("providerUid") }
    /// What renews the tokens of the provider; empty where there is nothing that does.
    var providerRefreshToken: String { record.string("providerRefreshToken") }
    /// When the provider's access token ends; nil where it does not say.
    var providerExpire: Timestamp? {
        record["providerAccessTokenExpiry"].string.flatMap { Timestamp(parsing: $0) }
    }
    /// What the user has shown of itself.
    var factors: [String] { record.strings("factors") }
    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }

    /// The session as an answer.
    /// - Parameters:
    ///   - caller: whose session of now it may be.
    ///   - secret: shown to the key once, when the session begins.
    func json(for caller: Caller, secret: String = "") -> JSON {
        json(
            isCurrent: caller.session?.id == id,
            secret: secret,
            withTokens: caller.isPrivileged || caller.actor.userID == user
        )
    }

    /// The session as events tell it: without what opens anything.
    var event: JSON { json(isCurrent: false, secret: "", withTokens: false) }

    private func json(isCurrent: Bool, secret: String, withTokens: Bool) -> JSON {
        let record = record
        func text(_ key: String, _ isShown: Bool = true) -> JSON { .string(isShown ? record.string(key) : "") }
        var object: JSONObject = [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "userId": .string(user), "expire": .string(expire.text), "provider": text("provider"),
            "providerUid": text("providerUid"), "providerAccessToken": text("providerAccessToken", withTokens),
            "providerAccessTokenExpiry": text("providerAccessTokenExpiry"),
            "providerRefreshToken": text("providerRefreshToken", withTokens), "ip": text("ip"),
        ]
        let client = record["client"]
        for key in ClientDetails.fields { object[key] = client[key] ?? "" }
        object["countryCode"] = "--"
        object["countryName"] = "Unknown"
        object["current"] = .bool(isCurrent)
        object["factors"] = JSON(record.strings("factors"))
        object["secret"] = .string(secret)
        object["mfaUpdatedAt"] = text("mfaUpdatedAt")
        return .object(object)
    }
}
