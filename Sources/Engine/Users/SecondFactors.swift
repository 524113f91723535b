import Storage
import Values

/// What a user can show besides the first factor, as far as the project lets it count.
struct SecondFactors: Sendable {
    var totp: Bool
    var phone: Bool
    var email: Bool
    var recoveryCode: Bool
    /// Handed over by a way of the project's own.
    var custom: Bool

    /// How many recovery codes are made at once, and how many characters each has.
    private static let codeCount = 6
    private static let codeLength = 10

    init(of user: User, _ context: ReadContext) throws {
        let allowed = try context.settings.policies.mfaFactors
        totp = try allowed.totp && context.authenticator(of: user.id)?.isVerified == true
        phone = allowed.phone && user.hasVerifiedPhone
        email = allowed.email && user.hasVerifiedEmail
        recoveryCode = !user.recoveryCodes.isEmpty
        custom = allowed.custom
    }

    /// Those for which a session of the user may be asked.
    var askable: [Factor] {
        var factors: [Factor] = []
        if totp { factors.append(.totp) }
        if email { factors.append(.email) }
        if phone { factors.append(.phone) }
        if custom { factors.append(.custom) }
        return factors
    }

    var json: JSON {
        [
            "totp": .bool(totp), "phone": .bool(phone), "email": .bool(email), "recoveryCode": .bool(recoveryCode),
            "custom": .bool(custom),
        ]
    }

    static func makeRecoveryCodes() -> [String] { (0..<codeCount).map { _ in Secret.random(length: codeLength) } }

    /// The answer that shows recovery codes.
    static func json(_ codes: [String]) -> JSON { ["recoveryCodes": JSON(codes)] }
}

extension UserWriter {
    /// Gives a user recovery codes.
    /// - Throws: 409 `user_recovery_codes_already_exists`.
    func addRecoveryCodes(_ codes: [String], to user: User) throws {
        guard user.recoveryCodes.isEmpty else {
            throw AppError(
                .userRecoveryCodesAlreadyExists,
                "The user '\(user.id)' has recovery codes already.",
                hint: "The operation that updates them makes new ones in their place."
            )
        }
        _ = try update(user, ["recoveryCodes": JSON(codes)])
    }

    /// Gives a user other recovery codes in place of those there are.
    /// - Throws: 404 `user_recovery_codes_not_found`.
    func replaceRecoveryCodes(_ codes: [String], of user: User) throws {
        guard !user.recoveryCodes.isEmpty else { throw user.hasNoRecoveryCodes }
        _ = try update(user, ["recoveryCodes": JSON(codes)])
    }

    /// Removes the authenticator of a type.
    /// - Throws: 404 `user_authenticator_not_found`.
    func removeAuthenticator(_ type: String, of user: User) throws {
        guard let found = try context.authenticator(of: user.id), found.type == type else {
            throw AppError(
                .userAuthenticatorNotFound,
                "The user '\(user.id)' has no authenticator of the type '\(type)'.",
                argument: "type"
            )
        }
        _ = try context.writer.delete(found.id, from: IdentityTables.authenticators)
        try context.moveStamp(of: user.id)
    }
}

extension User {
    var hasNoRecoveryCodes: AppError {
        AppError(
            .userRecoveryCodesNotFound,
            "The user '\(id)' has no recovery codes.",
            hint: "The operation that creates them makes six."
        )
    }
}
