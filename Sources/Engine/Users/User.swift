import Storage
import Values

/// A user as stored.
struct User: Sendable {
    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.users) }

    var id: String { row.id }
    var name: String { record.string("name") }
    /// In lower case; empty where there is none.
    var email: String { record.string("email") }
    /// Empty where there is none.
    var phone: String { record.string("phone") }
    /// False for one that is blocked.
    var isActive: Bool { record.bool("status") }
    var labels: [String] { record.strings("labels") }
    var hasVerifiedEmail: Bool { !email.isEmpty && record.bool("emailVerification") }
    var hasVerifiedPhone: Bool { !phone.isEmpty && record.bool("phoneVerification") }
    /// Whether a second factor is asked for.
    var needsFactors: Bool { record.bool("mfa") }
    var prefs: JSON { record["prefs"].isNull ? [:] : record["prefs"] }
    var recoveryCodes: [String] { record.strings("recoveryCodes") }

    /// nil where the user has no password.
    var password: PasswordHash? {
        PasswordHash(record["hash"].string, name: record["algorithm"].string, options: record["hashOptions"])
    }
    /// The hashes of passwords that the user had, oldest first; kept where a policy asks for it.
    var passwordHistory: [String] { record.strings("passwordHistory") }

    /// The user as an answer. What is kept of the password is for the key only.
    /// Who acts as the user is told that it does.
    func json(for caller: Caller, targets: [Target]) -> JSON {
        let json = json(withPassword: caller.isPrivileged, targets)
        guard let impersonator = caller.impersonator, caller.actor.userID == id else { return json }
        return .object(JSONObject((json.object?.members ?? []) + [("impersonatorUserId", .string(impersonator.user))]))
    }

    /// The user as everybody may know it who may know it at all; also what events tell.
    func json(targets: [Target]) -> JSON { json(withPassword: false, targets) }

    private func json(withPassword: Bool, _ targets: [Target]) -> JSON {
        let record = record
        var object: JSONObject = [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "$updatedAt": .string(row.updatedAt.text),
            "name": .string(name),
        ]
        if withPassword {
            let password = password
            object["password"] = .string(password?.text ?? "")
            object["hash"] = .string(password?.name ?? "")
            object["hashOptions"] = password?.shownOptions ?? [:]
        }
        let rest: JSONObject = [
            "registration": .string(record.string("registration")), "status": .bool(isActive),
            "labels": JSON(labels), "passwordUpdate": .string(record.string("passwordUpdate")),
            "email": .string(email), "phone": .string(phone),
            "emailVerification": .bool(record.bool("emailVerification")),
            "phoneVerification": .bool(record.bool("phoneVerification")), "mfa": .bool(needsFactors),
            "prefs": prefs, "targets": .array(targets.map(\.json)),
            "accessedAt": .string(record.string("accessedAt")), "impersonator": .bool(record.bool("impersonator")),
        ]
        object.members += rest.members
        return .object(object)
    }

    /// What the `search` of lists looks through.
    static func searchText(id: String, email: String, phone: String, name: String) -> String {
        [id, email, phone, name].filter { !$0.isEmpty }.joined(separator: " ").lowercased()
    }
}
