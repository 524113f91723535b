import Storage
import Values

/// `account.createRecovery` and `updateRecovery`: a new password for who has forgotten the old one and reads the mail.
enum Recovery {
    static let all: [Handler] = [create, update]

    /// How long a link is good, in seconds, and how many characters its secret has.
    private static let time: Int64 = 3600
    private static let secretLength = 256

    static let create = Handler.write(
        "account.createRecovery",
        prepare: { _ in Secret.random(length: secretLength) },
        body: { secret, context in
            let url = try context.link()
            guard let user = try context.user(email: context.call.string("email")) else {
                throw AppError(
                    .userNotFound,
                    "There is no user with this e-mail address.",
                    argument: "email",
                    hint: "account.create signs up."
                )
            }
            try user.checkActive()
            let message = SecretMessage(
                purpose: "recovery",
                template: .recovery,
                aim: "to choose a new password",
                url: url
            )
            let (token, _) = try context.deliver(secret, .recovery, time, message, by: .email, to: user)
            return context.made(token, secret: secret)
        }
    )

    static let update = Handler.write(
        "account.updateRecovery",
        prepare: { GivenPassword($0.string("password")) },
        ahead: { password, call, pipeline in
            let former = try await pipeline.look(call) { context in
                try context.recovering().0.formerPasswords(try context.settings.policies)
            }
            try await password.prepareNew(former: former)
        },
        body: { password, context in
            let (user, token) = try context.recovering()
            let changed = try UserWriter(context).choosePassword(password, for: user)
            _ = try UserWriter(context).update(changed, [Channel.email.column: true], rights: true)
            let spent = try context.rows(of: user.id, in: IdentityTables.tokens).filter {
                Token($0).kind == .recovery
            }
            _ = try context.writer.delete(spent.map(\.id), from: IdentityTables.tokens)
            try SessionWriter(context).endTelling(of: user.id)
            context.told(token)
            return token.json()
        }
    )
}

extension ReadContext {
    /// The user who recovers its account, with the token that it has got by mail.
    /// - Throws: 404 `user_not_found`, 403 `user_blocked`, 401 `user_invalid_token`.
    fileprivate func recovering() throws -> (User, Token) {
        let user = try user()
        let found = try token([.recovery], call.string("secret"), of: user.id)
        guard let found, found.isBound(by: .email, of: user) else {
            throw AppError.invalidToken("secret", hint: "account.createRecovery sends another one.")
        }
        try user.checkActive()
        return (user, found)
    }
}
