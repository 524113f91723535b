import Storage
import Values

/// `account.createPushTarget`, `updatePushTarget` and `deletePushTarget`: the devices that a user gets messages on.
enum AccountTargets {
    static let all: [Handler] = [create, update, delete]

    static let create = Handler.write("account.createPushTarget", prepare: { $0.newID("targetId") }) { id, context in
        let call = context.call
        let user = try context.ownUser()
        let fields: JSONObject = [
            "user": .string(user.id), "session": context.caller.session.map { .string($0.id) } ?? .null,
            "providerType": .string(Target.Kind.push.rawValue), "identifier": .string(call.string("identifier")),
            "providerId": call.optional("providerId") ?? .null, "name": .string(call.client.userAgent),
            "expired": false,
        ]
        let row = try UserTargets.refusing { try context.add(id, fields, to: IdentityTables.targets) }
        context.eventIDs["userId"] = user.id
        context.eventIDs["targetId"] = id
        return Target(row).json
    }

    static let update = Handler.write("account.updatePushTarget", prepare: { _ in }) { _, context in
        let target = try context.ownPushTarget()
        let fields: JSONObject = ["identifier": .string(context.call.string("identifier")), "expired": false]
        let row = try UserTargets.refusing { try context.change(target.id, fields, in: IdentityTables.targets) }
        context.eventIDs["userId"] = target.user
        return Target(row).json
    }

    static let delete = Handler.write("account.deletePushTarget", prepare: { _ in }) { _, context in
        let target = try context.ownPushTarget()
        _ = try context.writer.delete(target.id, from: IdentityTables.targets)
        context.eventIDs["userId"] = target.user
        context.eventPayload = target.json
        return [:] as JSON
    }
}

extension ReadContext {
    /// The device of the user who calls that the call names.
    /// - Throws: 404 `user_target_not_found`, also for targets that follow the user's addresses.
    fileprivate func ownPushTarget() throws -> Target {
        let target = try target(of: try ownUser().id)
        guard target.kind == .push else {
            throw AppError(
                .userTargetNotFound,
                "The target '\(target.id)' is no device; it follows the user's address.",
                argument: "targetId",
                hint: "account.updateEmail and account.updatePhone change the addresses."
            )
        }
        return target
    }
}
