import CPasswords
import Values

/// Argon2 in the encoded form of its reference implementation, `$argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>`.
struct Argon2: PasswordScheme {
    static let name = "argon2"

    /// The cost of new hashes, after the OWASP cheat sheet on password storage: KiB, passes over them, and lanes.
    static let memory: UInt32 = 19_456
    static let passes: UInt32 = 2
    static let lanes: UInt32 = 1

    /// The most that an imported hash may cost.
    private static let bounds = (memory: UInt32(262_144), work: UInt64(4_194_304), lanes: UInt32(16))

    init() {}
    init?(options: JSONObject) {}

    /// A new hash.
    static func encoded(_ password: [UInt8]) throws(AppError) -> String {
        try load()
        var random = SystemRandomNumberGenerator()
        let salt = (0..<16).map { _ in UInt8.random(in: 0...255, using: &random) }
        let encoded = CText.written { room in
            tandem_argon2id(passes, memory, lanes, password, password.count, salt, salt.count, 32, room)
        }
        guard let encoded else {
            throw AppError(.generalServerError, "There is not enough memory to hash a password.")
        }
        return encoded
    }

    func check(_ text: String) throws(AppError) {
        guard let parts = Parts(text) else {
            throw Self.refusal(
                "The password is no hash by Argon2.",
                hint: "Pass the encoded form, for example $argon2id$v=19$m=65536,t=4,p=1$<salt>$<hash>."
            )
        }
        let work = UInt64(parts.memory) * UInt64(parts.passes)
        guard parts.memory <= Self.bounds.memory, work <= Self.bounds.work, parts.lanes <= Self.bounds.lanes else {
            throw Self.refusal(
                "A hash of m=\(parts.memory), t=\(parts.passes) and p=\(parts.lanes) costs too much to check.",
                hint: """
                    m may be up to \(Self.bounds.memory) KiB, m times t up to \(Self.bounds.work), and p up to \
                    \(Self.bounds.lanes).
                    """
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        guard let parts = Parts(text) else { return false }
        try Self.load()
        return tandem_argon2_verify(text, password, password.count, parts.variant)
    }

    func shown(_ text: String) -> JSONObject {
        guard let parts = Parts(text) else { return [:] }
        return [
            "memoryCost": .int(Int64(parts.memory)), "timeCost": .int(Int64(parts.passes)),
            "threads": .int(Int64(parts.lanes)),
        ]
    }

    /// Whether a hash is at least as strong as a new one.
    static func isCurrent(_ hash: PasswordHash) -> Bool {
        guard hash.scheme is Argon2, let parts = Parts(hash.text), parts.variant == TANDEM_ARGON2_ID else {
            return false
        }
        return parts.memory >= memory && parts.passes >= passes
    }

    private static func load() throws(AppError) {
        try CText.check(tandem_argon2_load(), "libargon2", package: "libargon2-1")
    }
}

extension Argon2 {
    /// What an encoded hash says about itself.
    private struct Parts {
        var variant: Int32
        var memory: UInt32
        var passes: UInt32
        var lanes: UInt32

        /// - Returns: nil for a text of another form.
        init?(_ text: String) {
            var fields = text.split(separator: "$", omittingEmptySubsequences: false)[...]
            guard fields.popFirst() == "", let name = fields.popFirst() else { return nil }
            switch name {
            case "argon2id": variant = Int32(TANDEM_ARGON2_ID)
            case "argon2i": variant = Int32(TANDEM_ARGON2_I)
            case "argon2d": variant = Int32(TANDEM_ARGON2_D)
            default: return nil
            }
            // Hashes from before version 1.3 of the algorithm don't name theirs.
            if fields.first?.hasPrefix("v=") == true { fields.removeFirst() }
            guard fields.count == 3, let costs = fields.popFirst()?.split(separator: ","), costs.count == 3,
                let memory = Self.number(costs[0], "m="), let passes = Self.number(costs[1], "t="),
                let lanes = Self.number(costs[2], "p="), memory > 0, passes > 0, lanes > 0,
                // 8 bytes of salt and 4 of hash are the least that the algorithm takes.
                let salt = fields.popFirst(), salt.utf8.count >= 11, let hash = fields.popFirst(), hash.utf8.count >= 6,
                (salt + hash).utf8.allSatisfy(Base64.isLetter)
            else { return nil }
            (self.memory, self.passes, self.lanes) = (memory, passes, lanes)
        }

        private static func number(_ text: Substring, _ name: String) -> UInt32? {
            text.hasPrefix(name) ? UInt32(text.dropFirst(name.count)) : nil
        }
    }
}
