import Engine
import HTTPTypes
import Values

/// Who sends a request, by the secrets in its headers.
struct RequestCaller {
    let project: String
    let fields: HTTPFields

    /// The actor. A key or a session that opens nothing is no reason to refuse somebody: guests may do some things too.
    /// - Throws: 403 where secrets contradict each other, 401 `user_jwt_invalid`.
    func actor(_ engine: Engine, _ projects: any ProjectSource) async throws(AppError) -> Actor {
        let key = given(.appwriteKey)
        let jwt = given(.appwriteJWT)
        if given(.appwriteMode)?.lowercased() == "admin", key == nil, let secret = consoleSession {
            return try await projects.administrator(session: secret, of: project)
        }
        let session = given(.appwriteSession) ?? SessionCookie(project: project).secret(in: fields)
        if key != nil, session != nil {
            throw AppError(
                .userApiKeyAndSessionSet,
                "The request has an API key and a session, so that it is not clear who acts.",
                hint: "Send X-Appwrite-Key or a session, not both."
            )
        }
        if jwt != nil, session != nil {
            throw AppError(
                .userJwtAndCookieSet,
                "The request has a JWT and a session, so that it is not clear who acts.",
                hint: "Send X-Appwrite-JWT or a session, not both."
            )
        }
        if let key { return try await actor(of: .key(key), engine) ?? .guest }
        if let session { return try await actor(of: .session(session), engine) ?? .guest }
        guard let jwt else { return .guest }
        guard let actor = try await actor(of: .jwt(jwt), engine) else {
            throw AppError(
                .userJwtInvalid,
                "The JWT is not known here, or is no longer good.",
                hint: "account.createJWT makes a new one."
            )
        }
        return actor
    }

    /// nil for a secret that opens nothing.
    private func actor(of credential: Credential, _ engine: Engine) async throws(AppError) -> Actor? {
        do { return try await engine.actor(of: credential) } catch {
            guard error.code == .userUnauthorized else { throw error }
            return nil
        }
    }

    private var consoleSession: String? {
        given(.appwriteSession) ?? SessionCookie(project: "console").secret(in: fields)
    }

    private func given(_ name: HTTPField.Name) -> String? {
        fields[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
