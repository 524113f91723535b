import Storage
import Values

/// An API key that is kept nowhere: its secret says, signed, what it may do and until when.
package struct EphemeralKey: Sendable, Hashable {
    let id: String
    let scopes: [String]
    let expire: Timestamp

    static let name = "Ephemeral key"
    static let prefix = "ephemeral_"

    init(id: String, scopes: [String], expire: Timestamp) {
        self.id = id
        self.scopes = scopes
        self.expire = expire
    }

    /// The secret to give away.
    /// - Throws: 503 `store_unavailable` where the project's key is not known.
    func secret(of project: String, _ context: WriteContext) throws -> String {
        let claims: JSONObject = [
            "projectId": .string(project), "jti": .string(id), "name": .string(Self.name), "scopes": JSON(scopes),
        ]
        let seconds = expire.milliseconds / 1000 - context.now.milliseconds / 1000
        return Self.prefix + (try context.token(claims, seconds: seconds))
    }

    /// nil for text that is no such secret of this project, or no longer.
    init?(secret: String, of project: String, at now: Timestamp, in session: any ReadSession) throws {
        guard secret.hasPrefix(Self.prefix),
            let claims = JWT.claims(
                of: String(secret.dropFirst(Self.prefix.count)),
                signedBy: try session.signingKeys(),
                at: now
            ),
            claims["projectId"]?.string == project, let id = claims["jti"]?.string, ID.isValid(id),
            let scopes = claims["scopes"]?.strings, let end = claims["exp"]?.int
        else { return nil }
        self.init(id: id, scopes: scopes, expire: Timestamp(milliseconds: end * 1000))
    }
}
