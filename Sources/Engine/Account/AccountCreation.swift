import Values

/// `account.create`.
enum AccountCreation {
    static let all: [Handler] = [create]

    private struct Input: Sendable {
        let new: UserWriter.New
        let password: GivenPassword
    }

    static let create = Handler.write(
        "account.create",
        prepare: { call in
            Input(
                new: UserWriter.New(
                    id: call.newID("userId"),
                    email: call.string("email"),
                    name: call.optional("name")?.string ?? ""
                ),
                password: GivenPassword(call.string("password"))
            )
        },
        ahead: { input, _, _ in try await input.password.prepareNew() },
        body: { input, context in
            try context.check(.emailPassword)
            try context.checkSignUp()
            var new = input.new
            try context.settings.policies.check(input.password.text, for: new.owner)
            new.password = try input.password.newHash()
            return try context.changed(try UserWriter(context).create(new))
        }
    )
}
