import Engine
import HTTPTypes
import Telemetry
import Values

/// Who sends a request, by the secrets in its headers.
struct RequestCaller {
    let project: String
    let fields: HTTPFields

    /// Runs an operation for the caller. A key or a session that opens nothing is no reason to refuse somebody: guests may
    /// do some things too.
    /// - Throws: 403 where secrets contradict each other, 401 `user_jwt_invalid`, and what the operation throws.
    func execute(
        _ invocation: Invocation,
        on engine: Engine,
        _ projects: any ProjectSource,
        _ record: inout CallRecord
    ) async throws(AppError) -> EngineAnswer {
        var invocation = invocation
        invocation.impersonated = try UserReference(
            id: given(.appwriteImpersonateID),
            email: given(.appwriteImpersonateEmail),
            phone: given(.appwriteImpersonatePhone)
        )
        if given(.appwriteMode)?.lowercased() == "admin", given(.appwriteKey) == nil, let secret = consoleSession {
            invocation.actor = try await projects.administrator(session: secret, of: project)
            record.caller = .admin
            return try await engine.execute(invocation)
        }
        let credential = try credential
        record.caller = credential?.kind
        if let credential, let answer = try await engine.execute(invocation, showing: credential) { return answer }
        if case .jwt = credential {
            throw AppError(
                .userJwtInvalid,
                "The JWT is not known here, or is no longer good.",
                hint: "account.createJWT makes a new one."
            )
        }
        record.caller = .guest
        invocation.actor = .guest
        return try await engine.execute(invocation)
    }

    /// The secret that the request shows; nil for a guest.
    private var credential: Credential? {
        get throws(AppError) {
            let key = given(.appwriteKey)
            let jwt = given(.appwriteJWT)
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
            return key.map { .key($0) } ?? session.map { .session($0) } ?? jwt.map { .jwt($0) }
        }
    }

    private var consoleSession: String? {
        given(.appwriteSession) ?? SessionCookie(project: ProjectDirectory.consoleID).secret(in: fields)
    }

    private func given(_ name: HTTPField.Name) -> String? {
        fields.text(name).flatMap { $0.isEmpty ? nil : $0 }
    }
}

extension Credential {
    fileprivate var kind: CallRecord.Caller? {
        switch self {
        case .key: .key
        case .session: .session
        case .jwt: .jwt
        case .actor: nil
        }
    }
}
