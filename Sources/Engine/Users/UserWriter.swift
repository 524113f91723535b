import Storage
import Values

/// Writes users and what hangs on them.
struct UserWriter {
    let context: WriteContext

    init(_ context: WriteContext) { self.context = context }

    /// What a new user is made of.
    struct New {
        var id: String
        var email: String?
        var phone: String?
        var name = ""
        var password: PasswordHash?
        var hasVerifiedEmail = false
        var hasVerifiedPhone = false
    }

    /// Adds a user, whose addresses become targets.
    /// - Throws: 409 `user_already_exists` for an id, an e-mail address or a phone number that is taken, 409
    ///   `user_email_already_exists` for an address under which another user signs in elsewhere.
    func create(_ new: New) throws -> User {
        let email = new.email?.lowercased() ?? ""
        let phone = new.phone ?? ""
        if !email.isEmpty {
            if try context.user(email: email) != nil { throw Self.taken("this e-mail address", argument: "email") }
            try checkIdentities(email, of: nil)
        }
        if !phone.isEmpty, try context.user(phone: phone) != nil {
            throw Self.taken("this phone number", argument: "phone")
        }
        let now = JSON.string(context.now.text)
        let fields: JSONObject = [
            "name": .string(new.name), "email": email.isEmpty ? .null : .string(email),
            "phone": phone.isEmpty ? .null : .string(phone), "status": true, "labels": [],
            "emailVerification": .bool(new.hasVerifiedEmail), "phoneVerification": .bool(new.hasVerifiedPhone),
            "mfa": false, "impersonator": false, "prefs": [:], "registration": now, "accessedAt": now,
            "search": .string(User.searchText(id: new.id, email: email, phone: phone, name: new.name)),
            "stamp": .int(Identity.newStamp()),
        ]
        let all = JSONObject(fields.members + passwordFields(new.password).members)
        do { try context.insert(new.id, all, into: IdentityTables.users) } catch let error as StoreError {
            switch error.kind {
            case .duplicateID: throw Self.taken("this id", argument: "userId")
            case .uniqueViolation: throw Self.taken("this e-mail address or phone number", argument: "email")
            default: throw error
            }
        }
        try setTarget(.email, from: "", to: email, of: new.id)
        try setTarget(.sms, from: "", to: phone, of: new.id)
        return try context.user(new.id, argument: "userId")
    }

    private static func taken(_ what: Prose, argument: Prose) -> AppError {
        AppError(
            .userAlreadyExists,
            "There is a user with \(what) already.",
            argument: argument,
            hint: "users.list finds it; choose another one, or \"unique()\" as the id."
        )
    }

    /// Changes columns of a user.
    /// - Parameter rights: whether its rights depend on them.
    func update(_ user: User, _ fields: JSONObject, rights: Bool = false) throws -> User {
        var fields = fields
        func text(_ key: String, or old: String) -> String {
            fields[key].map { $0.string ?? "" } ?? old
        }
        if fields["name"] != nil || fields["email"] != nil || fields["phone"] != nil {
            fields["search"] = .string(
                User.searchText(
                    id: user.id,
                    email: text("email", or: user.email),
                    phone: text("phone", or: user.phone),
                    name: text("name", or: user.name)
                )
            )
        }
        if rights { fields["stamp"] = .int(Identity.newStamp()) }
        let change = Record.change(IdentityTables.users, at: context.now, fields)
        _ = try context.writer.update(user.id, change, in: IdentityTables.users)
        return try context.user(user.id, argument: "userId")
    }
}
