import Storage
import Values

/// That a user belongs to a team, or is invited to, as stored.
struct Membership: Sendable {
    let id: String
    let team: String
    let user: String
    let roles: [String]
    /// Whether the user is in the team, as opposed to being invited.
    let isConfirmed: Bool
    let invited: String
    /// Empty for an open invitation.
    let joined: String
    /// What is kept of the secret of the invitation.
    let secret: String
    /// The e-mail address or phone number to which the invitation went.
    let recipient: String
    let createdAt: Timestamp
    let updatedAt: Timestamp

    init(_ row: StoredRow) {
        let record = Record(row, IdentityTables.memberships)
        id = row.id
        team = record.string("team")
        user = record.string("user")
        roles = record.strings("roles")
        isConfirmed = record.bool("confirm")
        invited = record.string("invited")
        joined = record.string("joined")
        secret = record.string("secret")
        recipient = record.string("recipient")
        createdAt = row.createdAt
        updatedAt = row.updatedAt
    }

    /// The membership of a user in a team.
    static func find(of user: String, in team: String, _ session: any ReadSession) throws -> Membership? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("team", .equal, [.string(team)]), .compare("user", .equal, [.string(user)])]
        return try session.rows(query, in: IdentityTables.memberships).first.map(Membership.init)
    }
}

/// A membership to be written.
struct NewMembership: Sendable {
    var id: String
    var team: String
    var user: String
    var roles: [String]
    /// Whether the user belongs to the team at once.
    var isConfirmed: Bool
    /// What is kept of the secret of an invitation; empty without one.
    var secret = ""
    /// The e-mail address or phone number to which an invitation goes.
    var recipient = ""
}

extension ReadContext {
    /// The membership of the team that the call names.
    /// - Throws: 404 `membership_not_found`, 404 `team_membership_mismatch` for one of another team.
    func membership(of team: Team) throws -> Membership {
        let membership = try storedMembership()
        guard membership.team == team.id else { throw Membership.mismatch(membership.id, team.id) }
        return membership
    }

    /// The membership that the call names, whatever its team.
    func storedMembership() throws -> Membership {
        let id = call.string("membershipId")
        guard let row = try session.row(id, in: IdentityTables.memberships) else {
            throw AppError(
                .membershipNotFound,
                "There is no membership '\(id)'.",
                argument: "membershipId",
                hint: "teams.listMemberships shows those of a team."
            )
        }
        return Membership(row)
    }
}

extension Membership {
    static func mismatch(_ id: String, _ team: String) -> AppError {
        AppError(
            .teamMembershipMismatch,
            "The membership '\(id)' is none of the team '\(team)'.",
            argument: "membershipId",
            hint: "teams.listMemberships shows those of a team."
        )
    }
}
