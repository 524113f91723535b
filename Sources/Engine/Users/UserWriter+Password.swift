import Storage
import Values

extension UserWriter {
    /// The columns of a password; those of no password for nil.
    func passwordFields(_ hash: PasswordHash?) -> JSONObject {
        guard let hash else {
            return ["hash": nil, "algorithm": nil, "hashOptions": nil, "passwordUpdate": nil]
        }
        return [
            "hash": .string(hash.text), "algorithm": .string(hash.name), "hashOptions": hash.options,
            "passwordUpdate": .string(context.now.text),
        ]
    }

    /// Sets the password, or removes it.
    func setPassword(_ hash: PasswordHash?, of user: User) throws -> User {
        try update(user, passwordFields(hash))
    }

    /// Keeps the same password in another form from now on.
    func replaceHash(_ hash: PasswordHash, of user: User) throws -> User {
        var fields = passwordFields(hash)
        fields["passwordUpdate"] = nil
        return try update(user, fields)
    }
}
