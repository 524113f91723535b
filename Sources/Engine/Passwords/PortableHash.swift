import Crypto
import Values

/// The portable hashes of phpass, as WordPress and phpBB keep them: MD5 thousands of times, `$P$<rounds><salt><hash>`.
struct PortableHash: PasswordScheme {
    static let name = "phpass"

    init() {}
    init?(options: JSONObject) {}

    func check(_ text: String) throws(AppError) {
        // Where PHP has bcrypt, phpass uses that and keeps its text.
        if text.hasPrefix("$2") { return try Crypt().check(text) }
        guard let parts = Parts(text) else {
            throw Self.refusal(
                "The password is no hash by phpass.",
                hint: "Pass all 34 characters, which begin with $P$ or $H$; hashes by bcrypt work as well."
            )
        }
        guard parts.power <= 20 else {
            throw Self.refusal(
                "This hash of 2 to the \(parts.power) rounds costs too much to check.",
                hint: "It may have 2 to the 20."
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        if text.hasPrefix("$2") { return try Crypt().matches(password, text) }
        guard let parts = Parts(text) else { return false }
        var digest = Array(Insecure.MD5.hash(data: parts.salt + password))
        for _ in 0..<(1 << parts.power) {
            var hasher = Insecure.MD5()
            hasher.update(data: digest)
            hasher.update(data: password)
            digest = Array(hasher.finalize())
        }
        return CText.equal(Self.encode(digest), parts.hash)
    }

    /// Six bits a letter, the lowest first.
    private static func encode(_ bytes: [UInt8]) -> [UInt8] {
        var letters: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let value = group.reversed().reduce(0) { $0 << 8 | Int($1) }
            for position in 0...group.count { letters.append(Itoa64.letters[value >> (6 * position) & 63]) }
        }
        return letters
    }

    private struct Parts {
        /// Two to which power is the number of rounds.
        let power: Int
        let salt: [UInt8]
        let hash: [UInt8]

        init?(_ text: String) {
            let bytes = Array(text.utf8)
            guard bytes.count == 34, text.hasPrefix("$P$") || text.hasPrefix("$H$"),
                bytes[3...].allSatisfy({ Itoa64.value($0) != nil }), let power = Itoa64.value(bytes[3]),
                (7...30).contains(power)
            else { return nil }
            self.power = power
            salt = Array(bytes[4..<12])
            hash = Array(bytes[12...])
        }
    }
}
