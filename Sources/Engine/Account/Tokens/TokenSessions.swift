import Storage
import Values

/// `account.createSession`, and the deprecated operations that do the same.
enum TokenSessions {
    static let all: [Handler] = [create]

    private static let kinds = Set(Token.Kind.allCases.filter { $0.signIn != nil })

    static let create = Handler.write(
        "account.createSession",
        "account.updateMagicURLSession",
        "account.updatePhoneSession",
        prepare: { _ in },
        body: { _, context in
            try context.checkNotSignedIn()
            let id = context.call.string("userId")
            guard var user = try context.session.row(id, in: IdentityTables.users).map({ User($0) }),
                let token = try context.takeToken(kinds, context.call.string("secret"), of: id),
                let way = token.kind?.signIn, token.isBound(by: way.channel, of: user)
            else { throw AppError.invalidToken("secret", hint: "Ask for a new one, and use it once.") }
            if let method = way.method { try context.check(method) }
            try user.checkActive()
            // What came by an address shows that the address is the user's.
            if let channel = way.channel, !channel.isVerified(of: user) {
                user = try UserWriter(context).update(user, [channel.column: true], rights: true)
            }
            return try context.signIn(user, provider: way.provider, factors: [way.factor])
        }
    )
}

extension Token.Kind {
    /// How a session begins with a token.
    struct SessionStart {
        /// What the session says of it.
        var provider: String
        var factor: String
        /// By which address the secret came.
        var channel: Channel?
        /// What the project can switch off; nil for what it can't.
        var method: AuthMethod?
    }

    /// nil for tokens that sign nobody in.
    var signIn: SessionStart? {
        switch self {
        case .magicURL: SessionStart(provider: "magic-url", factor: "email", channel: .email, method: .magicURL)
        case .email: SessionStart(provider: "email", factor: "email", channel: .email, method: .emailOTP)
        case .phone: SessionStart(provider: "phone", factor: "phone", channel: .phone, method: .phone)
        case .oauth2: SessionStart(provider: "oauth2", factor: "oauth2")
        case .generic: SessionStart(provider: "token", factor: "token")
        case .recovery, .emailVerification, .phoneVerification: nil
        }
    }
}

extension Token {
    /// Whether the secret was sent to an address that the user still has; true where it went by none.
    func isBound(by channel: Channel?, of user: User) -> Bool {
        guard let address = channel?.address(of: user) else { return true }
        return !address.isEmpty && details["address"]?.string == address
    }
}

extension AppError {
    /// What is said about every secret that is wrong, was used, or has expired.
    static func invalidToken(_ argument: Prose, hint: Prose) -> AppError {
        AppError(
            .userInvalidToken,
            "The secret is wrong, was used already, or has expired.",
            argument: argument,
            hint: hint
        )
    }
}
