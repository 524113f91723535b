import Crypto
import Values

/// Shows a receiver that a delivery comes from who knows the secret of the webhook. The key is the text of the secret.
enum WebhookSignature {
    /// The signature of the reference: HMAC-SHA1 over the address and the body, in base64.
    static func plain(_ body: [UInt8], to url: String, secret: String) -> String {
        var code = HMAC<Insecure.SHA1>(key: key(secret))
        code.update(data: Array(url.utf8))
        code.update(data: body)
        return Base64.encode(Array(code.finalize()))
    }

    /// The signature of Standard Webhooks: HMAC-SHA256 over id, moment and body.
    /// - Parameter timestamp: seconds since 1970, as they stand in the header.
    static func standard(_ body: [UInt8], id: String, timestamp: String, secret: String) -> String {
        var code = HMAC<SHA256>(key: key(secret))
        code.update(data: Array("\(id).\(timestamp).".utf8))
        code.update(data: body)
        return "v1,\(Base64.encode(Array(code.finalize())))"
    }

    /// Whether two signatures are the same; takes the same time wherever they differ.
    static func areEqual(_ one: String, _ other: String) -> Bool {
        let (left, right) = (Array(one.utf8), Array(other.utf8))
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func key(_ secret: String) -> SymmetricKey { SymmetricKey(data: Array(secret.utf8)) }
}
