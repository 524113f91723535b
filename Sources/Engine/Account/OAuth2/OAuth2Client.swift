import Crypto
import Values

/// Asks a provider: for tokens, and who the user is.
struct OAuth2Client: Sendable {
    let settings: OAuth2Settings
    let flow: OAuth2Flow
    let outgoing: any Outgoing
    let now: Timestamp

    var provider: OAuth2Provider { settings.provider }

    /// How long the provider may take for one answer, and how much it may say.
    private static let patience: Duration = .seconds(10)
    private static let longestAnswer = 256 << 10

    // MARK: The beginning

    /// Where the user goes to sign in.
    func address(of attempt: NewOAuth2Attempt, scopes: [String]) -> String {
        var all = flow.scopes
        for scope in scopes where !all.contains(scope) { all.append(scope) }
        var query = [
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", attempt.callback),
            ("state", attempt.state),
        ]
        if !all.isEmpty { query.append(("scope", all.joined(separator: flow.scopeSeparator))) }
        if flow.openID != .none { query.append(("nonce", attempt.proof.nonce)) }
        if flow.usesPKCE {
            query += [("code_challenge", attempt.proof.challenge), ("code_challenge_method", "S256")]
        }
        query += flow.parameters.map { ($0.key, $0.value) }
        if let prompt = settings.values["prompt"]?.strings, !prompt.isEmpty {
            query.append(("prompt", prompt.joined(separator: " ")))
        }
        if let seconds = settings.values["maxAge"]?.int { query.append(("max_age", String(seconds))) }
        return URLText.adding(query.map { (name: $0.0, value: $0.1) }, to: flow.authorize)
    }

    // MARK: Tokens

