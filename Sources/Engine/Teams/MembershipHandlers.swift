import Storage
import Values

/// `teams.createMembership`, `listMemberships`, `getMembership`, `updateMembership`, `deleteMembership`.
enum MembershipHandlers {
    static let all: [Handler] = [create, list, get, update, Acceptance.handler, delete]

    static let create = Handler.write(
        "teams.createMembership",
        prepare: { call throws(AppError) -> Invitation in try Invitation(call) }
    ) { invitation, context in
        let team = try context.ownTeam(to: "add members")
        let (membership, isNewUser) = try invitation.carryOut(in: team, context)
        context.eventIDs["membershipId"] = membership
        var answers = try MembershipAnswers(context)
        // Who invites learns whom it has invited, and sees again what it has said itself.
        answers.others.userID = true
        if context.call.optional("email") != nil { answers.others.userEmail = true }
        if context.call.optional("phone") != nil { answers.others.userPhone = true }
        if isNewUser { answers.others.userName = true }
        return try answers.answer(try stored(membership, context))
    }

    static let list = Handler.read("teams.listMemberships") { context in
        let team = try context.team()
        let answers = try MembershipAnswers(context)
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
        let roles = context.call.arguments["roles"]?.strings ?? []
        if !roles.contains(Caller.owner) { try context.checkOwnerRemains(without: membership) }
        try TeamWriter(context).setRoles(roles, of: membership)
        return try MembershipAnswers(context).answer(try stored(membership.id, context))
    }

    static let delete = Handler.write("teams.deleteMembership", prepare: { _ in }) { _, context in
        let team = try context.team()
        let membership = try context.membership(of: team)
        if membership.user != context.caller.actor.userID { _ = try context.ownTeam(to: "end the memberships") }
        try context.checkOwnerRemains(without: membership)
        try TeamWriter(context).end(membership)
        return [:] as JSON
    }

    /// A membership as it is now.
    static func stored(_ id: String, _ context: ReadContext) throws -> Membership {
        Membership(try context.session.row(id, in: IdentityTables.memberships)!)
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
