import Crypto
import Values

/// The codes of an authenticator app, as in RFC 6238: HMAC-SHA1, six digits, a new one every 30 seconds.
struct TOTP: Sendable {
    /// Seconds that a code lasts.
    private static let period: Int64 = 30
    private static let modulus: UInt32 = 1_000_000
    private static let secretLength = 20
    /// How many codes before and after that of now are taken, for clocks that are not right.
    private static let tolerance: Int64 = 1

    let secret: [UInt8]

    init(secret: [UInt8]) { self.secret = secret }

    /// A new secret, as long as the hash.
    static func make() -> TOTP {
        var generator = SystemRandomNumberGenerator()
        return TOTP(secret: (0..<secretLength).map { _ in .random(in: 0...255, using: &generator) })
    }

    /// The number of the period in which a moment lies.
    static func step(at moment: Timestamp) -> Int64 { moment.milliseconds / 1000 / period }

    func code(at step: Int64) -> String {
        let counter = withUnsafeBytes(of: UInt64(step).bigEndian) { Array($0) }
        let key = SymmetricKey(data: secret)
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: key))
        let offset = Int(mac[mac.count - 1] & 15)
        let word = mac[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let digits = String((word & 0x7FFF_FFFF) % Self.modulus)
        return String(repeating: "0", count: 6 - digits.count) + digits
    }

    /// The period whose code this is.
    /// - Parameter last: the period whose code was taken last; that one and those before it count no more.
    /// - Returns: nil for a code of none that counts now.
    func step(of code: String, at moment: Timestamp, after last: Int64) -> Int64? {
        let now = Self.step(at: moment)
        return (now - Self.tolerance...now + Self.tolerance).first { step in
            step > last && Secret.matches(code, Secret.digest(self.code(at: step)))
        }
    }

    /// The secret as people type it in.
    var text: String { Base32.encode(secret) }

    /// The address that authenticator apps read from a QR code.
    /// - Parameters:
    ///   - account: whose code it is, as the app shows it.
    ///   - issuer: for what.
    func address(account: String, issuer: String) -> String {
        let issuer = URLText.encoded(issuer)
        return "otpauth://totp/\(issuer):\(URLText.encoded(account))?secret=\(text)&issuer=\(issuer)"
    }
}
