import Storage
import Values

extension UserWriter {
    /// The tables whose rows end with their user.
    private static let owned = [
        IdentityTables.memberships, IdentityTables.sessions, IdentityTables.tokens, IdentityTables.targets,
        IdentityTables.identities, IdentityTables.authenticators, IdentityTables.challenges, IdentityTables.presences,
        IdentityTables.outbox,
    ]

    /// Removes a user with everything that belongs to it. Its teams count one member less.
    func delete(_ user: User) throws {
        for layout in Self.owned {
            let rows = try context.rows(of: user.id, in: layout)
            if layout === IdentityTables.memberships { try leaveTeams(rows) }
            if !rows.isEmpty { _ = try context.writer.delete(rows.map(\.id), from: layout) }
        }
        _ = try context.writer.delete(user.id, from: IdentityTables.users)
    }

    private func leaveTeams(_ memberships: [StoredRow]) throws {
        let teams = TeamWriter(context)
        for membership in memberships.map(Membership.init) where membership.isConfirmed {
            try teams.count(-1, in: membership.team)
        }
    }
}