    /// Exchanges the code with which the user has come back.
    func tokens(code: String, _ proof: OAuth2Proof, callback: String) async throws -> OAuth2Tokens {
        var form = [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", callback)]
        if flow.usesPKCE { form.append(("code_verifier", proof.verifier)) }
        return try await tokens(form)
    }

    /// Gets new tokens for the refresh token of old ones, which stays where the provider gives no other one.
    func tokens(refreshing token: String) async throws -> OAuth2Tokens {
        var tokens = try await tokens([("grant_type", "refresh_token"), ("refresh_token", token)])
        if tokens.refresh.isEmpty { tokens.refresh = token }
        return tokens
    }

    private func tokens(_ form: [(String, String)]) async throws -> OAuth2Tokens {
        var form = form
        var headers = [("Accept", "application/json")]
        switch flow.clientSecret {
        case .body: form += [("client_id", settings.clientID), ("client_secret", settings.clientSecret)]
        case .signedToken: form += [("client_id", settings.clientID), ("client_secret", try signedSecret())]
        case .basic, .basicWithJSON:
            let pair = "\(URLText.encoded(settings.clientID)):\(URLText.encoded(settings.clientSecret))"
            headers.append(("Authorization", "Basic " + Base64.encode(Array(pair.utf8))))
        }
        let body: [UInt8]
        if case .basicWithJSON = flow.clientSecret {
            headers.append(("Content-Type", "application/json"))
            body = JSON.object(JSONObject(form.map { ($0.0, .string($0.1)) })).encoded
        } else {
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
            body = Array(form.map { "\($0.0)=\(URLText.encoded($0.1))" }.joined(separator: "&").utf8)
        }
        let (status, answer) = try await ask("POST", flow.token, headers, body)
        if status == 401 || status == 403 { throw AppError.providerRefuses(provider, .userOauth2Unauthorized, answer) }
        // Some answer with 200 and an error.
        if status == 400 || (status < 300 && answer["error"]?.string != nil) {
            throw AppError.providerRefuses(provider, .userOauth2BadRequest, answer)
        }
        guard (200..<300).contains(status), let tokens = OAuth2Tokens(answer, at: now) else {
            throw AppError.providerFails(provider, "gave no token (status \(status))")
        }
        return tokens
    }

    // MARK: The user

    /// Who the user is to whom the tokens belong.
    func profile(_ tokens: OAuth2Tokens, _ proof: OAuth2Proof) async throws -> OAuth2Profile {
        let claims = try claims(tokens, proof)
        let facts = flow.userInfo.isEmpty ? claims ?? .null : try await read(flow.userInfo, tokens)
        if let claims, let subject = facts["sub"]?.string, claims["sub"]?.string != subject {
            throw AppError.providerFails(provider, "tells of two different users")
        }
        let emails: JSON? =
            if let address = flow.emails?.address { try await read(address, tokens) } else { facts }
        guard let profile = OAuth2Profile(facts, flow, emails: emails) else {
            throw AppError.providerFails(provider, "does not say who the user is")
        }
        return profile
    }

    private func claims(_ tokens: OAuth2Tokens, _ proof: OAuth2Proof) throws(AppError) -> JSON? {
        guard flow.openID != .none else { return nil }
        do throws(IDToken.Refused) {
            return try IDToken(
                tokens.id,
                issuer: flow.openID,
                audience: settings.clientID,
                nonce: proof.nonce,
                at: now
            ).claims
        } catch {
            throw AppError.providerFails(provider, "gave an ID token that does not hold: \(error.reason)")
        }
    }

    private func read(_ address: String, _ tokens: OAuth2Tokens) async throws -> JSON {
        let question = flow.question
        var headers = [("Accept", "application/json")]
        headers += question.headers.map { ($0.key, $0.value.replacing("{clientId}", with: settings.clientID)) }
        if !question.scheme.isEmpty { headers.append(("Authorization", "\(question.scheme) \(tokens.access)")) }
        let url = address.replacing("{token}", with: URLText.encoded(tokens.access))
        let (status, answer) = try await ask(question.method, url, headers, nil)
        if status == 401 || status == 403 { throw AppError.providerRefuses(provider, .userOauth2Unauthorized, answer) }
        guard (200..<300).contains(status), !answer.isNull else {
            throw AppError.providerFails(provider, "does not tell who the user is (status \(status))")
        }
        return answer
    }

    // MARK: Asking

    /// - Returns: the status and the answer; null where that is no JSON.
    func ask(
        _ method: String,
        _ url: String,
        _ headers: [(String, String)],
        _ body: [UInt8]?
    ) async throws -> (status: Int, answer: JSON) {
        let request = OutgoingRequest(
            method,
            url,
            headers: headers.map { (name: $0.0, value: $0.1) },
            body: body,
            timeout: Self.patience,
            maximumAnswerBytes: Self.longestAnswer
        )
        do throws(OutgoingError) {
            let answer = try await outgoing.send(request)
            return (answer.status, (try? JSON(parsing: answer.body)) ?? .null)
        } catch {
            throw AppError.providerFails(provider, "gave no answer. \(error.message)", hint: error.hint)
        }
    }

    /// A token that only the holder of the app's private key can make, which is good for five minutes.
    private func signedSecret() throws(AppError) -> String {
        guard let key = try? P256.Signing.PrivateKey(pemRepresentation: settings.clientSecret) else {
            throw AppError(
                .projectProviderDisabled,
                "The private key for signing in with \(provider.name) can't be read.",
                hint: "Set '\(provider.clientSecret)' to the whole text of the .p8 file with \(provider.operation)."
            )
        }
        let header: JSON = ["alg": "ES256", "kid": .string(settings.string("keyId"))]
        let begin = now.milliseconds / 1000
        let claims: JSON = [
            "iss": .string(settings.string("teamId")), "iat": .int(begin), "exp": .int(begin + 300),
            "aud": "https://appleid.apple.com", "sub": .string(settings.clientID),
        ]
        let text = "\(JWT.encode(header.encoded)).\(JWT.encode(claims.encoded))"
        guard let signature = try? key.signature(for: Array(text.utf8)) else {
            throw AppError.providerFails(provider, "needs a signature that could not be made")
        }
        return "\(text).\(JWT.encode(Array(signature.rawRepresentation)))"
    }
}
