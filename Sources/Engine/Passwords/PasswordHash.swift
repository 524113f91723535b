import Values

/// A password as it is kept: in the form of one of the algorithms, never in clear.
struct PasswordHash: Sendable {
    let scheme: any PasswordScheme
    /// The hash itself, with the parameters that its form has room for.
    let text: String

    /// A hash that comes from elsewhere.
    /// - Throws: 400 `general_argument_invalid` for a text that is no hash of this scheme, or that would cost too much.
    init(importing text: String, as scheme: any PasswordScheme) throws(AppError) {
        try scheme.check(text)
        self.init(scheme, text)
    }

    /// A hash from the store.
    /// - Parameters:
    ///   - name: as ``name`` was when it was written.
    ///   - options: as ``options`` were.
    /// - Returns: nil where there is none.
    init?(_ text: String?, name: String?, options: JSON?) {
        guard let text, !text.isEmpty, let name,
            let scheme = PasswordSchemes.scheme(name, options: options?.object ?? [:])
        else { return nil }
        self.init(scheme, text)
    }

    init(_ scheme: any PasswordScheme, _ text: String) {
        self.scheme = scheme
        self.text = text
    }

    /// The algorithm, for example `argon2`: the field `hash` of a user.
    var name: String { type(of: scheme).name }

    /// What the store keeps beside ``text`` and ``name``. It may hold a salt or a key, and is not for answers.
    var options: JSON { .object(scheme.options) }

    /// The field `hashOptions` of a user.
    var shownOptions: JSON {
        var shown: JSONObject = ["type": .string(name)]
        for (key, value) in scheme.shown(text).members { shown[key] = value }
        return .object(shown)
    }

    /// Whether this is the hash of a password.
    ///
    /// Costs what the algorithm costs, so call it ahead of sessions and on ``HashingThreads`` only.
    /// - Throws: 500 `general_server_error` where the library that it takes is not installed.
    func matches(_ password: String) throws(AppError) -> Bool {
        guard !password.isEmpty else { return false }
        return try scheme.matches(Array(password.utf8), text)
    }

    /// Whether the password should be hashed anew once it is known, because this hash is weaker than a new one.
    var isOutdated: Bool { !Argon2.isCurrent(self) }
}
