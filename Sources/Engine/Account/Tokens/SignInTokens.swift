import Storage
import Values

/// `account.createMagicURLToken`, `createEmailToken` and `createPhoneToken`: a secret that signs in goes to an address,
/// and so to the user whose address it is.
enum SignInTokens {
    static let all: [Handler] = [magicURL, email, phone]

    private struct New: Sendable {
        /// The id of the user, where there is none with this address yet.
        let user: String
        let secret: String
        let phrase: String

        init(_ call: Call, secret: String) {
            user = call.newID("userId")
            self.secret = secret
            phrase = call.bool("phrase") ? SecurityPhrase.make() : ""
        }
    }

    /// How long a link is good, and a code, in seconds.
    private static let linkTime: Int64 = 3600
    static let codeTime: Int64 = 900
    /// How many digits a code has.
    static let codeLength = 6

    static let magicURL = Handler.write(
        "account.createMagicURLToken",
        prepare: { New($0, secret: Secret.random(length: 64)) },
        body: { new, context in
            try context.check(.magicURL)
            let message = SecretMessage(
                purpose: "magic-url",
                template: .magicSession,
                aim: "to sign in",
                url: try context.link(),
                phrase: new.phrase
            )
            let user = try context.user(email: context.call.string("email"), orNew: new.user)
            return try send(new, .magicURL, linkTime, message, by: .email, to: user, context)
        }
    )

    static let email = Handler.write(
        "account.createEmailToken",
        prepare: { New($0, secret: Secret.digits(codeLength)) },
        body: { new, context in
            try context.check(.emailOTP)
            let message = SecretMessage(
                purpose: "email-otp",
                template: .otpSession,
                aim: "to sign in",
                phrase: new.phrase
            )
            let user = try context.user(email: context.call.string("email"), orNew: new.user)
            return try send(new, .email, codeTime, message, by: .email, to: user, context)
        }
    )

    static let phone = Handler.write(
        "account.createPhoneToken",
        prepare: { New($0, secret: Secret.digits(codeLength)) },
        body: { new, context in
            try context.check(.phone)
            let message = SecretMessage(purpose: "phone", aim: "to sign in")
            let user = try context.user(phone: context.call.string("phone"), orNew: new.user)
            return try send(new, .phone, codeTime, message, by: .phone, to: user, context)
        }
    )

    private static func send(
        _ new: New,
        _ kind: Token.Kind,
        _ seconds: Int64,
        _ message: SecretMessage,
        by channel: Channel,
        to user: User,
        _ context: WriteContext
    ) throws -> JSON {
        let (token, secret) = try context.deliver(new.secret, kind, seconds, message, by: channel, to: user)
        return context.made(token, secret: secret, phrase: new.phrase)
    }
}

extension WriteContext {
    /// The user with an e-mail address, made where there is none.
    /// - Throws: as ``signUp(_:)``.
    fileprivate func user(email: String, orNew id: String) throws -> User {
        if let user = try user(email: email) { return user }
        return try signUp(UserWriter.New(id: id, email: email))
    }

    fileprivate func user(phone: String, orNew id: String) throws -> User {
        if let user = try user(phone: phone) { return user }
        return try signUp(UserWriter.New(id: id, phone: phone))
    }

    /// Makes a token and sends its secret to an address that the user has, to which the token is bound.
    /// - Returns: the token with its secret, which is the fixed code where the address is a phone number for tests.
    func deliver(
        _ secret: String,
        _ kind: Token.Kind,
        _ seconds: Int64,
        _ message: SecretMessage,
        by channel: Channel,
        to user: User
    ) throws -> (token: Token, secret: String) {
        let address = channel.address(of: user)
        let fixed = try fixedCode(of: address, channel)
        let secret = fixed ?? secret
        let token = try addToken(kind, secret, for: user.id, seconds: seconds, details: ["address": .string(address)])
        if fixed == nil {
            try message.send(secret, to: address, by: channel.message, for: user, until: token.expire, self)
        }
        return (token, secret)
    }

    /// A token as the answer to the call that made it. The secret is for keys only: everybody else learns it by the
    /// message.
    func made(_ token: Token, secret: String, phrase: String = "") -> JSON {
        told(token)
        return token.json(secret: caller.isPrivileged ? secret : "", phrase: phrase)
    }

    /// Lets the event tell of a token without what opens anything.
    func told(_ token: Token) {
        eventIDs["userId"] = token.user
        eventIDs["tokenId"] = token.id
        eventPayload = token.json()
    }
}
