import Storage
import Values

/// `users.listMemberships`.
enum UserMemberships {
    static let all: [Handler] = [list]

    static let list = Handler.read("users.listMemberships") { context in
        let user = try context.user()
        let answers = try MembershipAnswers(context)
        return try MembershipHandlers.memberships.answer(
            context,
            base: [.compare("user", .equal, [.string(user.id)])],
            items: { rows in try answers.answers(rows.map(Membership.init)) }
        )
    }
}
