import Storage
import Values

/// Memberships as they are answered: with what their teams and users are called, as far as that is open to the caller.
struct MembershipAnswers {
    private let context: ReadContext
    private let policies: Policies
    /// The user who sees all of itself; nil for nobody.
    var asking: String?
    /// What is shown of everybody else.
    var others: Policies.MembershipPrivacy

    init(_ context: ReadContext) throws {
        self.context = context
        policies = try context.settings.policies
        asking = context.caller.actor.userID
        others = context.caller.isPrivileged ? .everything : policies.membershipPrivacy
    }

    func answer(_ membership: Membership) throws -> JSON { try answers([membership])[0] }

    /// The answers of a page, read at once.
    func answers(_ memberships: [Membership]) throws -> [JSON] {
        let teams = try rows(Set(memberships.map(\.team)), in: Self.teamPart)
        let users = try rows(Set(memberships.map(\.user)), in: Self.userPart)
        return try memberships.map { membership in
            try json(
                membership,
                team: teams[membership.team].map { $0.values[0].string ?? "" } ?? "",
                users[membership.user].map { Record($0, Self.userPart) }
            )
        }
    }

    private func json(_ membership: Membership, team: String, _ user: Record?) throws -> JSON {
        func text(_ key: String) -> JSON { .string(user?.string(key) ?? "") }
        let open = membership.user == asking ? .everything : others
        return open.openPart(of: [
            "$id": .string(membership.id), "$createdAt": .string(membership.createdAt.text),
            "$updatedAt": .string(membership.updatedAt.text), "userId": .string(membership.user),
            "userName": text("name"), "userEmail": text("email"), "userPhone": text("phone"),
            "teamId": .string(membership.team),
            "teamName": .string(team), "invited": .string(membership.invited), "joined": .string(membership.joined),
            "confirm": .bool(membership.isConfirmed),
            "mfa": .bool(open.userMFA ? try user.map(hasFactors) ?? false : false),
            "userAccessedAt": text("accessedAt"), "roles": JSON(membership.roles),
        ])
    }

    /// Whether a user is asked for a second factor, and so has one that counts.
    private func hasFactors(_ user: Record) throws -> Bool {
        let factors = policies.mfaFactors
        guard user.bool("mfa") else { return false }
        if factors.custom || factors.email && user.bool("emailVerification")
            || factors.phone && user.bool("phoneVerification")
        {
            return true
        }
        guard factors.totp else { return false }
        var query = RowQuery(limit: 1)
        query.filters = [
            .compare("user", .equal, [.string(user.row.id)]), .compare("verified", .equal, [true]),
        ]
        return try context.session.count(query, in: IdentityTables.authenticators, cap: 1) > 0
    }

    private func rows(_ ids: Set<String>, in part: TableLayout) throws -> [String: StoredRow] {
        guard !ids.isEmpty else { return [:] }
        var query = RowQuery(limit: ids.count)
        query.filters = [.compare("$id", .equal, ids.sorted().map { .string($0) })]
        let rows = try context.session.rows(query, in: part)
        return Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    }

    private static let teamPart = IdentityTables.teams.part(["name"])
    private static let userPart = IdentityTables.users.part([
        "name", "email", "phone", "mfa", "emailVerification", "phoneVerification", "accessedAt",
    ])
}
