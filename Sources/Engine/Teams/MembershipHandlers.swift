import Storage
import Values

/// `teams.createMembership`, `listMemberships`, `getMembership`, `updateMembership`, `updateMembershipStatus`,
/// `deleteMembership`.
enum MembershipHandlers {
    static let all: [Handler] = [create, list, get, update, accept, delete]

    static let create = Handler.write(
        "teams.createMembership",
        prepare: { call throws(AppError) -> Invitation in try Invitation(call) }
    ) { invitation, context in
        let team = try context.ownTeam(to: "add members")
        let membership = try invitation.carryOut(in: team, context)
        context.eventIDs["membershipId"] = membership
        return try answer(membership, context)
    }

    static let list = Handler.read("teams.listMemberships") { context in
        let team = try context.team()
        let answers = MembershipAnswers(context)
        return try memberships.answer(context, base: [.compare("team", .equal, [.string(team.id)])]) { rows in
            try answers.answers(rows.map(Membership.init))
        }
    }

    static let memberships = SystemList(
        IdentityTables.memberships,
        name: "memberships",
        idField: "$id",
        fields: [
            ("$id", "$id"), ("userId", "user"), ("teamId", "team"), ("roles", "roles"), ("confirm", "confirm"),
            ("invited", "invited"), ("joined", "joined"),
        ]
    )

    static let get = Handler.read("teams.getMembership") { context in
        let membership = try context.membership(of: try context.team())
        return try MembershipAnswers(context).answer(membership)
    }

    static let update = Handler.write("teams.updateMembership", prepare: { _ in }) { _, context in
        let membership = try context.membership(of: try context.ownTeam(to: "change the roles"))
        try TeamWriter(context).setRoles(context.call.arguments["roles"]?.strings ?? [], of: membership)
        return try answer(membership.id, context)
    }

    static let accept = Handler.write("teams.updateMembershipStatus", prepare: { _ in }) { _, context in
        let membership = try context.storedMembership()
        guard let team = try context.storedTeam() else { throw context.unknownTeam(context.call.string("teamId")) }
        guard membership.team == team.id else { throw Membership.mismatch(membership.id, team.id) }
        try checkInvitation(to: membership, context)
        try TeamWriter(context).confirm(membership)
        try verify(membership, context)
        return try answer(membership.id, context)
    }

    /// Whoever has the secret reads what goes to the address that the invitation went to.
    private static func verify(_ membership: Membership, _ context: WriteContext) throws {
        let user = try context.user(membership.user, argument: "userId")
        var verified = JSONObject()
        if !user.email.isEmpty, user.email == membership.recipient { verified["emailVerification"] = true }
        if !user.phone.isEmpty, user.phone == membership.recipient { verified["phoneVerification"] = true }
        if !verified.isEmpty { _ = try UserWriter(context).update(user, verified, rights: true) }
    }

    /// - Throws: 401 `team_invalid_secret`, 401 `team_invite_mismatch`, 409 `membership_already_confirmed`.
    private static func checkInvitation(to membership: Membership, _ context: WriteContext) throws(AppError) {
        guard Secret.matches(context.call.string("secret"), membership.secret) else {
            throw AppError(
                .teamInvalidSecret,
                "The secret is not that of the invitation '\(membership.id)'.",
                argument: "secret",
                hint: "It is in the link of the newest message; inviting again made those before worthless."
            )
        }
        guard
            [context.call.string("userId"), context.caller.actor.userID ?? membership.user]
                .allSatisfy({ $0 == membership.user })
        else {
            throw AppError(
                .teamInviteMismatch,
                "The invitation '\(membership.id)' is for somebody else.",
                argument: "userId",
                hint: "Take the userId of the link, and run it as that user or as a guest."
            )
        }
        guard !membership.isConfirmed else { throw Membership.isConfirmed(membership) }
    }

    static let delete = Handler.write("teams.deleteMembership", prepare: { _ in }) { _, context in
        let team = try context.team()
        let membership = try context.membership(of: team)
        if membership.user != context.caller.actor.userID { _ = try context.ownTeam(to: "end the memberships") }
        try TeamWriter(context).end(membership)
        return [:] as JSON
    }

    private static func answer(_ id: String, _ context: WriteContext) throws -> JSON {
        let row = try context.session.row(id, in: IdentityTables.memberships)!
        return try MembershipAnswers(context).answer(Membership(row))
    }
}

extension Membership {
    static func isConfirmed(_ membership: Membership) -> AppError {
        AppError(
            .membershipAlreadyConfirmed,
            "The user '\(membership.user)' is a member of the team '\(membership.team)' already.",
            hint: "teams.updateMembership changes the roles of the membership '\(membership.id)'."
        )
    }
}
