import Crypto
import Values

/// JSON Web Tokens as this project signs them: HMAC with SHA-256, by a key that the header names.
enum JWT {
    /// A token with these claims.
    static func sign(_ claims: JSONObject, by key: SigningKey) -> String {
        let header: JSON = ["typ": "JWT", "alg": .string(algorithm), "kid": .string(key.id)]
        let signed = "\(encode(header.encoded)).\(encode(JSON.object(claims).encoded))"
        let code = HMAC<SHA256>.authenticationCode(for: Array(signed.utf8), using: key.secret)
        return "\(signed).\(encode(Array(code)))"
    }

    /// The claims of a token that one of the keys has signed and that has not expired; nil for every other text.
    ///
    /// A token that has no end is none of ours.
    static func claims(of token: String, signedBy keys: [SigningKey], at now: Timestamp) -> JSONObject? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = object(parts[0]), header["alg"]?.string == algorithm,
            let id = header["kid"]?.string, let key = keys.first(where: { $0.id == id }),
            let code = decode(parts[2]),
            HMAC<SHA256>.isValidAuthenticationCode(
                code,
                authenticating: Array("\(parts[0]).\(parts[1])".utf8),
                using: key.secret
            ),
            let claims = object(parts[1]), let end = claims["exp"]?.int, now.milliseconds < end * 1000
        else { return nil }
        return claims
    }

    private static let algorithm = "HS256"

    private static func object(_ part: Substring) -> JSONObject? {
        decode(part).flatMap { try? JSON(parsing: $0).object }
    }

    /// Base64 for URLs, without padding.
    static func encode(_ bytes: [UInt8]) -> String {
        String(
            Base64.encode(bytes).compactMap { letter -> Character? in
                switch letter {
                case "+": "-"
                case "/": "_"
                case "=": nil
                default: letter
                }
            }
        )
    }

    static func decode(_ text: Substring) -> [UInt8]? {
        guard !text.utf8.contains(where: { "+/=".utf8.contains($0) }) else { return nil }
        var letters = text.utf8.map { letter -> UInt8 in
            switch letter {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: letter
            }
        }
        while letters.count % 4 != 0 { letters.append(UInt8(ascii: "=")) }
        return Base64.decode(letters)
    }
}
