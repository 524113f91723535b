import Storage
import Values

/// `account.createMFAChallenge` and `updateMFAChallenge`: a session shows a second factor.
enum ChallengeHandlers {
    static let all: [Handler] = [create, update]

    /// Seconds that there are to answer.
    private static let time: Int64 = 3600

    static let create = Handler.write(
        "account.createMFAChallenge",
        prepare: { _ in Secret.digits(SignInTokens.codeLength) },
        body: { code, context in
            let user = try context.ownUser()
            let factor = Factor(rawValue: context.call.string("factor")) ?? .totp
            try context.settings.policies.mfaFactors.check(factor)
            try check(factor, of: user, context)
            try removeExpired(of: user, context)
            let address = factor.channel.map { (channel: $0, text: $0.address(of: user)) }
            let fixed = try address.flatMap { try context.fixedCode(of: $0.text, $0.channel) }
            let code = fixed ?? code
            let challenge = Challenge(
                try context.add(
                    context.call.clock.makeID(),
                    fields(factor, code, of: user, context),
                    to: IdentityTables.challenges
                )
            )
            if let address, fixed == nil {
                let message = SecretMessage(purpose: "mfa-challenge", template: .mfaChallenge, aim: "to sign in")
                try message.send(
                    code,
                    to: address.text,
                    by: address.channel.message,
                    for: user,
                    until: challenge.expire,
                    context
                )
            }
            context.eventIDs["userId"] = user.id
            context.eventIDs["challengeId"] = challenge.id
            return challenge.json
        }
    )

    /// Refuses a factor that the user can't show.
    private static func check(_ factor: Factor, of user: User, _ context: ReadContext) throws {
        switch factor {
        case .email: try Channel.email.checkVerified(of: user)
        case .phone: try Channel.phone.checkVerified(of: user)
        case .totp:
            guard try context.authenticator(of: user.id)?.isVerified == true else { throw user.hasNoAuthenticator }
        case .recoveryCode:
            guard !user.recoveryCodes.isEmpty else { throw user.hasNoRecoveryCodes }
        case .custom: break
        }
    }

    private static func fields(
        _ factor: Factor,
        _ code: String,
        of user: User,
        _ context: WriteContext
    ) -> JSONObject {
        var fields: JSONObject = [
            "user": .string(user.id), "session": context.caller.session.map { .string($0.id) } ?? .null,
            "type": .string(factor.rawValue), "expire": .string(context.now.adding(seconds: time).text),
        ]
        if factor.channel != nil || factor == .custom { fields["code"] = .string(Secret.digest(code)) }
        if factor == .custom { fields["clear"] = .string(code) }
        return fields
    }

    private static func removeExpired(of user: User, _ context: WriteContext) throws {
        let expired = try context.rows(
            [
                .compare("user", .equal, [.string(user.id)]),
                .compare("expire", .lessThanEqual, [.string(context.now.text)]),
            ],
            in: IdentityTables.challenges
        )
        if !expired.isEmpty { _ = try context.writer.delete(expired.map(\.id), from: IdentityTables.challenges) }
    }

    static let update = Handler.write("account.updateMFAChallenge", prepare: { _ in }) { _, context in
        let call = context.call
        let user = try context.ownUser()
        guard let own = context.caller.session else { throw context.noSession(argument: "as") }
        let row = try context.session.row(call.string("challengeId"), in: IdentityTables.challenges)
        guard let challenge = row.map({ Challenge($0) }), challenge.user == user.id, challenge.session == own.id,
            challenge.expire > context.now, let factor = challenge.factor,
            try context.settings.policies.mfaFactors.allows(factor),
            try challenge.isMet(by: call.string("otp"), user, context)
        else { throw AppError.invalidToken("otp", hint: "account.createMFAChallenge asks for another one.") }
        _ = try context.writer.delete(challenge.id, from: IdentityTables.challenges)
        guard let session = try context.addFactors([factor], isSecond: true) else {
            throw context.noSession(argument: "as")
        }
        context.eventIDs["userId"] = user.id
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = session.event
        return session.json(for: context.caller)
    }
}
