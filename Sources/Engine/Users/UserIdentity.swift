import Storage
import Values

/// That a user signs in with an OAuth2 provider, and as whom there.
struct UserIdentity: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.identities) }

    var id: String { row.id }
    var user: String { record.string("user") }

    /// The columns that hold its e-mail address there.
    func fields(email: String) -> JSONObject {
        Self.fields(user: user, provider: record.string("provider"), uid: record.string("providerUid"), email: email)
    }

    fileprivate static func fields(user: String, provider: String, uid: String, email: String) -> JSONObject {
        [
            "providerEmail": .string(email),
            "search": .string("\(user) \(provider) \(uid) \(email)".lowercased()),
        ]
    }

    /// The identity as an answer to the key or the user itself.
    var json: JSON { json(withTokens: true) }

    /// The identity as events tell it: without what opens anything.
    var event: JSON { json(withTokens: false) }

    private func json(withTokens: Bool) -> JSON {
        let record = record
        func text(_ key: String, _ isShown: Bool = true) -> JSON { .string(isShown ? record.string(key) : "") }
        return [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "userId": .string(user), "provider": text("provider"), "providerUid": text("providerUid"),
            "providerEmail": text("providerEmail"), "providerAccessToken": text("providerAccessToken", withTokens),
            "providerAccessTokenExpiry": text("providerAccessTokenExpiry"),
            "providerRefreshToken": text("providerRefreshToken", withTokens),
        ]
    }

    /// A list of identities, of one user or of all.
    static let list = SystemList(
        IdentityTables.identities,
        name: "identities",
        idField: "$id",
        fields: [("$id", "$id"), ("userId", "user"), ("provider", "provider"), ("providerUid", "providerUid")]
            + [
                ("providerEmail", "providerEmail"), ("providerAccessTokenExpiry", "providerAccessTokenExpiry"),
            ]
    )
}

extension WriteContext {
    /// Links a user to an identity at a provider.
    /// - Parameter tokens: the columns of the provider's tokens.
    /// - Throws: ``StoreError`` `uniqueViolation` where the identity has a user already.
    func addIdentity(
        of user: String,
        provider: String,
        uid: String,
        email: String,
        tokens: JSONObject = [:]
    ) throws -> UserIdentity {
        let email = email.lowercased()
        let fields: JSONObject = [
            "user": .string(user), "provider": .string(provider), "providerUid": .string(uid),
        ]
        let found = UserIdentity.fields(user: user, provider: provider, uid: uid, email: email)
        let all = JSONObject(fields.members + found.members + tokens.members)
        return UserIdentity(try add(call.clock.makeID(), all, to: IdentityTables.identities))
    }
}

/// `users.listIdentities` and `deleteIdentity`.
enum UserIdentities {
    static let all: [Handler] = [list, delete]

    static let list = Handler.read("users.listIdentities") { context in
        try UserIdentity.list.answer(context) { UserIdentity($0).json }
    }

    static let delete = Handler.write("users.deleteIdentity", prepare: { _ in }) { _, context in
        let id = context.call.string("identityId")
        guard let row = try context.session.row(id, in: IdentityTables.identities) else {
            throw AppError(
                .userIdentityNotFound,
                "There is no identity '\(id)'.",
                argument: "identityId",
                hint: "users.listIdentities shows the identities."
            )
        }
        let identity = UserIdentity(row)
        _ = try context.writer.delete(id, from: IdentityTables.identities)
        context.eventIDs["userId"] = identity.user
        context.eventPayload = identity.event
        return [:] as JSON
    }
}
