import Values

/// A way to sign in that the owner of the project can switch off.
enum AuthMethod: String, Sendable, CaseIterable {
    case emailPassword = "email-password"
    /// A link by e-mail.
    case magicURL = "magic-url"
    /// A code by e-mail.
    case emailOTP = "email-otp"
    case anonymous
    /// Joining teams by invitation.
    case invites
    /// Tokens that users make of their sessions.
    case jwt
    /// A code by SMS.
    case phone
}

/// Which ways to sign in are open.
struct AuthMethods: Sendable, Equatable {
    private let disabled: Set<String>

    /// - Parameter value: false for each method that is off.
    init(_ value: JSONObject) {
        disabled = Set(value.members.filter { $0.value == false }.map(\.key))
    }

    func isEnabled(_ method: AuthMethod) -> Bool { !disabled.contains(method.rawValue) }

    /// - Throws: 501 `user_auth_method_unsupported` for a method that is off.
    func check(_ method: AuthMethod) throws(AppError) {
        guard isEnabled(method) else {
            throw AppError(
                .userAuthMethodUnsupported,
                "The sign-in method '\(method.rawValue)' is switched off in this project.",
                hint: "The owner switches it on with project.updateAuthMethod."
            )
        }
    }

    /// As project.get answers them.
    var json: JSON {
        .array(AuthMethod.allCases.map { ["$id": .string($0.rawValue), "enabled": .bool(isEnabled($0))] })
    }
}

extension ReadContext {
    /// Refuses guests and users a way to sign in that is off. Keys, which make sessions of anybody anyway, go on.
    /// - Throws: 501 `user_auth_method_unsupported`.
    func check(_ method: AuthMethod) throws {
        if !caller.isPrivileged { try settings.authMethods.check(method) }
    }
}
