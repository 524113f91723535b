import Storage
import Values

/// `users.create`, and the operations that bring users along with the password hashes of other systems.
enum UserCreation {
    static let all: [Handler] =
        [create, updatePassword] + [
            importing("users.createArgon2User") { _ in Argon2() },
            importing("users.createBcryptUser") { _ in Crypt() },
            importing("users.createMD5User") { _ in MD5Hash() },
            importing("users.createPHPassUser") { _ in PortableHash() },
            importing("users.createSHAUser") { call in
                SHAHash(call.optional("passwordVersion")?.string.flatMap(SHAHash.Variant.init(rawValue:)) ?? .sha3_512)
            },
            importing("users.createScryptUser") { call in
                func number(_ name: String) -> Int { Int(call.arguments[name]?.int ?? 0) }
                return try Scrypt(
                    salt: call.string("passwordSalt"),
                    cpu: number("passwordCpu"),
                    memory: number("passwordMemory"),
                    parallel: number("passwordParallel"),
                    length: number("passwordLength")
                )
            },
            importing("users.createScryptModifiedUser") { call in
                try FirebaseScrypt(
                    salt: call.string("passwordSalt"),
                    separator: call.string("passwordSaltSeparator"),
                    signerKey: call.string("passwordSignerKey")
                )
            },
        ]

    /// What a call says of a new user, but for the password.
    private static func new(_ call: Call) -> UserWriter.New {
        UserWriter.New(
            id: call.newID("userId"),
            email: call.optional("email")?.string,
            phone: call.optional("phone")?.string,
            name: call.optional("name")?.string ?? ""
        )
    }

    static let create = Handler.write(
        "users.create",
        prepare: { call in (new: new(call), password: try password(call)) },
        ahead: { input, _, _ in try await input.password?.prepareNew() },
        body: { input, context in
            var new = input.new
            if let password = input.password {
                try context.settings.policies.check(password.text, for: new.owner)
                new.password = try password.newHash()
            }
            return try context.changed(try UserWriter(context).create(new))
        }
    )

    static let updatePassword = Handler.write(
        "users.updatePassword",
        prepare: { try password($0) },
        ahead: { password, call, pipeline in
            guard let password else { return }
            let former = try await pipeline.look(call) { context in
                try context.user().formerPasswords(try context.settings.policies)
            }
            try await password.prepareNew(former: former)
        },
        body: { password, context in
            let user = try context.user()
            let writer = UserWriter(context)
            let changed =
                try password.map { try writer.choosePassword($0, for: user) }
                ?? writer.setPassword(nil, of: user)
            if try context.settings.policies.sessionInvalidation { try SessionWriter(context).endTelling(of: user.id) }
            return try context.changed(changed)
        }
    )

    /// The password that a call gives; nil for none.
    private static func password(_ call: Call) throws(AppError) -> GivenPassword? {
        guard let password = call.optional("password")?.string, !password.isEmpty else { return nil }
        try checkLength(password)
        return GivenPassword(password)
    }

    private static func checkLength(_ password: String) throws(AppError) {
        guard !(8...256).contains(password.unicodeScalars.count) else { return }
        throw AppError(
            .generalArgumentInvalid,
            "'password' must have 8 to 256 characters.",
            argument: "password",
            hint: "Longer passwords are better than complicated ones."
        )
    }

    private static func importing(
        _ id: String,
        _ scheme: @escaping @Sendable (Call) throws -> any PasswordScheme
    ) -> Handler {
        .write(
            id,
            prepare: { call in
                var new = new(call)
                new.password = try PasswordHash(importing: call.string("password"), as: try scheme(call))
                return new
            },
            body: { new, context in try context.changed(try UserWriter(context).create(new)) }
        )
    }
}
