import Storage
import Values

/// `teams.updateMembershipStatus`: somebody who was invited to a team joins it.
enum Acceptance {
    static let handler = Handler.write("teams.updateMembershipStatus", prepare: { _ in }) { _, context in
        try context.check(.invites)
        let membership = try context.storedMembership()
        guard let team = try context.storedTeam() else { throw context.unknownTeam(context.call.string("teamId")) }
        guard membership.team == team.id else { throw Membership.mismatch(membership.id, team.id) }
        try checkInvitation(to: membership, context)
        try TeamWriter(context).confirm(membership)
        let user = try context.user(membership.user, argument: "userId")
        try user.checkActive()
        let channel = channel(of: membership, user)
        let secret = try channel.flatMap { try begin(for: user, by: $0, context) }
        let joined = try MembershipHandlers.stored(membership.id, context)
        var answers = try MembershipAnswers(context)
        answers.asking = user.id
        let answer = try answers.answer(joined)
        // What the user sees of itself is not for everybody who hears of it.
        answers.asking = nil
        answers.others.userID = true
        context.eventPayload = try answers.answer(joined)
        guard let secret, context.caller.isPrivileged else { return answer }
        return answer.replacing("secret", with: .string(secret))
    }

    /// The address of the user to which the invitation went; nil where the user has it no longer.
    private static func channel(of membership: Membership, _ user: User) -> Channel? {
        guard !membership.recipient.isEmpty else { return nil }
        return [Channel.email, .phone].first { $0.address(of: user) == membership.recipient }
    }

    /// Whoever has the secret reads what goes to the address that the invitation went to, and so has shown who it is. A
    /// caller that has signed in goes on as it is; any other is signed in by this.
    /// - Returns: the secret of the session that begins; nil where none does.
    private static func begin(for user: User, by channel: Channel, _ context: WriteContext) throws -> String? {
        let user = try UserWriter(context).update(user, [channel.column: true], rights: true)
        guard context.caller.actor.userID == nil else { return nil }
        let (session, secret) = try SessionWriter(context).begin(
            for: user,
            provider: channel.rawValue,
            factors: [channel.rawValue]
        )
        try context.tell("users.[userId].sessions.[sessionId].create", user.id, session.id, payload: session.event)
        return secret
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
}
