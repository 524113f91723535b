import Storage
import Values

/// `account.updateMFA`, `listMFAFactors` and the operations on recovery codes.
enum AccountFactors {
    static let all: [Handler] = [update, list, getRecoveryCodes, createRecoveryCodes, updateRecoveryCodes]

    static let update = Handler.write("account.updateMFA", prepare: { $0.bool("mfa") }) { mfa, context in
        let user = try UserWriter(context).update(try context.ownUser(), ["mfa": .bool(mfa)], rights: true)
        // The session in which it is switched on goes on.
        if mfa { try context.addFactors(try SecondFactors(of: user, context).askable) }
        return try context.changed(user)
    }

    static let list = Handler.read("account.listMFAFactors") { context in
        try SecondFactors(of: try context.ownUser(), context).json
    }

    static let getRecoveryCodes = Handler.read("account.getMFARecoveryCodes") { context in
        let user = try context.ownUser()
        try context.checkRecentFactor()
        guard !user.recoveryCodes.isEmpty else { throw user.hasNoRecoveryCodes }
        return SecondFactors.json(user.recoveryCodes)
    }

    static let createRecoveryCodes = Handler.write(
        "account.createMFARecoveryCodes",
        prepare: { _ in SecondFactors.makeRecoveryCodes() },
        body: { codes, context in
            let user = try context.ownUser()
            try UserWriter(context).addRecoveryCodes(codes, to: user)
            return made(codes, for: user, context)
        }
    )

    static let updateRecoveryCodes = Handler.write(
        "account.updateMFARecoveryCodes",
        prepare: { _ in SecondFactors.makeRecoveryCodes() },
        body: { codes, context in
            let user = try context.ownUser()
            try context.checkRecentFactor()
            try UserWriter(context).replaceRecoveryCodes(codes, of: user)
            return made(codes, for: user, context)
        }
    )

    /// New codes as an answer, of which the event tells nothing.
    private static func made(_ codes: [String], for user: User, _ context: WriteContext) -> JSON {
        context.eventIDs["userId"] = user.id
        context.eventPayload = SecondFactors.json([])
        return SecondFactors.json(codes)
    }
}

extension WriteContext {
    /// Notes that the user has shown factors in the session of the call, if there is one.
    /// - Parameter isSecond: whether it has just done so to be let in further.
    /// - Returns: the session as it is then.
    @discardableResult
    func addFactors(_ factors: [Factor], isSecond: Bool = false) throws -> Session? {
        guard let own = caller.session else { return nil }
        var all = own.factors
        for factor in factors where !all.contains(factor.rawValue) { all.append(factor.rawValue) }
        var fields: JSONObject = ["factors": JSON(all)]
        if isSecond { fields["mfaUpdatedAt"] = .string(now.text) }
        let row = try change(own.id, fields, in: IdentityTables.sessions)
        try moveStamp(of: caller.actor.userID ?? "")
        return Session(row)
    }
}
