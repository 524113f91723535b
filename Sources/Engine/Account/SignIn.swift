import Values

/// `account.createEmailPasswordSession` and `createAnonymousSession`.
enum SignIn {
    static let all: [Handler] = [withPassword, anonymously]

    static let withPassword = Handler.write(
        "account.createEmailPasswordSession",
        prepare: { GivenPassword($0.string("password")) },
        ahead: { password, call, pipeline in
            let hash = try await pipeline.look(call) { context in
                try context.user(email: call.string("email"))?.password
            }
            try await password.prepareSignIn(hash)
        },
        body: { password, context in
            try context.check(.emailPassword)
            try context.checkNotSignedIn()
            guard var user = try context.user(email: context.call.string("email")), let hash = user.password,
                try password.matches(hash)
            else { throw AppError.wrongLogin }
            try user.checkActive()
            // Now that the password is known, it can be kept as new ones are. The user has not changed it.
            if hash.isOutdated {
                user = try UserWriter(context).replaceHash(try password.newHash(), of: user)
            }
            return try context.signIn(user, provider: "email", factors: ["password"])
        }
    )

    static let anonymously = Handler.write("account.createAnonymousSession", prepare: { $0.clock.makeID() }) {
        id,
        context in
        try context.check(.anonymous)
        try context.checkNotSignedIn()
        let user = try context.signUp(UserWriter.New(id: id))
        return try context.signIn(user, provider: "anonymous", factors: ["anonymous"])
    }
}

extension WriteContext {
    /// Begins a session of a user, as the answer to its sign-in.
    ///
    /// The secret is in the answer to keys only: what signs in by itself gets it by another way than the text that it
    /// may log or show.
    func signIn(_ user: User, provider: String, factors: [String]) throws -> JSON {
        let (session, secret) = try SessionWriter(self).begin(for: user, provider: provider, factors: factors)
        eventIDs["userId"] = user.id
        eventIDs["sessionId"] = session.id
        eventPayload = session.event
        return session.json(for: caller, secret: caller.isPrivileged ? secret : "")
    }
}

extension AppError {
    /// What is said about every wrong sign-in, so that nobody learns which accounts there are.
    fileprivate static let wrongLogin = AppError(
        .userInvalidCredentials,
        "E-mail address and password don't go together.",
        hint: "Check both; account.create signs up."
    )

    /// Refuses what takes the present password, which is another one.
    static func wrongPassword(_ argument: Prose) -> AppError {
        AppError(
            .userInvalidCredentials,
            "This is not the user's present password.",
            argument: argument,
            hint: "Who has forgotten it chooses a new one with account.createRecovery."
        )
    }
}
