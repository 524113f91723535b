import Testing
import Values

@testable import Engine

@Suite("Imported passwords")
struct PasswordImportTests {
    @Test(arguments: [
        (Argon2() as any PasswordScheme, "correct horse", "The password is no hash by Argon2."),
        (
            Argon2(), "$argon2id$v=19$m=65536,t=2,p=1$c29t$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH",
            "The password is no hash by Argon2."
        ),
        (
            Argon2(), "$argon2id$v=19$m=2097152,t=1,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH",
            "A hash of m=2097152, t=1 and p=1 costs too much to check."
        ),
        (
            Argon2(), "$argon2id$v=19$m=65536,t=4000000000,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJH",
            "A hash of m=65536, t=4000000000 and p=1 costs too much to check."
        ),
        (Crypt(), "correct horse", "The password is no hash by bcrypt."),
        (Crypt(), "$2y$07$BCryptRequires22Chrcte", "The password is no hash by bcrypt."),
        (Crypt(), "$3$$8846f7eaee8fb117ad06bdd830b7586c", "The password is no hash by bcrypt."),
        (
            Crypt(), "$2y$31$BCryptRequires22Chrcte/VlQH0piJtjXl.0t1XkA8pw9dMXTpOq",
            "This hash costs too much to check."
        ),
        (
            Crypt(), "$5$rounds=999999999$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5",
            "This hash costs too much to check."
        ),
        (
            Crypt(), "$y$jFT$AAt9R641xPvCI9nXw1HHW/$cuQRBMN3N/f8IcmVN.4YrZ1bHMOiLOoz9/XQMKV/v0A",
            "This hash costs too much to check."
        ),
        (PortableHash(), "$P$9IQRaTwmfeRo7ud9Fh4E2PdI0S3r.L", "The password is no hash by phpass."),
        (
            PortableHash(), "$P$SIQRaTwmfeRo7ud9Fh4E2PdI0S3r.L0",
            "This hash of 2 to the 30 rounds costs too much to check."
        ),
        (MD5Hash(), "f96b697d7cb7938d525a2f31aaf161dg", "The password is no hash by MD5."),
        (SHAHash(.sha512), "f96b697d7cb7938d525a2f31aaf161d0", "The password is no hash by sha512."),
        (
            try! Scrypt(salt: "NaCl", cpu: 8, memory: 14, parallel: 1, length: 64), "fdbabe1c9d34",
            "The password is no hash by scrypt of 64 bytes."
        ),
        (
            try! FirebaseScrypt(salt: "42xEC+ixf3L2lw==", separator: "Bw==", signerKey: "jxspr8Ki0RYycVU8"),
            "lSrfV15cpx95/sZS2W9c9Kp6", "The password is no hash by Firebase with this signer key."
        ),
    ])
    func whatIsNoBearableHashIsRefused(_ scheme: any PasswordScheme, _ text: String, _ message: String) {
        let error = #expect(throws: AppError.self) { try PasswordHash(importing: text, as: scheme) }
        #expect(error?.code == .generalArgumentInvalid)
        #expect(error?.argument == "password")
        #expect(error?.message == message)
    }

    @Test(arguments: [
        (12, 8, 1, 64, "passwordCpu", "scrypt can't have passwordCpu 12."),
        (1, 8, 1, 64, "passwordCpu", "scrypt can't have passwordCpu 1."),
        (1 << 20, 8, 1, 64, "passwordCpu", "scrypt can't have passwordCpu 1048576."),
        (1024, 0, 1, 64, "passwordMemory", "scrypt can't have passwordMemory 0."),
        (1024, 8, 65, 64, "passwordParallel", "scrypt can't have passwordParallel 65."),
        (1024, 8, 1, 8, "passwordLength", "scrypt can't have passwordLength 8."),
    ])
    func parametersThatScryptCanNotTakeAreRefused(
        _ cpu: Int,
        _ memory: Int,
        _ parallel: Int,
        _ length: Int,
        _ argument: String,
        _ message: String
    ) {
        let error = #expect(throws: AppError.self) {
            try Scrypt(salt: "NaCl", cpu: cpu, memory: memory, parallel: parallel, length: length)
        }
        #expect(error?.argument == argument)
        #expect(error?.message == message)
    }

    @Test func everyBlockThatScryptMayHaveCanBeChecked() throws {
        for memory in 1...16 {
            let scheme = try Scrypt(salt: "NaCl", cpu: 2, memory: memory, parallel: 1, length: 16)
            let hash = PasswordHash(scheme, String(repeating: "0", count: 32))
            #expect(try !hash.matches("password"))
        }
    }

    @Test func firebasesParametersMustBeBase64() {
        let error = #expect(throws: AppError.self) {
            try FirebaseScrypt(salt: "42xEC+ixf3L2lw==", separator: "?", signerKey: "jxspr8Ki0RYycVU8")
        }
        #expect(error?.argument == "passwordSaltSeparator")
        #expect(error?.message == "passwordSaltSeparator is no Base64.")
    }
}
