import Storage
import Values

/// That a user was asked for a second factor.
struct Challenge: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.challenges) }

    var id: String { row.id }
    var user: String { record.string("user") }
    /// The session that was to show it; empty where the call had none.
    var session: String { record.string("session") }
    var factor: Factor? { Factor(rawValue: record.string("type")) }
    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }

    var json: JSON {
        [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "userId": .string(user),
            "expire": .string(expire.text),
        ]
    }

    /// Whether a code is the one that was asked for. Codes that can be used once are used up by it.
    func isMet(by code: String, _ user: User, _ context: WriteContext) throws -> Bool {
        switch factor {
        case .totp:
            guard let authenticator = try context.authenticator(of: user.id), authenticator.isVerified,
                let step = authenticator.step(of: code, at: context.now)
            else { return false }
            try context.change(authenticator.id, ["step": .int(step)], in: IdentityTables.authenticators)
            return true
        case .recoveryCode:
            let left = user.recoveryCodes.filter { !Secret.matches(code, Secret.digest($0)) }
            guard left.count < user.recoveryCodes.count else { return false }
            _ = try UserWriter(context).update(user, ["recoveryCodes": JSON(left)])
            return true
        case .email, .phone, .custom: return Secret.matches(code, record.string("code"))
        case nil: return false
        }
    }
}
