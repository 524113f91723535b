import Values

/// Whom a password is for, as far as it must not give that away.
struct PasswordOwner: Sendable {
    var id: String
    var name = ""
    var email = ""
    var phone = ""
}

extension Policies {
    /// Refuses a new password that is too weak, too common, or that says whose it is.
    /// - Throws: 400 `general_argument_invalid`, 400 `password_personal_data`.
    func check(_ password: String, for owner: PasswordOwner) throws(AppError) {
        let missing = passwordStrength.missing(in: password)
        guard missing.isEmpty else {
            throw AppError(
                .generalArgumentInvalid,
                "The password is too weak: it lacks \(missing.joined(separator: ", ")).",
                argument: "password",
                hint: "The project's owner sets what it needs with project.updatePasswordStrengthPolicy."
            )
        }
        if passwordDictionary, CommonPasswords.contains(password) {
            throw AppError(
                .generalArgumentInvalid,
                "The password is one of those that everybody tries first.",
                argument: "password",
                hint: "A few words that have nothing to do with each other are easy to remember and hard to guess."
            )
        }
        if passwordPersonalData, let part = owner.part(in: password) {
            throw AppError(
                .passwordPersonalData,
                "The password contains the user's \(own: part).",
                argument: "password",
                hint: "Choose one that says nothing about the user."
            )
        }
    }
}

extension Policies.PasswordStrength {
    /// What a password would need besides what it has.
    fileprivate func missing(in password: String) -> [String] {
        var missing: [String] = []
        let length = password.unicodeScalars.count
        if length < min { missing.append("\(min - length) more characters") }
        if uppercase, !password.contains(where: \.isUppercase) { missing.append("an upper-case letter") }
        if lowercase, !password.contains(where: \.isLowercase) { missing.append("a lower-case letter") }
        if number, !password.contains(where: \.isNumber) { missing.append("a digit") }
        if symbols, !password.contains(where: { !$0.isLetter && !$0.isNumber && !$0.isWhitespace }) {
            missing.append("a symbol")
        }
        return missing
    }
}

extension PasswordOwner {
    /// Shorter ones are in many passwords by chance.
    private static let shortestPart = 3

    /// The word for what a password gives away; nil where it gives away nothing.
    fileprivate func part(in password: String) -> String? {
        let password = password.lowercased()
        let parts = [
            ("id", id), ("name", name), ("e-mail address", email),
            ("e-mail address", String(email.prefix { $0 != "@" })), ("phone number", String(phone.drop { $0 == "+" })),
        ]
        return parts.first { _, part in
            part.count >= Self.shortestPart && password.contains(part.lowercased())
        }?.0
    }
}

extension UserWriter.New {
    /// Whom the password of a new user is for.
    var owner: PasswordOwner { PasswordOwner(id: id, name: name, email: email ?? "", phone: phone ?? "") }
}
