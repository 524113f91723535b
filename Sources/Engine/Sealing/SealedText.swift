import Crypto
import Values

/// The form in which sealed bytes are stored: `$1$<fingerprint of the key>$<base64 of nonce, ciphertext and tag>`.
///
/// The number is the version of the form: AES-256-GCM with a key derived for one purpose.
struct SealedText: Sendable, Equatable {
    var fingerprint: String
    /// Nonce, ciphertext and tag.
    var box: [UInt8]

    static let prefix = "$1$"
    private static let fingerprintLength = 16

    init(fingerprint: String, box: [UInt8]) {
        self.fingerprint = fingerprint
        self.box = box
    }

    /// - Returns: nil for a text that is not of this form.
    init?(_ text: String) {
        let start = Self.prefix.utf8.count + Self.fingerprintLength
        let utf8 = text.utf8
        guard text.hasPrefix(Self.prefix), utf8.count > start,
            utf8[utf8.index(utf8.startIndex, offsetBy: start)] == UInt8(ascii: "$"),
            let box = Base64.decode(utf8.dropFirst(start + 1))
        else { return nil }
        fingerprint = String(text.dropFirst(Self.prefix.count).prefix(Self.fingerprintLength))
        self.box = box
    }

    var text: String { "\(Self.prefix)\(fingerprint)$\(Base64.encode(box))" }
}

/// Authenticated encryption with a nonce of its own for every text.
enum Seal {
    /// - Parameters:
    ///   - key: whose fingerprint the text bears.
    ///   - derived: what encrypts, derived from `key`.
    ///   - subject: what the text is about; opening it as anything else fails.
    static func close(_ bytes: [UInt8], by key: ProjectKey, _ derived: SymmetricKey, about subject: String) throws
        -> String
    {
        let box = try AES.GCM.seal(bytes, using: derived, authenticating: Array(subject.utf8))
        return SealedText(
            fingerprint: key.fingerprint,
            box: Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
        ).text
    }

    /// - Returns: nil when the text was changed, or is about something else.
    static func open(_ sealed: SealedText, _ derived: SymmetricKey, about subject: String) -> [UInt8]? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed.box),
            let bytes = try? AES.GCM.open(box, using: derived, authenticating: Array(subject.utf8))
        else { return nil }
        return Array(bytes)
    }
}
