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
        for row in memberships {
            let membership = Record(row, IdentityTables.memberships)
            guard membership.bool("confirm") else { continue }
            let total = IdentityTables.teams.position(of: "total")!
            let less = RowOperation(
                total,
                .arithmetic(.subtract, 1),
                bound: RowOperation.Bound(.atLeast, 0)
            )
            let change = RowChange(updatedAt: context.now, values: [], operations: [less])
            _ = try context.writer.update(membership.string("team"), change, in: IdentityTables.teams)
        }
    }
}
