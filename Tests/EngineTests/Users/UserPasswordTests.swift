import Testing
import Values

@testable import Engine

@Suite("Passwords of users")
struct UserPasswordTests {
    /// What the key sees of a new password, but for the hash.
    private static let options: JSON = ["type": "argon2", "memoryCost": 19_456, "timeCost": 2, "threads": 1]

    @Test(arguments: Backend.available)
    func aPasswordIsKeptAsAHashThatOnlyTheKeySees(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let password = "correct horse battery"
            let user = try await engine.makeUser("ann", email: "ann@example.org", password: password)
            #expect(user["hash"] == "argon2")
            #expect(user["hashOptions"] == Self.options)
            #expect(user["passwordUpdate"] == "2026-11-22T08:00:00.000+00:00")
            let text = try #require(user["password"]?.string)
            #expect(text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
            #expect(try PasswordHash(Argon2(), text).matches(password))
            #expect(try await engine.call("users.get", ["userId": "ann"]) == user)
            #expect(try await !backend.holds(password, engine.folder))
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.create")
            #expect(try JSON(parsing: event.payload) == user.without("password", "hash", "hashOptions"))
        }
    }

    @Test(arguments: Backend.available)
    func aPasswordIsReplacedAndRemoved(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let old = try await engine.makeUser("ann", password: "the first one")
            engine.clock.advance(milliseconds: 1000)
            let new = try await engine.call("users.updatePassword", ["userId": "ann", "password": "the second one"])
            #expect(new["password"] != old["password"])
            #expect(new["passwordUpdate"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try PasswordHash(Argon2(), new["password"]!.string!).matches("the second one"))
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.update.password")
            #expect(try JSON(parsing: event.payload) == new.without("password", "hash", "hashOptions"))
            let none = try await engine.call("users.updatePassword", ["userId": "ann", "password": ""])
            #expect(none["password"] == "")
            #expect(none["hash"] == "")
            #expect(none["hashOptions"] == [:])
            #expect(none["passwordUpdate"] == "")
        }
    }

    @Test(arguments: Backend.available)
    func aPasswordHas8To256Characters(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let refusal = Refusal("general_argument_invalid", 400, "password")
            for password in ["1234567", String(repeating: "ü", count: 257)] {
                let bob: JSONObject = ["userId": "bob", "password": .string(password)]
                #expect(try await engine.refusal("users.create", bob) == refusal)
                let ann: JSONObject = ["userId": "ann", "password": .string(password)]
                #expect(try await engine.refusal("users.updatePassword", ann) == refusal)
            }
            for password in ["12345678", String(repeating: "ü", count: 256)] {
                try await engine.call("users.updatePassword", ["userId": "ann", "password": .string(password)])
            }
        }
    }

    @Test(arguments: Backend.available)
    func stepsThatDependOnEachOtherHashInPlace(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let answer = try await engine.batch([
                TestEngine.step("a", "users.create", ["userId": "unique()", "password": "the first one"]),
                TestEngine.step(
                    "b",
                    "users.updatePassword",
                    ["userId": "$ref:a#/$id", "password": "the second one"]
                ),
            ])
            let text = try #require(answer["results"]?["b"]?["password"]?.string)
            #expect(try PasswordHash(Argon2(), text).matches("the second one"))
        }
    }

    @Test(arguments: Backend.available)
    func usersAreBroughtAlongWithForeignHashes(_ backend: Backend) async throws {
        let imports: [(operation: String, hash: JSON, more: JSONObject, options: JSON)] = [
            (
                "Argon2", "$argon2i$v=19$m=20,t=3,p=2$YXBwd3JpdGU$A/54i238ed09ZR4NwlACU5XnkjNBZU9QeOEuhjLiexI", [:],
                ["type": "argon2", "memoryCost": 20, "timeCost": 3, "threads": 2]
            ),
            ("Bcrypt", "$2a$15$xX/myGbFU.ZSKHSi6EHdBOySTdYm8QxBLXmOPHrYMwV0mHRBBSBOq", [:], ["type": "bcrypt"]),
            ("MD5", "5f4dcc3b5aa765d61d8327deb882cf99", [:], ["type": "md5"]),
            ("PHPass", "$P$Br387rwferoKN7uwHZqNMu98q3U8RO.", [:], ["type": "phpass"]),
            (
                "SHA", "5baa61e4c9b93f3f0682250b6cf8331b7ee68fd8", ["passwordVersion": "sha1"], ["type": "sha"]
            ),
            (
                "Scrypt", .string(String(repeating: "ab", count: 64)),
                [
                    "passwordSalt": "some-salt", "passwordCpu": 16_384, "passwordMemory": 8, "passwordParallel": 1,
                    "passwordLength": 64,
                ],
                [
                    "type": "scrypt", "costCpu": 16_384, "costMemory": 8, "costParallel": 1, "length": 64,
                ]
            ),
            (
                "ScryptModified",
                "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
                [
                    "passwordSalt": "42xEC+ixf3L2lw==", "passwordSaltSeparator": "Bw==",
                    "passwordSignerKey":
                        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
                ],
                [
                    "type": "scryptMod", "salt": "42xEC+ixf3L2lw==", "saltSeparator": "Bw==",
                    "signerKey":
                        "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
                ]
            ),
        ]
        try await withEngine(backend) { engine in
            for one in imports {
                let user = one.operation.lowercased()
                let own: JSONObject = [
                    "userId": .string(user), "email": .string("\(user)@example.org"), "password": one.hash,
                    "name": "X",
                ]
                let operation = "users.create\(one.operation)User"
                let answer = try await engine.call(operation, JSONObject(own.members + one.more.members))
                #expect(answer["password"] == one.hash, "\(operation)")
                #expect(answer["hashOptions"] == one.options, "\(operation)")
                #expect(answer["hash"] == one.options["type"], "\(operation)")
                let event = try #require(try await engine.events().last)
                #expect(event.name == "users.\(user).create")
                #expect(try JSON(parsing: event.payload) == answer.without("password", "hash", "hashOptions"))
                let other: JSONObject = ["userId": "other", "email": own["email"]!, "password": one.hash]
                #expect(
                    try await engine.refusal(operation, JSONObject(other.members + one.more.members))
                        == Refusal("user_already_exists", 409, "email")
                )
                let bad: JSONObject = ["userId": "bad", "email": "bad@example.org", "password": "not a hash"]
                #expect(
                    try await engine.refusal(operation, JSONObject(bad.members + one.more.members))
                        == Refusal("general_argument_invalid", 400, "password"),
                    "\(operation)"
                )
            }
        }
    }
}
