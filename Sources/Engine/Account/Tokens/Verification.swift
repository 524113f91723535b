import Storage
import Values

/// `account.createEmailVerification`, `createPhoneVerification`, and the operations that update them: a user shows that an
/// address is its own.
enum Verification {
    static let all: [Handler] = [
        createEmail, createPhone, update("account.updateEmailVerification", .email),
        update("account.updatePhoneVerification", .phone),
    ]

    /// How long a link is good, in seconds, and how many characters its secret has.
    private static let linkTime: Int64 = 3600
    private static let secretLength = 256

    static let createEmail = Handler.write(
        "account.createEmailVerification",
        prepare: { _ in Secret.random(length: secretLength) },
        body: { secret, context in
            let message = SecretMessage(
                purpose: "email-verification",
                template: .verification,
                aim: "to confirm your e-mail address",
                url: try context.link()
            )
            return try send(secret, linkTime, message, .email, context)
        }
    )

    static let createPhone = Handler.write(
        "account.createPhoneVerification",
        prepare: { _ in Secret.digits(SignInTokens.codeLength) },
        body: { secret, context in
            let message = SecretMessage(
                purpose: "phone-verification",
                aim: "to confirm your phone number"
            )
            return try send(secret, SignInTokens.codeTime, message, .phone, context)
        }
    )

    private static func send(
        _ secret: String,
        _ seconds: Int64,
        _ message: SecretMessage,
        _ channel: Channel,
        _ context: WriteContext
    ) throws -> JSON {
        let user = try context.ownUser()
        try channel.checkUnverified(of: user)
        let (token, secret) = try context.deliver(
            secret,
            channel.verification,
            seconds,
            message,
            by: channel,
            to: user
        )
        return context.made(token, secret: secret)
    }

    /// Anybody who has the secret may show it, signed in or not: the link is often opened elsewhere.
    private static func update(_ id: String, _ channel: Channel) -> Handler {
        .write(id, prepare: { _ in }) { _, context in
            let user = try context.user()
            let secret = context.call.string("secret")
            guard let token = try context.takeToken([channel.verification], secret, of: user.id),
                token.isBound(by: channel, of: user)
            else { throw AppError.invalidToken("secret", hint: "Ask for a new one, and use it once.") }
            _ = try UserWriter(context).update(user, [channel.column: true], rights: true)
            context.told(token)
            return token.json()
        }
    }
}
