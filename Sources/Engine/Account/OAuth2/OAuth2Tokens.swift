import Values

/// What a provider hands out for a code: what opens its doors in the name of the user.
struct OAuth2Tokens: Sendable {
    var access: String
    /// Empty where the provider gives none.
    var refresh: String
    /// When ``access`` ends; nil where the provider does not say.
    var expire: Timestamp?
    /// Who the user is, as the provider has signed it; empty where it does not speak OpenID Connect.
    var id: String

    /// nil for an answer without an access token.
    init?(_ answer: JSON, at now: Timestamp) {
        guard let access = answer["access_token"]?.string, !access.isEmpty else { return nil }
        self.access = access
        refresh = answer["refresh_token"]?.string ?? ""
        id = answer["id_token"]?.string ?? ""
        let seconds = answer["expires_in"]?.int ?? answer["expires_in"]?.string.flatMap { Int64($0) }
        // As far as a century: more is a mistake, and would be none of a date.
        expire = seconds.flatMap { (0...3_155_760_000).contains($0) ? now.adding(seconds: $0) : nil }
    }

    /// The columns in which sessions and identities keep them.
    var columns: JSONObject {
        [
            "providerAccessToken": .string(access), "providerRefreshToken": .string(refresh),
            "providerAccessTokenExpiry": expire.map { .string($0.text) } ?? .null,
        ]
    }
}
