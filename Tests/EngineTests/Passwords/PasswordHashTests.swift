import Testing
import Values

@testable import Engine

/// Whatever is published about the algorithms: test vectors of their authors, of RFCs, and of systems that use them.
@Suite("Hashes of passwords")
struct PasswordHashTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        var scheme: any PasswordScheme
        var password: String
        var hash: String
        var shown: JSON

        var testDescription: String { "\(type(of: scheme).name) \(hash.prefix(24))" }
    }

    @Test(arguments: vectors)
    func aPublishedHashIsOfItsPasswordOnly(_ vector: Vector) throws {
        let hash = try PasswordHash(importing: vector.hash, as: vector.scheme)
        #expect(try hash.matches(vector.password))
        #expect(try !hash.matches(vector.password + "x"))
        #expect(try !hash.matches(String(vector.password.dropLast())))
        #expect(try !hash.matches(""))
        #expect(hash.shownOptions == vector.shown)
        #expect(hash.isOutdated == !vector.hash.hasPrefix("$argon2id$"))
    }

    @Test(arguments: vectors)
    func aHashSurvivesTheStore(_ vector: Vector) throws {
        let hash = try PasswordHash(importing: vector.hash, as: vector.scheme)
        let options = try JSON(parsing: hash.options.text)
        let again = try #require(PasswordHash(hash.text, name: hash.name, options: options))
        #expect(try again.matches(vector.password))
        #expect(again.options == hash.options)
        #expect(again.shownOptions == vector.shown)
    }

    @Test func aNewHashIsByArgon2idWithItsOwnSalt() throws {
        let hash = try Passwords.hash("correct horse battery staple")
        #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(hash.name == "argon2")
        #expect(hash.shownOptions == ["type": "argon2", "memoryCost": 19456, "timeCost": 2, "threads": 1])
        #expect(!hash.isOutdated)
        #expect(try hash.matches("correct horse battery staple"))
        #expect(try !hash.matches("correct horse battery stapler"))
        #expect(try Passwords.hash("correct horse battery staple").text != hash.text)
        // A NUL ends no password.
        #expect(try !Passwords.hash("password\u{0}one").matches("password\u{0}two"))
    }

    @Test func noPasswordIsNoHash() {
        #expect(PasswordHash(nil, name: "argon2", options: nil) == nil)
        #expect(PasswordHash("", name: "argon2", options: nil) == nil)
        #expect(PasswordHash("x", name: nil, options: nil) == nil)
        #expect(PasswordHash("x", name: "rot13", options: nil) == nil)
        #expect(PasswordHash("x", name: "scrypt", options: ["salt": "NaCl"]) == nil)
    }

    @Test func aMissingAccountCostsAsMuchAsAWrongPassword() throws {
        let hash = try Passwords.hash("correct horse")
        let clock = ContinuousClock()
        _ = try hash.matches("wrong one")
        let honest = try clock.measure { for _ in 0..<5 { _ = try hash.matches("wrong one") } }
        let pretended = try clock.measure { for _ in 0..<5 { try Passwords.pretendToCheck("wrong one") } }
        #expect(pretended > honest / 4 && pretended < honest * 4)
    }

    @Test func onlyAsManyBytesAsBcryptReadsCount() throws {
        let hash = try PasswordHash(
            importing: "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui",
            as: Crypt()
        )
        let long = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        #expect(long.utf8.count == 72)
        #expect(try hash.matches(long + "chars after 72 are ignored"))
        #expect(try hash.matches(long + String(repeating: "x", count: 600)))
        #expect(try !hash.matches(String(long.dropLast())))
    }

    @Test func aLongPasswordIsNoFaultOfSHACrypt() throws {
        let hash = try PasswordHash(
            importing: "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            as: Crypt()
        )
        #expect(try !hash.matches(String(repeating: "x", count: 600)))
        #expect(try !hash.matches("Hello world!\u{0}"))
    }
}

private let firebase = try! FirebaseScrypt(
    salt: "42xEC+ixf3L2lw==",
    separator: "Bw==",
    signerKey: "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA=="
)

