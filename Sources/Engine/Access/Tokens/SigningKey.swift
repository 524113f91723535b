import Crypto
import Storage
import Values

/// A key that signs tokens. The project has its own, sealed in its settings and made at first need.
///
/// A new one takes over after ``lifetime``; the one before it is kept, because what it has signed may still be good. No
/// token is good for as long as a key signs.
struct SigningKey: Sendable {
    let id: String
    let secret: SymmetricKey
    let hexadecimal: String
    fileprivate let createdAt: Timestamp

    /// For how long a key signs, in milliseconds: 30 days.
    static let lifetime: Int64 = 30 * 86_400_000
    fileprivate init(id: String, hexadecimal: String, createdAt: Timestamp) {
        self.id = id
        self.hexadecimal = hexadecimal
        self.createdAt = createdAt
        secret = SymmetricKey(data: Array(hexadecimal.utf8))
    }

    fileprivate static func all(in settings: StoredSettings) -> [SigningKey] {
        settings.secret.members.compactMap { id, value in
            guard let secret = value["secret"]?.string, let at = value["createdAt"]?.int else { return nil }
            return SigningKey(id: id, hexadecimal: secret, createdAt: Timestamp(milliseconds: at))
        }
    }

    fileprivate var stored: JSON {
        ["secret": .string(hexadecimal), "createdAt": .int(createdAt.milliseconds)]
    }
}

extension ReadSession {
    /// The keys whose tokens are good, oldest first.
    func signingKeys() throws -> [SigningKey] { SigningKey.all(in: try settings(.signingKeys)) }
}

extension WriteContext {
    /// The key that signs now.
    func signingKey() throws -> SigningKey {
        let keys = try session.signingKeys()
        if let last = keys.last, now.milliseconds - last.createdAt.milliseconds < SigningKey.lifetime { return last }
        let new = SigningKey(id: call.clock.makeID(), hexadecimal: Secret.random(length: 64), createdAt: now)
        try change(.signingKeys) { settings in
            // The one before signed until now, those before it ended long ago.
            settings.secret = [:]
            for key in keys.suffix(1) + [new] { settings.secret[key.id] = key.stored }
        }
        return new
    }

    /// A token with these claims that is good for some seconds.
    /// - Throws: 503 `store_unavailable` where the project's key, which seals the signing keys, is not known.
    func token(_ claims: JSONObject, seconds: Int64) throws -> String {
        var claims = claims
        let begin = now.milliseconds / 1000
        claims["iat"] = .int(begin)
        claims["exp"] = .int(begin + seconds)
        return JWT.sign(claims, by: try signingKey())
    }
}
