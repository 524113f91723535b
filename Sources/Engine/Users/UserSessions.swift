import Storage
import Values

/// `users.createSession`, `listSessions`, `deleteSession` and `deleteSessions`.
enum UserSessions {
    static let all: [Handler] = [create, list, delete, deleteAll]

    static let create = Handler.write("users.createSession", prepare: { _ in }) { _, context in
        let user = try context.user()
        let (session, secret) = try SessionWriter(context).begin(for: user, provider: "server", factors: ["server"])
        context.eventIDs["sessionId"] = session.id
        context.eventPayload = session.event
        return session.json(for: context.caller, secret: secret)
    }

    static let list = Handler.read("users.listSessions") { context in
        let user = try context.user()
        let sessions = try context.sessions(of: user.id)
        return [
            "total": .int(context.call.bool("total") ? Int64(sessions.count) : 0),
            "sessions": .array(sessions.map { $0.json(for: context.caller) }),
        ]
    }

    static let delete = Handler.write("users.deleteSession", prepare: { _ in }) { _, context in
        let user = try context.user()
        let session = try context.openSession(context.call.string("sessionId"), of: user.id)
        context.eventPayload = session.event
        try SessionWriter(context).end(session)
        return [:] as JSON
    }

    static let deleteAll = Handler.write("users.deleteSessions", prepare: { _ in }) { _, context in
        try SessionWriter(context).endAll(of: try context.user().id)
        return [:] as JSON
    }
}

extension ReadContext {
    /// The sessions of a user that have not expired, oldest first.
    func sessions(of user: String) throws -> [Session] {
        try rows(of: user, in: IdentityTables.sessions).map { Session($0) }.filter { $0.expire > now }
    }

    /// - Throws: 404 `user_session_not_found`.
    func openSession(_ id: String, of user: String) throws -> Session {
        if let row = try session.row(id, in: IdentityTables.sessions) {
            let session = Session(row)
            if session.user == user, session.expire > now { return session }
        }
        throw AppError(
            .userSessionNotFound,
            "The user '\(user)' has no session '\(id)'.",
            argument: "sessionId",
            hint: "users.listSessions shows the sessions."
        )
    }
}
