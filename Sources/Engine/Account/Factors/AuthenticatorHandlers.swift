import Storage
import Values

/// `account.createMFAAuthenticator`, `updateMFAAuthenticator` and `deleteMFAAuthenticator`.
enum AuthenticatorHandlers {
    /// - Parameter issuer: what authenticator apps show as the name of the project.
    static func all(issuer: String) -> [Handler] { [create(issuer), update, delete] }

    private static func create(_ issuer: String) -> Handler {
        .write("account.createMFAAuthenticator", prepare: { _ in TOTP.make() }) { totp, context in
            let user = try context.ownUser()
            try context.settings.policies.mfaFactors.check(.totp)
            let fields: JSONObject = [
                "user": .string(user.id), "type": .string(Authenticator.totp), "verified": false,
                "secret": .string(totp.text), "step": 0,
            ]
            if let known = try context.authenticator(of: user.id) {
                guard !known.isVerified else { throw isVerified(known) }
                try context.change(known.id, fields, in: IdentityTables.authenticators)
            } else {
                try context.add(context.call.clock.makeID(), fields, to: IdentityTables.authenticators)
            }
            context.eventIDs["userId"] = user.id
            context.eventPayload = ["secret": "", "uri": ""]
            let account = [user.email, user.phone].first { !$0.isEmpty } ?? user.id
            return ["secret": .string(totp.text), "uri": .string(totp.address(account: account, issuer: issuer))]
                as JSON
        }
    }

    static let update = Handler.write("account.updateMFAAuthenticator", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        guard let authenticator = try context.authenticator(of: user.id) else { throw user.hasNoAuthenticator }
        guard !authenticator.isVerified else { throw isVerified(authenticator) }
        // That the app works is no use of the code: it may open the first challenge as well.
        guard authenticator.step(of: context.call.string("otp"), at: context.now) != nil else {
            throw AppError.invalidToken("otp", hint: "Show the code that the app shows now.")
        }
        try context.change(authenticator.id, ["verified": true], in: IdentityTables.authenticators)
        try context.addFactors([.totp])
        try context.moveStamp(of: user.id)
        return try context.changed(user)
    }

    static let delete = Handler.write("account.deleteMFAAuthenticator", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        try context.checkRecentFactor()
        try UserWriter(context).removeAuthenticator(context.call.string("type"), of: user)
        context.eventIDs["userId"] = user.id
        return [:] as JSON
    }

    private static func isVerified(_ authenticator: Authenticator) -> AppError {
        AppError(
            .userAuthenticatorAlreadyVerified,
            "The user has an authenticator app that is in use.",
            argument: "type",
            hint: "account.deleteMFAAuthenticator removes it."
        )
    }
}

extension User {
    var hasNoAuthenticator: AppError {
        AppError(
            .userAuthenticatorNotFound,
            "The user '\(id)' has no authenticator app.",
            hint: "account.createMFAAuthenticator begins with one."
        )
    }
}
