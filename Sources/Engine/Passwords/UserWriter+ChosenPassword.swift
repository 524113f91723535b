import Values

extension UserWriter {
    /// Gives a user a password that somebody chose, as far as the project's policies allow it.
    /// - Throws: 400 `general_argument_invalid` for a weak or common one, 400 `password_personal_data`, 400
    ///   `password_recently_used`.
    func choosePassword(_ password: GivenPassword, for user: User) throws -> User {
        let policies = try context.settings.policies
        try policies.check(password.text, for: user.owner)
        let former = user.formerPasswords(policies)
        guard try !former.contains(where: { try password.matches($0) }) else {
            throw AppError(
                .passwordRecentlyUsed,
                "The user has had this password before.",
                argument: "password",
                hint: "It must differ from the last \(policies.passwordHistory)."
            )
        }
        var fields = passwordFields(try password.newHash())
        // The new one is the last of those that the next one must differ from.
        fields["passwordHistory"] = JSON(former.suffix(max(0, policies.passwordHistory - 1)).map(\.stored))
        return try update(user, fields)
    }
}

extension User {
    var owner: PasswordOwner { PasswordOwner(id: id, name: name, email: email, phone: phone) }

    /// The passwords that the next one must differ from: the last ones, as many as a policy says, oldest first.
    func formerPasswords(_ policies: Policies) -> [PasswordHash] {
        let all = passwordHistory.compactMap { PasswordHash(stored: $0) } + (password.map { [$0] } ?? [])
        return all.suffix(policies.passwordHistory)
    }
}

extension PasswordHash {
    /// All of it in one text, for the history of a user.
    fileprivate var stored: String {
        JSON.object(["hash": .string(text), "algorithm": .string(name), "options": options]).text
    }

    fileprivate init?(stored: String) {
        guard let json = try? JSON(parsing: stored) else { return nil }
        self.init(json["hash"]?.string, name: json["algorithm"]?.string, options: json["options"])
    }
}