private let vectors: [PasswordHashTests.Vector] =
    [
        // The reference implementation of Argon2.
        .init(
            scheme: Argon2(),
            password: "password",
            hash: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            shown: ["type": "argon2", "memoryCost": 65536, "timeCost": 2, "threads": 1]
        ),
        .init(
            scheme: Argon2(),
            password: "password",
            hash: "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA",
            shown: ["type": "argon2", "memoryCost": 65536, "timeCost": 2, "threads": 1]
        ),
        .init(
            scheme: Argon2(),
            password: "password",
            hash: "$argon2i$m=65536,t=2,p=1$c29tZXNhbHQ$9sTbSlTio3Biev89thdrlKKiCaYsjjYVJxGAL3swxpQ",
            shown: ["type": "argon2", "memoryCost": 65536, "timeCost": 2, "threads": 1]
        ),
        // crypt_blowfish, and the manual of PHP.
        .init(
            scheme: Crypt(),
            password: "U*U",
            hash: "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            shown: ["type": "bcrypt"]
        ),
        .init(
            scheme: Crypt(),
            password: "rasmuslerdorf",
            hash: "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq",
            shown: ["type": "bcrypt"]
        ),
        .init(
            scheme: Crypt(),
            password: "rasmuslerdorf",
            hash: "$1$rasmusle$rISCgZzpwk3UhDidwXvin0",
            shown: ["type": "bcrypt"]
        ),
        // Ulrich Drepper's specification of SHA-crypt.
        .init(
            scheme: Crypt(),
            password: "Hello world!",
            hash: "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            shown: ["type": "bcrypt"]
        ),
        .init(
            scheme: Crypt(),
            password: "Hello world!",
            hash: "$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA",
            shown: ["type": "bcrypt"]
        ),
        .init(
            scheme: Crypt(),
            password: "Hello world!",
            hash:
                "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1",
            shown: ["type": "bcrypt"]
        ),
        // What the passwd of Debian 12 writes.
        .init(
            scheme: Crypt(),
            password: "Hello world!",
            hash: "$y$j9T$saltstringsaltstring0/$/L02BQaCQbWntplgDEEO8wZzKXFGb/UmzGUKURSD3k9",
            shown: ["type": "bcrypt"]
        ),
        // phpass itself.
        .init(
            scheme: PortableHash(),
            password: "test12345",
            hash: "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
            shown: ["type": "phpass"]
        ),
        .init(
            scheme: PortableHash(),
            password: "rasmuslerdorf",
            hash: "$2y$07$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq",
            shown: ["type": "phpass"]
        ),
        // RFC 7914.
        .init(
            scheme: try! Scrypt(salt: "NaCl", cpu: 1024, memory: 8, parallel: 16, length: 64),
            password: "password",
            hash: """
                fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83\
                ee6d8360cbdfa2cc0640
                """,
            shown: ["type": "scrypt", "costCpu": 1024, "costMemory": 8, "costParallel": 16, "length": 64]
        ),
        .init(
            scheme: try! Scrypt(salt: "SodiumChloride", cpu: 16384, memory: 8, parallel: 1, length: 64),
            password: "pleaseletmein",
            hash: """
                7023BDCB3AFD7348461C06CD81FD38EBFDA8FBBA904F8E3EA9B543F6545DA1F2D5432955613F0FCF62D49705242A9AF9E61E85DC0D65\
                1E40DFCF017B45575887
                """,
            shown: ["type": "scrypt", "costCpu": 16384, "costMemory": 8, "costParallel": 1, "length": 64]
        ),
        // Firebase's description of its hashes.
        .init(
            scheme: firebase,
            password: "user1password",
            hash: "lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==",
            shown: [
                "type": "scryptMod", "salt": "42xEC+ixf3L2lw==", "saltSeparator": "Bw==",
                "signerKey": "jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==",
            ]
        ),
        // RFC 1321.
        .init(
            scheme: MD5Hash(),
            password: "message digest",
            hash: "f96b697d7cb7938d525a2f31aaf161d0",
            shown: ["type": "md5"]
        ),
    ]
    + SHAHash.Variant.allCases.map { variant in
        .init(scheme: SHAHash(variant), password: "abc", hash: sha[variant]!, shown: ["type": "sha"])
    }

/// What NIST publishes about the three letters `abc`.
private let sha: [SHAHash.Variant: String] = [
    .sha1: "a9993e364706816aba3e25717850c26c9cd0d89d",
    .sha224: "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7",
    .sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    .sha384: """
    cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7
    """,
    .sha512_224: "4634270f707b6a54daae7530460842e20e37ed265ceee9a43e8924aa",
    .sha512_256: "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
    .sha512: """
    ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e\
    2a9ac94fa54ca49f
    """,
    .sha3_224: "e642824c3f8cf24ad09234ee7d3c766fc9a3a5168d0c94ad73b46fdf",
    .sha3_256: "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532",
    .sha3_384: """
    ec01498288516fc926459f58e2c6ad8df9b473cb0fc08c2596da7cf0e49be4b298d88cea927ac7f539f1edf228376d25
    """,
    .sha3_512: """
    b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a5\
    6592f8274eec53f0
    """,
]
