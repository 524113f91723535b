import Crypto
import Values

/// Secrets that are given away once and recognised afterwards.
enum Secret {
    private static let alphabet = Array("0123456789abcdef".utf8)

    /// Random hexadecimal digits, four bits each.
    static func random(length: Int) -> String { text(length, of: alphabet) }

    /// Random decimal digits.
    static func digits(_ length: Int) -> String { text(length, of: Array(alphabet[..<10])) }

    private static func text(_ length: Int, of alphabet: [UInt8]) -> String {
        var generator = SystemRandomNumberGenerator()
        return String(decoding: (0..<length).map { _ in alphabet.randomElement(using: &generator)! }, as: UTF8.self)
    }

    /// What is stored of a secret: SHA-256 in hexadecimal. Secrets are long and random, or short-lived and counted, so
    /// that a slow hash would protect nothing.
    static func digest(_ secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).reduce(into: "") { text, byte in
            text.unicodeScalars.append(UnicodeScalar(alphabet[Int(byte >> 4)]))
            text.unicodeScalars.append(UnicodeScalar(alphabet[Int(byte & 15)]))
        }
    }

    /// Whether a secret is the one of a digest; takes the same time wherever they differ.
    static func matches(_ secret: String, _ digest: String) -> Bool {
        let (mine, its) = (Array(Self.digest(secret).utf8), Array(digest.utf8))
        guard mine.count == its.count else { return false }
        return zip(mine, its).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
