import Storage
import Values

/// A user whom a provider has signed in: who that is here, and what it gets.
struct OAuth2Arrival {
    let attempt: OAuth2Attempt
    let profile: OAuth2Profile
    let tokens: OAuth2Tokens
    let context: WriteContext

    init(attempt: OAuth2Attempt, profile: OAuth2Profile, tokens: OAuth2Tokens, _ context: WriteContext) {
        self.attempt = attempt
        self.profile = profile
        self.tokens = tokens
        self.context = context
    }

    /// How many characters the secret of a token has, and how long it is good, in seconds.
    private static let secretLength = 64
    private static let tokenTime: Int64 = 3600

    /// Signs the user in, or makes a token for it.
    func answer() throws -> JSON {
        let user = try user()
        try user.checkActive()
        switch attempt.outcome {
        case .session: return try session(of: user)
        case .token: return try token(for: user)
        }
    }

    private func session(of user: User) throws -> JSON {
        var details = tokens.columns
        details["providerUid"] = .string(profile.id)
        let (session, secret) = try SessionWriter(context).begin(
            for: user,
            provider: attempt.provider,
            factors: ["oauth2"],
            details: details
        )
        context.eventIDs["userId"] = user.id
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = session.event
        return [
            "url": .string(attempt.success), "userId": .string(user.id), "sessionId": .string(session.id),
            "secret": .string(context.caller.isPrivileged ? secret : ""),
        ]
    }

    private func token(for user: User) throws -> JSON {
        let secret = Secret.random(length: Self.secretLength)
        let token = try context.addToken(.oauth2, secret, for: user.id, seconds: Self.tokenTime)
        context.told(token)
        let url = attempt.success
        return [
            "url": .string(url.isEmpty ? "" : URLText.adding([("userId", user.id), ("secret", secret)], to: url)),
            "userId": .string(user.id), "tokenId": .string(token.id),
            "secret": .string(context.caller.isPrivileged ? secret : ""),
        ]
    }

    // MARK: Who

    private func user() throws -> User {
        let known = try context.identity(attempt.provider, profile.id)
        if let known {
            guard attempt.user.isEmpty || attempt.user == known.user else {
                throw Self.taken("Another user signs in with this account of the provider.")
            }
            try context.refresh(known, tokens, email: profile.email)
            return try completed(try context.user(known.user, argument: "provider"))
        }
        let user = try linked() ?? create()
        _ = try context.addIdentity(
            of: user.id,
            provider: attempt.provider,
            uid: profile.id,
            email: profile.email,
            tokens: tokens.columns
        )
        return try completed(user)
    }

    /// The user to whom the account at the provider is to belong from now on; nil for a new one.
    ///
    /// An address alone opens no account: the provider must say that it is the user's own, and it must have been verified
    /// here. Otherwise whoever signed up here with a foreign address would share the account with its owner.
    private func linked() throws -> User? {
        let owner = profile.email.isEmpty ? nil : try context.user(email: profile.email)
        if !attempt.user.isEmpty {
            guard owner == nil || owner?.id == attempt.user else {
                throw Self.taken("Another user has the e-mail address of this account of the provider.")
            }
            return try context.user(attempt.user, argument: "as")
        }
        guard let owner else { return nil }
        guard profile.isVerified, owner.hasVerifiedEmail else {
            throw Self.taken("There is a user with the e-mail address of this account, which is not verified.")
        }
        return owner
    }

    private func create() throws -> User {
        try context.checkSignUp()
        return try UserWriter(context).create(
            UserWriter.New(
                id: context.call.clock.makeID(),
                email: profile.email.isEmpty ? nil : profile.email,
                name: profile.name,
                hasVerifiedEmail: profile.isVerified
            )
        )
    }

    /// The user with what the provider knows and the project does not.
    private func completed(_ user: User) throws -> User {
        var user = user
        let writer = UserWriter(context)
        if user.name.isEmpty, !profile.name.isEmpty {
            user = try writer.update(user, ["name": .string(profile.name)])
        }
        if user.email.isEmpty, !profile.email.isEmpty, try context.user(email: profile.email) == nil {
            user = try writer.setEmail(profile.email, of: user, isVerified: profile.isVerified)
        }
        if profile.isVerified, user.email == profile.email, !user.hasVerifiedEmail {
            user = try writer.update(user, ["emailVerification": true], rights: true)
        }
        return user
    }

    private static func taken(_ message: Prose) -> AppError {
        AppError(
            .userAlreadyExists,
            message,
            argument: "provider",
            hint: "Sign in the other way, verify the e-mail address, and call account.createOAuth2Session as that user."
        )
    }
}

extension ReadContext {
    /// Who signs in with an account at a provider.
    func identity(_ provider: String, _ uid: String) throws -> UserIdentity? {
        var query = RowQuery(limit: 1)
        query.filters = [
            .compare("provider", .equal, [.string(provider)]), .compare("providerUid", .equal, [.string(uid)]),
        ]
        return try session.rows(query, in: IdentityTables.identities).first.map { UserIdentity($0) }
    }
}

extension WriteContext {
    /// Keeps new tokens of an identity, and the address that it has now.
    /// - Parameter email: nil where nothing is known of it; an empty one changes nothing either.
    func refresh(_ identity: UserIdentity, _ tokens: OAuth2Tokens, email: String? = nil) throws {
        var fields = tokens.columns
        if let email, !email.isEmpty { fields.members += identity.fields(email: email).members }
        try change(identity.id, fields, in: IdentityTables.identities)
    }
}
