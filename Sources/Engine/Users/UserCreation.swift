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

    static let create = Handler(ids: ["users.create"]) { call in
        let new = new(call)
        return try hashing(call) { hash, context in
            var new = new
            new.password = try hash?.value()
            return try context.changed(try UserWriter(context).create(new))
        }
    }

    static let updatePassword = Handler(ids: ["users.updatePassword"]) { call in
        try hashing(call) { hash, context in
            try context.changed(try UserWriter(context).setPassword(try hash?.value(), of: try context.user()))
        }
    }

    /// Work whose password, unless there is none, is hashed ahead of it.
    private static func hashing(
        _ call: Call,
        _ body: @escaping @Sendable (Ahead<PasswordHash>?, WriteContext) throws -> JSON
    ) throws -> Work {
        guard let password = call.optional("password")?.string, !password.isEmpty else {
            return Work(body: .write { context in try body(nil, context).response })
        }
        try checkLength(password)
        let hash = Ahead { try Passwords.hash(password) }
        var work = Work(body: .write { context in try body(hash, context).response })
        work.ahead = { _ in _ = try await HashingThreads.run { try hash.value() } }
        return work
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
