import Storage
import Values

/// `users.createTarget`, `getTarget`, `listTargets`, `updateTarget` and `deleteTarget`.
enum UserTargets {
    static let all: [Handler] = [create, get, list, update, delete]

    static let create = Handler.write("users.createTarget", prepare: { $0.newID("targetId") }) { id, context in
        let call = context.call
        let user = try context.user()
        let identifier = call.string("identifier")
        try check(identifier, as: Target.Kind(rawValue: call.string("providerType")) ?? .push)
        let fields: JSONObject = [
            "user": .string(user.id), "providerType": .string(call.string("providerType")),
            "identifier": .string(identifier), "providerId": call.optional("providerId") ?? .null,
            "name": call.optional("name") ?? "", "expired": false,
        ]
        let row = try refusing { try context.add(id, fields, to: IdentityTables.targets) }
        context.eventIDs["targetId"] = id
        return Target(row).json
    }

    static let get = Handler.read("users.getTarget") { context in
        try context.target(of: try context.user().id).json
    }

    static let list = Handler.read("users.listTargets") { context in
        let user = try context.user()
        return try targets.answer(context, base: [.compare("user", .equal, [.string(user.id)])]) { Target($0).json }
    }

    private static let targets = SystemList(
        IdentityTables.targets,
        name: "targets",
        idField: "$id",
        fields: [("$id", "$id"), ("userId", "user"), ("providerId", "providerId"), ("providerType", "providerType")]
            + [("identifier", "identifier")]
    )

    static let update = Handler.write("users.updateTarget", prepare: { _ in }) { _, context in
        let call = context.call
        let target = try context.target(of: try context.user().id)
        var fields = JSONObject()
        for name in ["providerId", "name"] { if let value = call.optional(name) { fields[name] = value } }
        if let identifier = call.optional("identifier")?.string {
            try check(identifier, as: target.kind)
            fields["identifier"] = .string(identifier)
            fields["expired"] = false
        }
        return Target(try refusing { try context.change(target.id, fields, in: IdentityTables.targets) }).json
    }

    static let delete = Handler.write("users.deleteTarget", prepare: { _ in }) { _, context in
        let target = try context.target(of: try context.user().id)
        _ = try context.writer.delete(target.id, from: IdentityTables.targets)
        context.eventPayload = target.json
        return [:] as JSON
    }

    /// Refuses what can't be an address of its kind.
    static func check(_ identifier: String, as kind: Target.Kind) throws(AppError) {
        let example: Prose
        switch kind {
        case .email where !Formats.isEmail(identifier): example = "an e-mail address such as ann@example.org"
        case .sms where !Formats.isPhone(identifier): example = "a phone number such as +14155550123"
        default: return
        }
        throw AppError(
            kind == .email ? .generalInvalidEmail : .generalInvalidPhone,
            "'identifier' does not fit the kind of the target.",
            argument: "identifier",
            hint: "For \(kind.rawValue) it is \(example)."
        )
    }

    static func refusing<R>(_ body: () throws -> R) throws -> R {
        do { return try body() } catch let error as StoreError {
            let reason: (Prose, Prose)
            switch error.kind {
            case .duplicateID: reason = ("There is a target with this id already.", "targetId")
            case .uniqueViolation: reason = ("There is a target with this identifier already.", "identifier")
            default: throw error
            }
            throw AppError(
                .userTargetAlreadyExists,
                reason.0,
                argument: reason.1,
                hint: "users.listTargets shows those of a user."
            )
        }
    }
}

extension ReadContext {
    /// The target of a user that the call names.
    /// - Throws: 404 `user_target_not_found`.
    func target(of user: String) throws -> Target {
        let id = call.string("targetId")
        if let row = try session.row(id, in: IdentityTables.targets), Target(row).user == user { return Target(row) }
        throw AppError(
            .userTargetNotFound,
            "The user '\(user)' has no target '\(id)'.",
            argument: "targetId",
            hint: "users.listTargets shows the targets."
        )
    }
}
