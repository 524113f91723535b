import Values

/// `account.get` and what a user changes about itself without a password.
enum AccountHandlers {
    static let all: [Handler] = [get, getPrefs, updateName, updatePrefs, updateStatus, delete, createJWT]

    static let get = Handler.read("account.get") { context in try context.answer(try context.ownUser()) }

    static let getPrefs = Handler.read("account.getPrefs") { context in try context.ownUser().prefs }

    static let updateName = Handler.write("account.updateName", prepare: { $0.string("name") }) { name, context in
        try context.changed(try UserWriter(context).update(try context.ownUser(), ["name": .string(name)]))
    }

    static let updatePrefs = Handler.write("account.updatePrefs", prepare: { try Preferences.checked($0) }) {
        prefs,
        context in
        try context.changed(try UserWriter(context).update(try context.ownUser(), ["prefs": prefs]))
    }

    /// A user can close its account, but not open it again.
    static let updateStatus = Handler.write("account.updateStatus", prepare: { _ in }) { _, context in
        try context.changed(try UserWriter(context).update(try context.ownUser(), ["status": false], rights: true))
    }

    static let delete = Handler.write("account.delete", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        context.eventIDs["userId"] = user.id
        return try UserHandlers.delete(user, context)
    }

    static let createJWT = Handler.write("account.createJWT", prepare: { $0.arguments["duration"]?.int ?? 900 }) {
        seconds,
        context in
        try context.check(.jwt)
        let user = try context.ownUser()
        guard let session = context.caller.session else { throw context.noSession(argument: "as") }
        return ["jwt": .string(try UserToken(user: user.id, session: session.id).text(seconds: seconds, context))]
            as JSON
    }
}
