import Storage
import Values

/// The operations for which a user shows its password: `account.updatePassword`, `updateEmail` and `updatePhone`.
enum AccountPassword {
    static let all: [Handler] = [updatePassword, updateEmail, updatePhone]

    private struct Given: Sendable {
        let new: GivenPassword
        let old: GivenPassword
    }

    static let updatePassword = Handler.write(
        "account.updatePassword",
        prepare: { call in
            Given(
                new: GivenPassword(call.string("password")),
                old: GivenPassword(call.optional("oldPassword")?.string ?? "")
            )
        },
        ahead: { passwords, call, pipeline in
            let (current, former) = try await pipeline.look(call) { context -> (PasswordHash?, [PasswordHash]) in
                let user = try context.ownUser()
                return (user.password, user.formerPasswords(try context.settings.policies))
            }
            if let current {
                try await passwords.old.prepareSignIn(current)
                guard try passwords.old.matches(current) else { return }
            }
            try await passwords.new.prepareNew(former: former)
        },
        body: { passwords, context in
            var user = try context.ownUser()
            if let hash = user.password, try !passwords.old.matches(hash) {
                throw AppError.wrongPassword("oldPassword")
            }
            user = try UserWriter(context).choosePassword(passwords.new, for: user)
            if try context.settings.policies.sessionInvalidation {
                try SessionWriter(context).endTelling(of: user.id, but: context.caller.session?.id)
            }
            return try context.changed(user)
        }
    )

    static let updateEmail = address("account.updateEmail") { context, user in
        try UserWriter(context).setEmail(context.call.string("email"), of: user)
    }

    static let updatePhone = address("account.updatePhone") { context, user in
        try UserWriter(context).setPhone(context.call.string("phone"), of: user)
    }

    /// Changes an address by which the user signs in. A user who has no password yet gets the given one, which is how
    /// an anonymous account becomes one to come back to.
    private static func address(
        _ id: String,
        _ change: @escaping @Sendable (WriteContext, User) throws -> User
    ) -> Handler {
        .write(
            id,
            prepare: { GivenPassword($0.string("password")) },
            ahead: { password, call, pipeline in
                let hash = try await pipeline.look(call) { context in try context.ownUser().password }
                if let hash { try await password.prepareSignIn(hash) } else { try await password.prepareNew() }
            },
            body: { password, context in
                let user = try context.ownUser()
                if let hash = user.password {
                    guard try password.matches(hash) else {
                        throw AppError.wrongPassword("password")
                    }
                    return try context.changed(try change(context, user))
                }
                return try context.changed(
                    try UserWriter(context).choosePassword(password, for: try change(context, user))
                )
            }
        )
    }
}
