import Storage
import Values

/// `presences.upsert`, `get`, `update`, `delete`.
enum PresenceHandlers {
    static let all: [Handler] = [upsert, get, update, delete, PresenceList.handler]

    /// How many presences that have ended are removed with each new one.
    private static let swept = 20

    static let upsert = Handler.write(
        "presences.upsert",
        prepare: { call throws(AppError) -> Timestamp in try end(call) ?? call.now.adding(seconds: Presence.longest) }
    ) { end, context in
        let call = context.call
        let user = try owner(context)
        let known = try context.storedPresence()
        let isCurrent = known.map { $0.expiresAt > call.now } ?? false
        if let known, isCurrent, known.user != user, !context.caller.isPrivileged {
            throw AppError(
                .presenceAlreadyExists,
                "The presence '\(known.id)' is that of somebody else.",
                argument: "presenceId",
                hint: "Choose another id."
            )
        }
        let given = try permissions(context) ?? context.caller.defaultPermissions
        let fields: JSONObject = [
            "user": .string(user), "status": .string(call.string("status")),
            "source": call.client.way == .websocket ? "realtime" : "rest",
            "expiresAt": .string(end.text), "metadata": call.arguments["metadata"] ?? [:], "permissions": JSON(given),
        ]
        try context.removeExpired(
            from: IdentityTables.presences,
            by: "expiresAt",
            where: [.compare("$id", .notEqual, [.string(call.string("presenceId"))])],
            atMost: swept
        )
        if isCurrent, let known {
            try change(known.id, fields, context)
        } else {
            let id = call.string("presenceId")
            if known != nil { _ = try context.writer.delete(id, from: IdentityTables.presences) }
            try context.insert(id, fields, into: IdentityTables.presences)
        }
        return try context.storedPresence()!.json
    }

    static let get = Handler.read("presences.get") { context in try context.presence().json }

    static let update = Handler.write(
        "presences.update",
        prepare: { call throws(AppError) -> Timestamp? in try end(call) }
    ) { end, context in
        let presence = try context.presence(for: .update)
        let user = try context.call.optional("userId").map { _ in try owner(context, of: presence) } ?? presence.user
        let given = try permissions(context) ?? presence.permissions
        var fields: JSONObject = ["user": .string(user), "permissions": JSON(given)]
        if let end { fields["expiresAt"] = .string(end.text) }
        for name in ["status", "metadata"] {
            if let value = context.call.optional(name) { fields[name] = value }
        }
        try change(presence.id, fields, context)
        return try context.storedPresence()!.json
    }

    static let delete = Handler.write("presences.delete", prepare: { _ in }) { _, context in
        let presence = try context.presence(for: .delete)
        _ = try context.writer.delete(presence.id, from: IdentityTables.presences)
        context.eventPayload = presence.json
        return [:] as JSON
    }

    private static func change(_ id: String, _ fields: JSONObject, _ context: WriteContext) throws {
        let change = Record.change(IdentityTables.presences, at: context.now, fields)
        _ = try context.writer.update(id, change, in: IdentityTables.presences)
    }

    /// The end that a call names.
    /// - Throws: 400 `general_argument_invalid` for one that has passed, or is too far away.
    private static func end(_ call: Call) throws(AppError) -> Timestamp? {
        guard let end = call.optional("expiresAt")?.string.flatMap({ Timestamp(parsing: $0) }) else { return nil }
        guard end > call.now, end <= call.now.adding(seconds: Presence.longest) else {
            throw AppError(
                .generalArgumentInvalid,
                "'expiresAt' must be a moment in the next 30 days, not \(end.text).",
                argument: "expiresAt",
                hint: "It is \(call.now.text) now; send the call again before the presence ends."
            )
        }
        return end
    }

    /// The permissions that a call names.
    /// - Throws: 401 `user_unauthorized` when it grants what the caller does not hold.
    private static func permissions(_ context: WriteContext) throws -> [String]? {
        guard let given = context.call.optional("permissions")?.strings else { return nil }
        let expanded = Permissions.expanded(given, for: Permissions.rowActions)
        try context.caller.checkGrants(expanded)
        return expanded
    }

    /// Whose presence it is.
    /// - Throws: 401 `user_unauthorized` for a guest, and for a user who names another one; 404 `user_not_found`.
    private static func owner(_ context: WriteContext, of presence: Presence? = nil) throws -> String {
        let named = context.call.optional("userId")?.string
        guard context.caller.isPrivileged else {
            guard let own = context.caller.actor.userID else {
                throw AppError(
                    .userUnauthorized,
                    "A guest has no presence.",
                    hint: "Run it as the user who is present, or as a key with its userId."
                )
            }
            guard let named, named != presence?.user ?? own else { return presence?.user ?? own }
            throw AppError(
                .userUnauthorized,
                "\(context.caller.actor) can't say that '\(named)' is present.",
                argument: "userId",
                hint: "Leave userId out, or run it as a key."
            )
        }
        guard let named else {
            throw AppError(
                .generalArgumentInvalid,
                "'userId' is required: a key has no presence of its own.",
                argument: "userId",
                hint: "users.list shows the users."
            )
        }
        guard try context.session.row(named, in: Identity.stamp) != nil else {
            throw AppError(
                .userNotFound,
                "There is no user '\(named)'.",
                argument: "userId",
                hint: "users.list shows the users."
            )
        }
        return named
    }
}
