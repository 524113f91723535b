import Storage
import Values

extension UserWriter {
    /// Sets the e-mail address, which an empty text removes; it counts as not verified then.
    /// - Throws: 409 `user_email_already_exists`.
    func setEmail(_ text: String, of user: User, isVerified: Bool = false) throws -> User {
        let email = text.lowercased()
        if !email.isEmpty {
            if let other = try context.user(email: email), other.id != user.id { throw Self.takenEmail }
            try checkIdentities(email, of: user.id)
        }
        try setTarget(.email, from: user.email, to: email, of: user.id)
        return try refusing(Self.takenEmail) {
            try update(
                user,
                ["email": email.isEmpty ? .null : .string(email), "emailVerification": .bool(isVerified)],
                rights: true
            )
        }
    }

    /// Sets the phone number, which an empty text removes; it counts as not verified then.
    /// - Throws: 409 `user_phone_already_exists`.
    func setPhone(_ number: String, of user: User, isVerified: Bool = false) throws -> User {
        let taken = AppError(
            .userPhoneAlreadyExists,
            "Another user has this phone number.",
            argument: context.call.arguments["number"] == nil ? "phone" : "number",
            hint: "users.list finds it."
        )
        if !number.isEmpty, let other = try context.user(phone: number), other.id != user.id { throw taken }
        try setTarget(.sms, from: user.phone, to: number, of: user.id)
        return try refusing(taken) {
            try update(
                user,
                ["phone": number.isEmpty ? .null : .string(number), "phoneVerification": .bool(isVerified)],
                rights: true
            )
        }
    }

    private static let takenEmail = AppError(
        .userEmailAlreadyExists,
        "Another user has this e-mail address.",
        argument: "email",
        hint: "users.list finds it."
    )

    private func refusing<R>(_ taken: AppError, _ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as StoreError where error.kind == .uniqueViolation { throw taken }
    }

    /// Refuses an address under which another user has signed in with an OAuth2 provider.
    func checkIdentities(_ email: String, of user: String?) throws {
        let same = try context.rows(
            [.compare("providerEmail", .equal, [.string(email)])],
            in: IdentityTables.identities
        )
        guard same.allSatisfy({ Record($0, IdentityTables.identities).string("user") == user }) else {
            throw Self.takenEmail
        }
    }

    /// Keeps the target of an address beside the address. An identifier that is a target already stays what it is.
    func setTarget(_ kind: Target.Kind, from old: String, to new: String, of user: String) throws {
        guard old != new else { return }
        let own =
            old.isEmpty
            ? nil : try context.targets(of: user).first { $0.kind == kind && $0.identifier == old }
        let taken = new.isEmpty ? nil : try target(new)
        guard !new.isEmpty, taken == nil else {
            if let own { _ = try context.writer.delete(own.id, from: IdentityTables.targets) }
            return
        }
        if let own {
            let change = Record.change(IdentityTables.targets, at: context.now, ["identifier": .string(new)])
            _ = try context.writer.update(own.id, change, in: IdentityTables.targets)
        } else {
            let fields: JSONObject = [
                "user": .string(user), "providerType": .string(kind.rawValue), "identifier": .string(new),
                "name": "", "expired": false,
            ]
            try context.add(context.call.clock.makeID(), fields, to: IdentityTables.targets)
        }
    }

    /// The target with an identifier, whoever has it.
    func target(_ identifier: String) throws -> Target? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("identifier", .equal, [.string(identifier)])]
        return try context.session.rows(query, in: IdentityTables.targets).first.map { Target($0) }
    }
}
