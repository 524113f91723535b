import Storage
import Values

/// The service `users`; here `get`, `list`, `delete` and the operations that change one thing of a user.
enum UserHandlers {
    static let all: [Handler] =
        own + UserCreation.all + UserTokens.all + UserSessions.all + UserTargets.all + UserIdentities.all
        + UserFactors.all + UserMemberships.all

    private static let own: [Handler] =
        [get, list, delete, getPrefs, updatePrefs, updateLabels, updateEmail, updatePhone]
        + [
            update("users.updateName", ["name"]),
            update("users.updateStatus", ["status"], rights: true),
            update("users.updateImpersonator", ["impersonator"], rights: true),
            update("users.updateEmailVerification", ["emailVerification"], rights: true),
            update("users.updatePhoneVerification", ["phoneVerification"], rights: true),
        ]

    static let get = Handler.read("users.get") { context in try context.answer(try context.user()) }

    static let list = Handler.read("users.list") { context in
        try users.answer(context, items: { rows in try context.answer(rows.map { User($0) }) })
    }

    private static let users = SystemList(
        IdentityTables.users,
        name: "users",
        idField: "$id",
        fields: [("$id", "$id")]
            + [
                "name", "email", "phone", "status", "labels", "passwordUpdate", "registration", "emailVerification",
                "phoneVerification", "accessedAt", "impersonator",
            ].map { ($0, $0) }
    )

    static let delete = Handler.write("users.delete", prepare: { _ in }) { _, context in
        try delete(try context.user(), context)
    }

    /// Deletes a user; the event tells who it was.
    static func delete(_ user: User, _ context: WriteContext) throws -> JSON {
        context.eventPayload = user.json(targets: try context.targets(of: user.id))
        try UserWriter(context).delete(user)
        return [:]
    }

    /// Sets columns from the arguments of the same names.
    private static func update(_ id: String, _ columns: [String], rights: Bool = false) -> Handler {
        .write(id, prepare: { _ in }) { _, context in
            let fields = JSONObject(columns.map { ($0, context.call.arguments[$0] ?? .null) })
            return try context.changed(try UserWriter(context).update(try context.user(), fields, rights: rights))
        }
    }

    static let updateLabels = Handler.write("users.updateLabels", prepare: { labels($0) }) { labels, context in
        try context.changed(
            try UserWriter(context).update(try context.user(), ["labels": JSON(labels)], rights: true)
        )
    }

    /// The labels that a call names, each once.
    private static func labels(_ call: Call) -> [String] {
        var seen: Set<String> = []
        return (call.arguments["labels"]?.strings ?? []).filter { seen.insert($0).inserted }
    }

    static let updateEmail = Handler.write("users.updateEmail", prepare: { $0.string("email") }) { email, context in
        try context.changed(try UserWriter(context).setEmail(email, of: try context.user()))
    }

    static let updatePhone = Handler.write("users.updatePhone", prepare: { $0.string("number") }) { number, context in
        try context.changed(try UserWriter(context).setPhone(number, of: try context.user()))
    }

    static let getPrefs = Handler.read("users.getPrefs") { context in try context.user().prefs }

    static let updatePrefs = Handler.write("users.updatePrefs", prepare: { try Preferences.checked($0) }) {
        prefs,
        context in
        try UserWriter(context).update(try context.user(), ["prefs": prefs]).prefs
    }
}

/// What users and teams keep of their own choice.
enum Preferences {
    /// The largest size as JSON text, in bytes.
    static let maximumBytes = 65_536

    /// The preferences that a call gives.
    /// - Throws: 400 for those that are too large.
    static func checked(_ call: Call) throws(AppError) -> JSON {
        let prefs = call.arguments["prefs"] ?? [:]
        let size = prefs.encoded.count
        guard size <= maximumBytes else {
            throw AppError(
                .generalArgumentInvalid,
                "'prefs' has \(size) bytes as JSON, more than \(maximumBytes).",
                argument: "prefs",
                hint: "Keep larger things in rows, and what people need of them here."
            )
        }
        return prefs
    }
}
