import Storage
import Values

/// Begins and ends sessions.
struct SessionWriter {
    let context: WriteContext

    init(_ context: WriteContext) { self.context = context }

    /// How many characters the secret of a session has.
    private static let secretLength = 256

    /// Signs a user in.
    ///
    /// Sessions that have expired go, and beyond the project's limit the oldest ones.
    /// - Parameters:
    ///   - provider: how the user has signed in: `email`, `anonymous`, `magic-url`, `phone`, `token`, `server`, or the
    ///     name of an OAuth2 provider.
    ///   - factors: what the user has shown of itself.
    ///   - details: further columns of the session, for OAuth2.
    /// - Returns: the session, and the secret that is given away this once.
    func begin(
        for user: User,
        provider: String,
        factors: [String],
        details: JSONObject = [:]
    ) throws -> (session: Session, secret: String) {
        let policies = try context.settings.policies
        let secret = Secret.random(length: Self.secretLength)
        let client = context.call.client
        var fields: JSONObject = [
            "user": .string(user.id), "secret": .string(Secret.digest(secret)),
            "expire": .string(context.now.adding(seconds: policies.sessionDuration).text),
            "provider": .string(provider), "factors": JSON(factors), "ip": .string(client.ip),
            "userAgent": .string(client.userAgent), "client": ClientDetails(userAgent: client.userAgent).json,
        ]
        for (key, value) in details.members { fields[key] = value }
        let isFirst = try makeRoom(for: user.id, limit: policies.sessionLimit)
        let row = try context.add(context.call.clock.makeID(), fields, to: IdentityTables.sessions)
        if policies.sessionAlert, !isFirst { try SessionAlert.send(about: Session(row), to: user, context) }
        let change = Record.change(
            IdentityTables.users,
            at: user.row.updatedAt,
            ["accessedAt": .string(context.now.text), "stamp": .int(Identity.newStamp())]
        )
        _ = try context.writer.update(user.id, change, in: IdentityTables.users)
        let session = Session(row)
        let token = SessionToken(user: user.id, secret: secret).text
        if !context.caller.isPrivileged { context.sessionChange = .begun(secret: token, expire: session.expire) }
        return (session, token)
    }

    /// - Returns: whether the user has had no session until now.
    private func makeRoom(for user: String, limit: Int) throws -> Bool {
        let sessions = try context.rows(of: user, in: IdentityTables.sessions).map { Session($0) }
        let expired = sessions.filter { $0.expire <= context.now }
        let open = sessions.filter { $0.expire > context.now }
        let ended = open.prefix(max(0, open.count - (limit - 1)))
        try tell(Array(ended))
        try remove(expired + ended)
        return sessions.isEmpty
    }

    /// Ends one session.
    func end(_ session: Session) throws {
        try remove([session])
        try context.moveStamp(of: session.user)
        if case .session(_, session.id) = context.caller.actor { context.sessionChange = .ended }
    }

    /// Ends all sessions of a user, or all but one.
    func endAll(of user: String, but kept: String? = nil) throws {
        try remove(context.rows(of: user, in: IdentityTables.sessions).map { Session($0) }.filter { $0.id != kept })
        try context.moveStamp(of: user)
        if case .session(user, let id) = context.caller.actor, id != kept { context.sessionChange = .ended }
    }

    /// The same in a call that is about something else.
    func endTelling(of user: String, but kept: String? = nil) throws {
        try tell(try context.sessions(of: user).filter { $0.id != kept })
        try endAll(of: user, but: kept)
    }

    private func tell(_ ended: [Session]) throws {
        for session in ended {
            try context.tell(
                "users.[userId].sessions.[sessionId].delete",
                session.user,
                session.id,
                payload: session.event
            )
        }
    }

    /// Devices that were registered with a session get nothing after it.
    private func remove(_ sessions: [Session]) throws {
        guard !sessions.isEmpty else { return }
        let ids = sessions.map(\.id)
        let bound: Filter = .compare("session", .equal, ids.map { .string($0) })
        let targets = try context.rows([bound], in: IdentityTables.targets)
        if !targets.isEmpty { _ = try context.writer.delete(targets.map(\.id), from: IdentityTables.targets) }
        _ = try context.writer.delete(ids, from: IdentityTables.sessions)
    }
}
