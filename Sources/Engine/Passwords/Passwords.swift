import Values

/// How new passwords are kept.
enum Passwords {
    /// Hashes a password for the store, with Argon2id and a salt of its own.
    ///
    /// Takes some 30 ms and 19 MiB, so call it ahead of sessions and on ``HashingThreads`` only.
    /// - Throws: 500 `general_server_error` where libargon2 is not installed.
    static func hash(_ password: String) throws(AppError) -> PasswordHash {
        PasswordHash(Argon2(), try Argon2.encoded(Array(password.utf8)))
    }

    /// Takes as long as checking a password, for callers that name an account which does not exist: the time of an
    /// answer then does not tell whether it does.
    static func pretendToCheck(_ password: String) throws(AppError) {
        _ = try Argon2().matches(Array(password.utf8), decoy)
    }

    /// A hash of random bytes, at the parameters of new ones.
    private static let decoy =
        "$argon2id$v=19$m=\(Argon2.memory),t=\(Argon2.passes),p=\(Argon2.lanes)"
        + "$t2uB7d0yGm1n3Q4hV6c8Zw$5k8fSxq0bPmUuR1vJ7nYwC3eLhTgDz9aNoXiMs2VtQE"
}
