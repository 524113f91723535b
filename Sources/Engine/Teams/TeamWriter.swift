import Storage
import Values

/// Writes teams and memberships, keeps the totals of teams, and lets the rights of users follow.
struct TeamWriter {
    private let context: WriteContext

    /// How many memberships are ended at once.
    private static let page = 500

    init(_ context: WriteContext) { self.context = context }

    // MARK: Teams

    /// - Throws: 409 `team_already_exists`.
    func add(team id: String, name: String) throws {
        let fields: JSONObject = [
            "name": .string(name), "total": 0, "search": .string(DatabaseHandlers.searchText(id, name)),
        ]
        do { try context.insert(id, fields, into: IdentityTables.teams) } catch let error as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .teamAlreadyExists,
                "There is a team '\(id)' already.",
                argument: "teamId",
                hint: "Choose another id, \"unique()\", or use teams.get."
            )
        }
    }

    func change(_ team: String, _ fields: JSONObject) throws {
        let change = Record.change(IdentityTables.teams, at: context.now, fields)
        _ = try context.writer.update(team, change, in: IdentityTables.teams)
    }

    /// Removes a team with its memberships.
    func remove(_ team: Team) throws {
        var query = RowQuery(limit: Self.page)
        query.filters = [.compare("team", .equal, [.string(team.id)])]
        while true {
            let page = try context.session.rows(query, in: IdentityTables.memberships).map(Membership.init)
            for membership in page where membership.isConfirmed { try context.moveStamp(of: membership.user) }
            if !page.isEmpty { _ = try context.writer.delete(page.map(\.id), from: IdentityTables.memberships) }
            if page.count < Self.page { break }
        }
        _ = try context.writer.delete(team.id, from: IdentityTables.teams)
    }

    // MARK: Memberships

    func add(_ membership: NewMembership) throws {
        let now = JSON.string(context.now.text)
        let fields: JSONObject = [
            "team": .string(membership.team), "user": .string(membership.user), "roles": JSON(membership.roles),
            "invited": now, "joined": membership.isConfirmed ? now : .null, "confirm": .bool(membership.isConfirmed),
            "secret": .string(membership.secret), "recipient": .string(membership.recipient),
            "search": .string("\(membership.id) \(membership.user)".lowercased()),
        ]
        try context.insert(membership.id, fields, into: IdentityTables.memberships)
        guard membership.isConfirmed else { return }
        try count(1, in: membership.team)
        try context.moveStamp(of: membership.user)
    }

    /// Invites once more: the secret of before is good for nothing any longer.
    func renew(_ membership: Membership, roles: [String], secret: String, recipient: String) throws {
        try change(
            membership,
            [
                "roles": JSON(roles), "invited": .string(context.now.text), "secret": .string(secret),
                "recipient": .string(recipient),
            ]
        )
    }

    /// Makes an invited user a member.
    func confirm(_ membership: Membership, roles: [String]? = nil) throws {
        try change(
            membership,
            ["roles": JSON(roles ?? membership.roles), "joined": .string(context.now.text), "confirm": true]
        )
        try count(1, in: membership.team)
        try context.moveStamp(of: membership.user)
    }

    func setRoles(_ roles: [String], of membership: Membership) throws {
        try change(membership, ["roles": JSON(roles)])
        if membership.isConfirmed { try context.moveStamp(of: membership.user) }
    }

    func end(_ membership: Membership) throws {
        _ = try context.writer.delete(membership.id, from: IdentityTables.memberships)
        guard membership.isConfirmed else { return }
        try count(-1, in: membership.team)
        try context.moveStamp(of: membership.user)
    }

    private func change(_ membership: Membership, _ fields: JSONObject) throws {
        let change = Record.change(IdentityTables.memberships, at: context.now, fields)
        _ = try context.writer.update(membership.id, change, in: IdentityTables.memberships)
    }

    /// Changes how many members a team counts.
    func count(_ step: Int64, in team: String) throws {
        let total = IdentityTables.teams.position(of: "total")!
        let count = RowOperation(total, .arithmetic(.add, .int(step)), bound: RowOperation.Bound(.atLeast, 0))
        let change = RowChange(updatedAt: context.now, values: [], operations: [count])
        _ = try context.writer.update(team, change, in: IdentityTables.teams)
    }
}
