import Storage
import Values

extension ReadContext {
    /// What the console knows of a project.
    /// - Parameter orEnding: whether one counts too that is about to be removed.
    /// - Throws: 404 `project_not_found`, also for users who have no role in its organisation.
    func project(_ id: String, orEnding: Bool = false) throws -> ProjectRecord {
        guard let row = try session.row(id, in: ConsoleTables.projects) else { throw ProjectDirectory.unknown(id) }
        let project = ProjectRecord(row)
        guard caller.sees(projectsOf: project.team), orEnding || !project.isEnding else {
            throw ProjectDirectory.unknown(id)
        }
        return project
    }

    /// Makes sure that the caller may put projects into an organisation; only the owner of the store may leave it open.
    /// - Throws: 400, 401 `user_unauthorized`, 404 `team_not_found`.
    func checkOrganisation(_ team: String) throws {
        guard !team.isEmpty else {
            if caller.isPrivileged { return }
            throw AppError(
                .generalArgumentInvalid,
                "A project that a user makes belongs to an organisation.",
                argument: "teamId",
                hint: "teams.list shows those that you are in, teams.create makes one."
            )
        }
        guard caller.sees(team: team), try session.row(team, in: IdentityTables.teams) != nil else {
            throw unknownTeam(team)
        }
        try check(caller.changes(projectsOf: team), "make projects", of: team)
    }

    /// - Parameter deed: what is to be done, behind "may not".
    /// - Throws: 401 `user_unauthorized`.
    func check(_ isAllowed: Bool, _ deed: Prose, of team: String) throws(AppError) {
        guard !isAllowed else { return }
        throw AppError(
            .userUnauthorized,
            "\(caller.actor) may not \(deed) of the organisation '\(team)'.",
            argument: "as",
            hint: "That takes the role \(Caller.owner), or for making and changing them developer; "
                + "teams.updateMembership gives roles."
        )
    }
}

extension WriteContext {
    /// Refuses to take the last owner from an organisation, which nobody could be added to then.
    /// - Throws: 400 `membership_deletion_prohibited`.
    func checkOwnerRemains(without membership: Membership) throws {
        guard pipeline.project == ProjectDirectory.consoleID, membership.isConfirmed,
            membership.roles.contains(Caller.owner), !caller.isPrivileged
        else { return }
        var others = RowQuery(limit: 1)
        others.filters = [
            .compare("team", .equal, [.string(membership.team)]), .compare("confirm", .equal, [true]),
            .compare("roles", .contains, [.string(Caller.owner)]), .compare("$id", .notEqual, [.string(membership.id)]),
        ]
        guard try session.rows(others, in: IdentityTables.memberships).isEmpty else { return }
        throw AppError(
            .membershipDeletionProhibited,
            "The membership '\(membership.id)' is that of the last owner of the organisation '\(membership.team)'.",
            argument: "membershipId",
            hint: "Give somebody else the role \(Caller.owner) first, or delete the organisation with teams.delete."
        )
    }
}
