import Storage
import Values

/// `account.listSessions`, `getSession`, `updateSession`, `deleteSession` and `deleteSessions`.
enum AccountSessions {
    static let all: [Handler] = [list, get, update, delete, deleteAll]

    static let list = Handler.read("account.listSessions") { context in
        let sessions = try context.sessions(of: try context.ownUser().id)
        return [
            "total": .int(Int64(sessions.count)), "sessions": .array(sessions.map { $0.json(for: context.caller) }),
        ]
    }

    static let get = Handler.read("account.getSession") { context in
        try context.ownSession(of: try context.ownUser()).json(for: context.caller)
    }

    static let update = Handler.write("account.updateSession", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        let session = try context.ownSession(of: user)
        let end = try context.now.adding(seconds: context.settings.policies.sessionDuration)
        let row = try context.change(session.id, ["expire": .string(end.text)], in: IdentityTables.sessions)
        try context.moveStamp(of: user.id)
        let renewed = Session(row)
        context.eventIDs["userId"] = user.id
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = renewed.event
        return renewed.json(for: context.caller)
    }

    static let delete = Handler.write("account.deleteSession", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        let session = try context.ownSession(of: user)
        context.eventIDs["userId"] = user.id
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = session.event
        try SessionWriter(context).end(session)
        return [:] as JSON
    }

    static let deleteAll = Handler.write("account.deleteSessions", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        context.eventIDs["userId"] = user.id
        context.changedRows = try context.sessions(of: user.id).map { $0.event.encoded }
        try SessionWriter(context).endAll(of: user.id)
        return [:] as JSON
    }
}
