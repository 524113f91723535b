import Crypto
import CryptoExtras
import Values

/// Firebase's own scrypt: the hash is the project's signer key, encrypted with what scrypt makes of the password.
struct FirebaseScrypt: PasswordScheme {
    static let name = "scryptMod"

    /// The user's salt, the project's separator and its signer key, all in Base64 as Firebase exports them.
    let salt: String
    let separator: String
    let signerKey: String

    /// - Throws: 400 `general_argument_invalid` about the argument that is no Base64.
    init(salt: String, separator: String, signerKey: String) throws(AppError) {
        (self.salt, self.separator, self.signerKey) = (salt, separator, signerKey)
        for (argument, value) in [
            ("passwordSalt", salt), ("passwordSaltSeparator", separator), ("passwordSignerKey", signerKey),
        ] where Self.bytes(value)?.isEmpty != false {
            throw AppError(
                .generalArgumentInvalid,
                "\(own: argument) is no Base64.",
                argument: "\(own: argument)",
                hint: "Pass it as Firebase's export and its password hash parameters have it."
            )
        }
    }

    init?(options: JSONObject) {
        guard let salt = options["salt"]?.string, let separator = options["saltSeparator"]?.string,
            let signerKey = options["signerKey"]?.string
        else { return nil }
        do { try self.init(salt: salt, separator: separator, signerKey: signerKey) } catch { return nil }
    }

    var options: JSONObject {
        ["salt": .string(salt), "saltSeparator": .string(separator), "signerKey": .string(signerKey)]
    }

    func shown(_ text: String) -> JSONObject { options }

    func check(_ text: String) throws(AppError) {
        guard let hash = Self.bytes(text), hash.count == Self.bytes(signerKey)?.count else {
            throw Self.refusal(
                "The password is no hash by Firebase with this signer key.",
                hint: "Pass the passwordHash of Firebase's export, which is Base64 and as long as the signer key."
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        guard let salt = Self.bytes(salt), let separator = Self.bytes(separator),
            let signerKey = Self.bytes(signerKey), let hash = Self.bytes(text)
        else { return false }
        let derived = try Scrypt.derive(
            password,
            salt: salt + separator,
            cpu: 16_384,
            memory: 8,
            parallel: 1,
            length: 64
        )
        do {
            let encrypted = try AES._CTR.encrypt(
                signerKey,
                using: SymmetricKey(data: derived.prefix(32)),
                nonce: AES._CTR.Nonce(nonceBytes: [UInt8](repeating: 0, count: 16))
            )
            return CText.equal(encrypted, hash)
        } catch {
            throw AppError(.generalServerError, "The cipher of Firebase's hashes failed.")
        }
    }

    /// Firebase writes either alphabet of Base64, depending on the tool.
    private static func bytes(_ text: String) -> [UInt8]? {
        Base64.decode(
            text.utf8.map { letter in
                switch letter {
                case UInt8(ascii: "-"): UInt8(ascii: "+")
                case UInt8(ascii: "_"): UInt8(ascii: "/")
                default: letter
                }
            }
        )
    }
}
