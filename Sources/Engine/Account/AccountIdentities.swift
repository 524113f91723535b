import Storage
import Values

/// `account.listIdentities` and `deleteIdentity`.
enum AccountIdentities {
    static let all: [Handler] = [list, delete]

    static let list = Handler.read("account.listIdentities") { context in
        let own: Filter = .compare("user", .equal, [.string(try context.ownUser().id)])
        return try UserIdentity.list.answer(context, base: [own]) { UserIdentity($0).json }
    }

    static let delete = Handler.write("account.deleteIdentity", prepare: { _ in }) { _, context in
        let user = try context.ownUser()
        let id = context.call.string("identityId")
        guard let identity = try context.session.row(id, in: IdentityTables.identities).map({ UserIdentity($0) }),
            identity.user == user.id
        else {
            throw AppError(
                .userIdentityNotFound,
                "The user '\(user.id)' has no identity '\(id)'.",
                argument: "identityId",
                hint: "account.listIdentities shows the identities."
            )
        }
        _ = try context.writer.delete(id, from: IdentityTables.identities)
        context.eventIDs["userId"] = user.id
        context.eventPayload = identity.event
        return [:] as JSON
    }
}
