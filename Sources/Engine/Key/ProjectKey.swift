import Crypto
import Values

/// The secret of a project in memory, and what tells it from others without giving it away.
struct ProjectKey: Sendable {
    /// 16 hexadecimal digits of a hash of the secret.
    let fingerprint: String
    private let secret: SymmetricKey

    init(_ bytes: [UInt8]) {
        let digest = SHA256.hash(data: Array("tandem key fingerprint\n".utf8) + bytes)
        fingerprint = digest.prefix(8).hexadecimal
        secret = SymmetricKey(data: bytes)
    }

    /// A new one of 32 random bytes.
    static func random() -> ProjectKey { ProjectKey(randomBytes()) }

    static func randomBytes() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// A key for one purpose (HKDF with SHA-256), which says nothing about those for others.
    func derived(for purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret,
            salt: Array("tandem".utf8),
            info: Array(purpose.utf8),
            outputByteCount: 32
        )
    }

    /// The secret itself, to be sealed under another key.
    var bytes: [UInt8] { secret.withUnsafeBytes { Array($0) } }
}
