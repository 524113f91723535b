import Storage
import Values

/// What `teams.createMembership` asks for: a user, known or new, who joins a team at once or is invited to.
struct Invitation: Sendable {
    private let membershipID: String
    private let newUserID: String
    private let secret: String
    private let userID: String?
    private let email: String?
    private let phone: String?
    private let name: String?
    private let roles: [String]

    /// How long an invitation waits in the outbox, in seconds.
    private static let outboxTime: Int64 = 7 * 86_400

    /// - Throws: 400 `general_argument_invalid` when nobody is named, or a user's call has no address for the link.
    init(_ call: Call) throws(AppError) {
        membershipID = call.clock.makeID()
        newUserID = call.clock.makeID()
        secret = Secret.random(length: 256)
        func text(_ name: String) -> String? { call.optional(name)?.string.flatMap { $0.isEmpty ? nil : $0 } }
        userID = text("userId")
        email = text("email")?.lowercased()
        phone = text("phone")
        name = text("name")
        roles = call.arguments["roles"]?.strings ?? []
        guard userID != nil || email != nil || phone != nil else {
            throw AppError(
                .generalArgumentInvalid,
                "'userId', 'email' or 'phone' is required: it says who is to join.",
                argument: "userId",
                hint: "An e-mail address or a phone number that nobody has makes a new user."
            )
        }
        guard call.actor.isPrivileged || text("url") != nil else {
            throw AppError(
                .generalArgumentInvalid,
                "'url' is required: the invitation holds a link to it.",
                argument: "url",
                hint: "Give the page of your app that accepts invitations, such as https://example.com/join."
            )
        }
    }

    /// Adds the user to the team, or invites it.
    /// - Returns: the id of the membership, and whether the user was made for it.
    /// - Throws: 501 `user_auth_method_unsupported` where nobody can be invited, 400 `general_argument_invalid` for a link
    ///   to a host that is not registered, and who can't be invited.
    func carryOut(in team: Team, _ context: WriteContext) throws -> (membership: String, isNewUser: Bool) {
        try context.check(.invites)
        let link = try context.link()
        let (user, isNew) = try invitee(context)
        let writer = TeamWriter(context)
        let joins = context.caller.isPrivileged
        let known = try Membership.find(of: user.id, in: team.id, context.session)
        if let known {
            guard !known.isConfirmed else { throw Membership.isConfirmed(known) }
            if joins {
                try writer.confirm(known, roles: roles)
                return (known.id, isNew)
            }
        }
        let recipient = user.email.isEmpty ? user.phone : user.email
        if joins {
            try writer.add(
                NewMembership(id: membershipID, team: team.id, user: user.id, roles: roles, isConfirmed: true)
            )
            return (membershipID, isNew)
        }
        let id = known?.id ?? membershipID
        let digest = Secret.digest(secret)
        if let known {
            try writer.renew(known, roles: roles, secret: digest, recipient: recipient)
        } else {
            try writer.add(
                NewMembership(
                    id: id,
                    team: team.id,
                    user: user.id,
                    roles: roles,
                    isConfirmed: false,
                    secret: digest,
                    recipient: recipient
                )
            )
        }
        try send(to: user, team, membership: id, link: link ?? "", context)
        return (id, isNew)
    }

    // MARK: The message

    private func send(
        to user: User,
        _ team: Team,
        membership: String,
        link: String,
        _ context: WriteContext
    ) throws {
        let link = URLText.adding(
            [
                ("membershipId", membership), ("userId", user.id), ("secret", secret), ("teamId", team.id),
                ("teamName", team.name),
            ],
            to: link
        )
        let details: JSONObject = [
            "url": .string(link), "secret": .string(secret), "membershipId": .string(membership),
        ]
        let expire = context.now.adding(seconds: Self.outboxTime)
        if !user.email.isEmpty {
            let mail = Mail(
                template: .invitation,
                purpose: "invitation",
                values: [.team: team.name, .redirect: link],
                details: details
            )
            return try mail.send(to: user, at: user.email, until: expire, context)
        }
        try Outbox.add(
            kind: .sms,
            purpose: "invitation",
            user: user.id,
            recipient: user.phone,
            body: "You are invited to the team \(team.name). Follow this link to join it: \(link)",
            details: .object(details),
            expire: expire,
            context
        )
    }

    // MARK: Who

    /// The user who is named, made where there is none: a key makes as many as it likes, those who are invited sign up.
    /// - Throws: 404 `user_not_found`, 409 `user_already_exists` when the arguments name different users, 400
    ///   `user_count_exceeded`.
    private func invitee(_ context: WriteContext) throws -> (user: User, isNew: Bool) {
        guard let user = try known(context) else {
            let new = UserWriter.New(id: newUserID, email: email, phone: phone, name: name ?? email ?? "")
            return (try context.caller.isPrivileged ? context.makeUser(new) : context.signUp(new), true)
        }
        if let email, user.email != email { throw Self.differs("email") }
        if let phone, user.phone != phone { throw Self.differs("phone") }
        return (user, false)
    }

    private func known(_ context: WriteContext) throws -> User? {
        if let userID { return try context.user(userID, argument: "userId") }
        if let email { return try context.user(email: email) }
        return try phone.flatMap { try context.user(phone: $0) }
    }

    private static func differs(_ argument: Prose) -> AppError {
        AppError(
            .userAlreadyExists,
            "The '\(argument)' is not that of the user whom the other arguments name.",
            argument: argument,
            hint: "Name the user in one way only."
        )
    }
}
