import Storage
import Values

/// `account.listSessions`, `getSession`, `deleteSession` and `deleteSessions`.
enum AccountSessions {
    static let all: [Handler] = [list, get, delete, deleteAll]

    static let list = Handler.read("account.listSessions") { context in
        let sessions = try context.sessions(of: try context.ownUser().id)
        return [
            "total": .int(Int64(sessions.count)), "sessions": .array(sessions.map { $0.json(for: context.caller) }),
        ]
    }

    static let get = Handler.read("account.getSession") { context in
        try context.ownSession(of: try context.ownUser()).json(for: context.caller)
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
