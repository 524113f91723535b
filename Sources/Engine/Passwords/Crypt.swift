import CPasswords
import Values

/// bcrypt and what else `crypt(3)` of libxcrypt knows: MD5-crypt, SHA-crypt and yescrypt, told apart by their prefixes.
struct Crypt: PasswordScheme {
    /// Whoever imports into bcrypt may bring its kin: the platform's own check takes them, too.
    static let name = "bcrypt"

    init() {}
    init?(options: JSONObject) {}

    func check(_ text: String) throws(AppError) {
        switch Self.cost(of: text) {
        case .bearable: return
        case .excessive(let advice):
            throw Self.refusal("This hash costs too much to check.", hint: advice)
        case nil:
            throw Self.refusal(
                "The password is no hash by bcrypt.",
                hint: "Pass all of it, for example $2y$10$ with 53 more characters; $1$, $5$, $6$ and $y$ work as well."
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        guard case .bearable = Self.cost(of: text) else { return false }
        // As C sees texts, they end at a NUL.
        guard !password.contains(0) else { return false }
        // bcrypt reads no further than this, and the library takes no more than 511.
        let phrase = text.hasPrefix("$2") ? password.prefix(72) : password[...]
        try CText.check(tandem_crypt_load(), "libxcrypt", package: "libcrypt1")
        let encoded = CText.written { room in
            (phrase + [0]).withUnsafeBytes { phrase in
                tandem_crypt(phrase.baseAddress!.assumingMemoryBound(to: CChar.self), text, room)
            }
        }
        return encoded.map { CText.equal($0.utf8, text.utf8) } ?? false
    }

    private enum Cost {
        case bearable
        /// With what would be bearable.
        case excessive(Prose)
    }

    /// - Returns: nil for a text that is no hash.
    private static func cost(of text: String) -> Cost? {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false).dropFirst()
        guard text.hasPrefix("$"), let hash = fields.last, hash.utf8.count >= 22, fields.count >= 3,
            text.utf8.allSatisfy({ isLetter($0) || $0 == UInt8(ascii: "$") || $0 == UInt8(ascii: "=") })
        else { return nil }
        switch fields.first! {
        case "2a", "2b", "2x", "2y":
            guard fields.count == 3, let rounds = Int(fields[fields.startIndex + 1]), hash.utf8.count == 53 else {
                return nil
            }
            return rounds <= 16 ? .bearable : .excessive("The cost of bcrypt may be up to 16.")
        case "1": return .bearable
        case "5", "6":
            let setting = fields[fields.startIndex + 1]
            guard setting.hasPrefix("rounds=") else { return .bearable }
            guard let rounds = Int(setting.dropFirst(7)) else { return nil }
            return rounds <= 5_000_000 ? .bearable : .excessive("SHA-crypt may have up to 5000000 rounds.")
        case "y", "gy":
            // `j`, two to the how many blocks as a letter, and `T` for blocks of 4 KiB.
            let setting = Array(fields[fields.startIndex + 1].utf8)
            guard setting.count == 3, setting[0] == UInt8(ascii: "j"), setting[2] == UInt8(ascii: "T"),
                let power = Itoa64.value(setting[1])
            else { return nil }
            return power < 16 ? .bearable : .excessive("yescrypt may take up to 256 MiB: j.T to jDT.")
        default: return nil
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { Itoa64.value(byte) != nil }
}

/// The digits of `crypt(3)`, each of which stands for six bits.
enum Itoa64 {
    static let letters = Array("./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    static func value(_ letter: UInt8) -> Int? { letters.firstIndex(of: letter) }
}
