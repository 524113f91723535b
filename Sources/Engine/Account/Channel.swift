import Values

/// An address at which a user is reached, and which it may have shown to be its own.
enum Channel: String, Sendable {
    case email, phone

    /// How messages go there.
    var message: Outbox.Kind {
        switch self {
        case .email: .email
        case .phone: .sms
        }
    }

    /// The tokens that show that the address is the user's own.
    var verification: Token.Kind {
        switch self {
        case .email: .emailVerification
        case .phone: .phoneVerification
        }
    }

    /// The column that says whether the address was verified.
    var column: String { rawValue + "Verification" }

    /// Empty where the user has none.
    func address(of user: User) -> String {
        switch self {
        case .email: user.email
        case .phone: user.phone
        }
    }

    func isVerified(of user: User) -> Bool {
        switch self {
        case .email: user.hasVerifiedEmail
        case .phone: user.hasVerifiedPhone
        }
    }

    /// Refuses a user who has no such address.
    /// - Throws: 400 `user_email_not_found`, 400 `user_phone_not_found`.
    private func check(_ user: User) throws(AppError) {
        guard address(of: user).isEmpty else { return }
        switch self {
        case .email:
            throw AppError(
                .userEmailNotFound,
                "The user '\(user.id)' has no e-mail address.",
                hint: "account.updateEmail sets one."
            )
        case .phone:
            throw AppError(
                .userPhoneNotFound,
                "The user '\(user.id)' has no phone number.",
                hint: "account.updatePhone sets one."
            )
        }
    }

    /// Refuses a user who has not shown that it has such an address.
    /// - Throws: 400 `user_email_not_found`, 400 `user_phone_not_found`, 400 `user_email_not_verified`, 400
    ///   `user_phone_not_verified`.
    func checkVerified(of user: User) throws(AppError) {
        try check(user)
        guard !isVerified(of: user) else { return }
        switch self {
        case .email:
            throw AppError(
                .userEmailNotVerified,
                "The e-mail address of the user '\(user.id)' is not verified.",
                hint: "account.createEmailVerification begins that."
            )
        case .phone:
            throw AppError(
                .userPhoneNotVerified,
                "The phone number of the user '\(user.id)' is not verified.",
                hint: "account.createPhoneVerification begins that."
            )
        }
    }

    /// Refuses a user who has no such address, or has nothing left to show about it.
    /// - Throws: 400 `user_email_not_found`, 400 `user_phone_not_found`, 409 `user_email_already_verified`, 409
    ///   `user_phone_already_verified`.
    func checkUnverified(of user: User) throws(AppError) {
        try check(user)
        guard isVerified(of: user) else { return }
        switch self {
        case .email:
            throw AppError(
                .userEmailAlreadyVerified,
                "The e-mail address of the user '\(user.id)' is verified already."
            )
        case .phone:
            throw AppError(
                .userPhoneAlreadyVerified,
                "The phone number of the user '\(user.id)' is verified already."
            )
        }
    }
}
