import Storage
import Values

/// What the project can do about the second factors of a user.
enum UserFactors {
    static let all: [Handler] = [
        update, list, getChallenge, getRecoveryCodes, createRecoveryCodes, updateRecoveryCodes, deleteAuthenticator,
    ]

    static let update = Handler.write("users.updateMFA", prepare: { $0.bool("mfa") }) { mfa, context in
        try context.changed(try UserWriter(context).update(try context.user(), ["mfa": .bool(mfa)], rights: true))
    }

    static let list = Handler.read("users.listMFAFactors") { context in
        try SecondFactors(of: try context.user(), context).json
    }

    static let getChallenge = Handler.read("users.getMFAChallenge") { context in
        let user = try context.user()
        let id = context.call.string("challengeId")
        let row = try context.session.row(id, in: IdentityTables.challenges)
        guard let row, let challenge = Optional(Record(row, IdentityTables.challenges)),
            challenge.string("user") == user.id, let code = challenge["clear"].string,
            let expire = challenge["expire"].string.flatMap({ Timestamp(parsing: $0) }), expire > context.now
        else {
            throw AppError(
                .userInvalidToken,
                "The user '\(user.id)' has no open challenge '\(id)' whose code the project hands over.",
                argument: "challengeId",
                hint: "Codes by e-mail and phone are in the messages; those of authenticator apps are known nowhere."
            )
        }
        return [
            "$id": .string(row.id), "$createdAt": .string(row.createdAt.text), "userId": .string(user.id),
            "expire": .string(expire.text), "code": .string(code),
        ]
    }

    static let getRecoveryCodes = Handler.read("users.getMFARecoveryCodes") { context in
        let user = try context.user()
        guard !user.recoveryCodes.isEmpty else { throw user.hasNoRecoveryCodes }
        return SecondFactors.json(user.recoveryCodes)
    }

    static let createRecoveryCodes = Handler.write(
        "users.createMFARecoveryCodes",
        prepare: { _ in SecondFactors.makeRecoveryCodes() },
        body: { codes, context in
            try UserWriter(context).addRecoveryCodes(codes, to: try context.user())
            context.eventPayload = SecondFactors.json([])
            return SecondFactors.json(codes)
        }
    )

    static let updateRecoveryCodes = Handler.write(
        "users.updateMFARecoveryCodes",
        prepare: { _ in SecondFactors.makeRecoveryCodes() },
        body: { codes, context in
            try UserWriter(context).replaceRecoveryCodes(codes, of: try context.user())
            context.eventPayload = SecondFactors.json([])
            return SecondFactors.json(codes)
        }
    )

    static let deleteAuthenticator = Handler.write("users.deleteMFAAuthenticator", prepare: { _ in }) { _, context in
        try UserWriter(context).removeAuthenticator(context.call.string("type"), of: try context.user())
        return [:] as JSON
    }
}
