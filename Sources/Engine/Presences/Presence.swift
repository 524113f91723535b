import Storage
import Values

/// That a user is there, in some state, until some moment; as stored.
struct Presence: Sendable {
    let id: String
    let user: String
    let status: String
    /// By which way it was reported.
    let source: String
    let expiresAt: Timestamp
    let metadata: JSON
    /// Who else may do something with it. The user itself is never shut out.
    let permissions: [String]
    let createdAt: Timestamp
    let updatedAt: Timestamp

    /// How far away the end may be, in seconds.
    static let longest: Int64 = 30 * 86_400

    init(_ row: StoredRow) {
        let record = Record(row, IdentityTables.presences)
        id = row.id
        user = record.string("user")
        status = record.string("status")
        source = record.string("source")
        expiresAt = Timestamp(parsing: record.string("expiresAt")) ?? row.updatedAt
        metadata = record["metadata"]
        permissions = record.strings("permissions")
        createdAt = row.createdAt
        updatedAt = row.updatedAt
    }

    var json: JSON {
        [
            "$id": .string(id), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "$permissions": JSON(permissions), "userId": .string(user), "status": .string(status),
            "source": .string(source), "expiresAt": .string(expiresAt.text),
            "metadata": metadata.isNull ? [:] : metadata,
        ]
    }
}

extension Caller {
    func may(_ action: Action, _ presence: Presence) -> Bool {
        isPrivileged || presence.user == actor.userID || held.match(presence.permissions, action)
    }
}

extension ReadContext {
    /// The presence that the call names, unless it has ended.
    /// - Throws: 404 `presence_not_found`, also for callers who may not see it.
    func presence() throws -> Presence {
        let id = call.string("presenceId")
        guard let presence = try storedPresence(), presence.expiresAt > now, caller.may(.read, presence) else {
            throw AppError(
                .presenceNotFound,
                "There is no presence '\(id)' that is open to \(caller.actor) and has not ended.",
                argument: "presenceId",
                hint: "presences.list shows them."
            )
        }
        return presence
    }

    /// The presence that the call names, to do something with it.
    /// - Throws: as ``presence()``; 401 `user_unauthorized` for callers who may only see it.
    func presence(for action: Action) throws -> Presence {
        let presence = try presence()
        guard caller.may(action, presence) else {
            throw AppError(
                .userUnauthorized,
                "\(caller.actor) may not \(action.rawValue) the presence '\(presence.id)'.",
                argument: "presenceId",
                hint: "Its permissions must grant \(action.permission("ROLE")) to a role of the caller."
            )
        }
        return presence
    }

    /// The presence that the call names, ended or not, whoever asks.
    func storedPresence() throws -> Presence? {
        try session.row(call.string("presenceId"), in: IdentityTables.presences).map(Presence.init)
    }
}
