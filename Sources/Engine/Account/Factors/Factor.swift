import Values

/// A way to show for a second time who one is.
enum Factor: String, Sendable, CaseIterable {
    /// The code of an authenticator app.
    case totp
    case email, phone
    /// One of the codes that were written down for the day when nothing else is at hand.
    case recoveryCode
    /// A code that the project hands over by a way of its own, which it learns from users.getMFAChallenge.
    case custom

    /// By which address codes are sent; nil where none are.
    var channel: Channel? {
        switch self {
        case .email: .email
        case .phone: .phone
        case .totp, .recoveryCode, .custom: nil
        }
    }
}

extension Policies.MFAFactors {
    /// Whether a factor counts. Recovery codes always do: they stand in for one that was lost.
    func allows(_ factor: Factor) -> Bool {
        switch factor {
        case .totp: totp
        case .email: email
        case .phone: phone
        case .custom: custom
        case .recoveryCode: true
        }
    }

    /// - Throws: 501 `user_auth_method_unsupported` for a factor that does not count.
    func check(_ factor: Factor) throws(AppError) {
        guard allows(factor) else {
            throw AppError(
                .userAuthMethodUnsupported,
                "The factor '\(factor.rawValue)' is switched off in this project.",
                hint: "account.listMFAFactors tells which can be shown; the owner switches them on with "
                    + "project.updateMFAFactorsPolicy."
            )
        }
    }

    /// The factors of a user that count.
    /// - Parameter shown: those that the user has shown to work. What the project hands over needs no such proof.
    func counting(_ shown: [Factor]) -> [Factor] {
        shown.filter { allows($0) } + (custom ? [.custom] : [])
    }
}
