import Storage
import Values

/// What a JWT of a user says, as account.createJWT and users.createJWT make it.
struct UserToken: Sendable, Equatable {
    var user: String
    /// The session with which it ends; nil for one that ends by its time only.
    var session: String?

    /// The text of a token that is good for some seconds.
    /// - Throws: 503 `store_unavailable` where the project's key is not known.
    func text(seconds: Int64, _ context: WriteContext) throws -> String {
        try context.token(["userId": .string(user), "sessionId": .string(session ?? "")], seconds: seconds)
    }

    /// nil for text that is no such token, or no longer.
    init?(_ text: String, at now: Timestamp, in session: any ReadSession) throws {
        guard let claims = JWT.claims(of: text, signedBy: try session.signingKeys(), at: now),
            let user = claims["userId"]?.string, ID.isValid(user), let own = claims["sessionId"]?.string
        else { return nil }
        self.init(user: user, session: own.isEmpty ? nil : own)
    }

    init(user: String, session: String?) {
        self.user = user
        self.session = session
    }

    /// Who acts with it.
    var actor: Actor { session.map { Actor.session(user: user, id: $0) } ?? .user(user) }
}
