import CPasswords
import Crypto
import Values

/// One of the SHA functions over the bare password, in hexadecimal digits.
struct SHAHash: PasswordScheme {
    static let name = "sha"

    /// The functions by their public names.
    enum Variant: String, Sendable, CaseIterable {
        case sha1, sha224, sha256, sha384
        case sha512_224 = "sha512/224"
        case sha512_256 = "sha512/256"
        case sha512
        case sha3_224 = "sha3-224"
        case sha3_256 = "sha3-256"
        case sha3_384 = "sha3-384"
        case sha3_512 = "sha3-512"
    }

    let variant: Variant

    init(_ variant: Variant = .sha3_512) {
        self.variant = variant
    }

    init?(options: JSONObject) {
        guard let variant = options["version"]?.string.flatMap(Variant.init(rawValue:)) else { return nil }
        self.variant = variant
    }

    var options: JSONObject { ["version": .string(variant.rawValue)] }

    func check(_ text: String) throws(AppError) {
        guard Hexadecimal.isText(text, bytes: variant.size) else {
            throw Self.refusal(
                "The password is no hash by \(variant.rawValue).",
                hint: "That has \(2 * variant.size) hexadecimal digits; passwordVersion names the function."
            )
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        CText.equal(Hexadecimal.encode(try variant.digest(password)), text.lowercased().utf8)
    }
}

extension SHAHash.Variant {
    /// The length of a digest in bytes.
    var size: Int {
        switch self {
        case .sha1: 20
        case .sha224, .sha512_224, .sha3_224: 28
        case .sha256, .sha512_256, .sha3_256: 32
        case .sha384, .sha3_384: 48
        case .sha512, .sha3_512: 64
        }
    }

    fileprivate func digest(_ bytes: [UInt8]) throws(AppError) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha224: try openSSL("sha224", bytes)
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha384: Array(SHA384.hash(data: bytes))
        case .sha512_224: try openSSL("sha512-224", bytes)
        case .sha512_256: try openSSL("sha512-256", bytes)
        case .sha512: Array(SHA512.hash(data: bytes))
        case .sha3_224: try openSSL("sha3-224", bytes)
        case .sha3_256: Array(SHA3_256.hash(data: bytes))
        case .sha3_384: Array(SHA3_384.hash(data: bytes))
        case .sha3_512: Array(SHA3_512.hash(data: bytes))
        }
    }

    /// A digest that swift-crypto does not have.
    private func openSSL(_ name: String, _ bytes: [UInt8]) throws(AppError) -> [UInt8] {
        try CText.check(tandem_crypto_load(), "OpenSSL", package: "libssl3")
        return try withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Int(TANDEM_DIGEST_SIZE)) {
            room throws(AppError) in
            let count = tandem_digest(name, bytes, bytes.count, room.baseAddress!)
            guard count == size else {
                throw AppError(.generalServerError, "The installed OpenSSL has no \(rawValue).")
            }
            return Array(room.prefix(size))
        }
    }
}

/// MD5 over the bare password, in hexadecimal digits.
struct MD5Hash: PasswordScheme {
    static let name = "md5"

    init() {}
    init?(options: JSONObject) {}

    func check(_ text: String) throws(AppError) {
        guard Hexadecimal.isText(text, bytes: 16) else {
            throw Self.refusal("The password is no hash by MD5.", hint: "That has 32 hexadecimal digits.")
        }
    }

    func matches(_ password: [UInt8], _ text: String) throws(AppError) -> Bool {
        CText.equal(Hexadecimal.encode(Array(Insecure.MD5.hash(data: password))), text.lowercased().utf8)
    }
}

/// Bytes as pairs of lower-case digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: [UInt8]) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Whether a text encodes this many bytes, in digits of either case.
    static func isText(_ text: String, bytes: Int) -> Bool {
        text.utf8.count == 2 * bytes && text.lowercased().utf8.allSatisfy(digits.contains)
    }
}
