import Storage
import Values

/// A group of users, which permissions can name, as stored.
struct Team: Sendable {
    let id: String
    let name: String
    /// How many members there are, those not counted who have not accepted their invitation.
    let total: Int64
    let prefs: JSON
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ row: StoredRow) {
        let record = Record(row, IdentityTables.teams)
        id = row.id
        name = record.string("name")
        total = record["total"].int ?? 0
        prefs = record["prefs"].isNull ? [:] : record["prefs"]
        createdAt = row.createdAt
        updatedAt = row.updatedAt
    }

    var json: JSON {
        [
            "$id": .string(id), "$createdAt": .string(createdAt.text), "$updatedAt": .string(updatedAt.text),
            "name": .string(name), "total": .int(total), "prefs": prefs,
        ]
    }
}

extension ReadContext {
    /// The team that the call names.
    /// - Throws: 404 `team_not_found`, also for users who are not in it.
    func team() throws -> Team {
        let id = call.string("teamId")
        guard caller.sees(team: id), let team = try storedTeam() else { throw unknownTeam(id) }
        return team
    }

    /// The team that the call names, whoever asks.
    func storedTeam() throws -> Team? {
        try session.row(call.string("teamId"), in: IdentityTables.teams).map(Team.init)
    }

    /// The team that the call names, to change it or its members.
    /// - Parameter deed: what is to be done, behind "may not".
    /// - Throws: as ``team()``; 401 `user_unauthorized` for members without the role owner.
    func ownTeam(to deed: Prose) throws -> Team {
        let team = try team()
        guard caller.owns(team: team.id) else {
            throw AppError(
                .userUnauthorized,
                "\(caller.actor) may not \(deed) of the team '\(team.id)'.",
                argument: "teamId",
                hint: "Members need the role \(Caller.owner) in it; teams.updateMembership gives roles."
            )
        }
        return team
    }

    /// - Parameter argument: the argument that names it.
    func unknownTeam(_ id: String, argument: Prose = "teamId") -> AppError {
        AppError(
            .teamNotFound,
            caller.isPrivileged ? "There is no team '\(id)'." : "There is no team '\(id)' that \(caller.actor) is in.",
            argument: argument,
            hint: "teams.list shows the teams."
        )
    }
}
