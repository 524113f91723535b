import Values

/// How a provider speaks OAuth2, which says much about the way of a sign-in and leaves as much open.
///
/// Addresses may hold `{name}` for a setting of the provider and `{/name}` for one with a slash before it, or nothing
/// where it is not set.
struct OAuth2Flow: Sendable {
    /// Where users are sent to sign in.
    var authorize: String
    /// Where codes are exchanged for tokens.
    var token: String
    /// Where the facts about the user are; empty where the ID token holds them.
    var userInfo: String
    /// What is asked for in any case.
    var scopes: [String]
    var scopeSeparator = " "
    /// What else stands in the query of ``authorize``.
    var parameters: KeyValuePairs<String, String> = [:]
    var clientSecret = ClientSecret.body
    /// Whether the exchange is bound to the beginning by a secret of its own (RFC 7636).
    var usesPKCE = true
    var openID = OpenID.none
    var question = Question()
    var facts = Facts.claims
    /// Where e-mail addresses are a list.
    var emails: Emails?

    /// How the app shows its secret to the provider.
    enum ClientSecret: Sendable {
        /// In the form that is sent.
        case body
        /// In a header.
        case basic
        /// In a header, with JSON instead of a form.
        case basicWithJSON
        /// As a token that is signed with it, in the form.
        case signedToken
    }

    /// Whether there is an ID token, and who issues it.
    enum OpenID: Sendable, Equatable {
        case none
        case issuer(String)
        /// There is one, and who issues it is not known beforehand.
        case anyIssuer
    }

    /// How the facts about a user are asked for.
    struct Question: Sendable {
        var method = "GET"
        /// The word before the access token in the header; empty where the token stands in the address, as `{token}`.
        var scheme = "Bearer"
        var headers: KeyValuePairs<String, String> = [:]
    }

    /// Where the facts stand in the answer, as JSON pointers of which the first that leads to something counts.
    struct Facts: Sendable {
        var id: [String]
        var email: [String]
        var name: [String]
        var verified: Verified

        /// The names of OpenID Connect.
        static let claims = Facts(
            id: ["/sub"],
            email: ["/email"],
            name: ["/name", "/preferred_username", "/nickname"],
            verified: .when("/email_verified")
        )
    }

    /// Whether the provider says that the e-mail address is the user's own. Only such an address opens an account here.
    enum Verified: Sendable, Equatable {
        /// It does not say so, or says so of addresses that anybody may write into a profile.
        case never
        /// It tells no other addresses.
        case always
        /// True, 1 or "true" stands there.
        case when(String)
        /// Anything stands there.
        case present(String)
    }

    /// A list of e-mail addresses, of which the first one counts that is verified, the main one before others.
    struct Emails: Sendable {
        /// Where it is asked for; nil where it is part of the facts.
        var address: String?
        /// Where it stands in the answer.
        var list: String
        var email: String
        var isPrimary: String
        var isVerified: String
    }
}

extension OAuth2Flow {
    /// The flow with the settings of the project in its addresses.
    func filled(_ settings: OAuth2Settings) -> OAuth2Flow {
        var flow = self
        flow.authorize = Self.fill(authorize, settings)
        flow.token = Self.fill(token, settings)
        flow.userInfo = Self.fill(userInfo, settings)
        if case .issuer(let issuer) = openID { flow.openID = .issuer(Self.fill(issuer, settings)) }
        return flow
    }

    /// What stands for a setting that is empty.
    private static let standards = ["tenant": "common", "endpoint": "https://gitlab.com"]

    private static func fill(_ template: String, _ settings: OAuth2Settings) -> String {
        var text = template
        for field in settings.provider.fields {
            var value = settings.string(field.name)
            if value.isEmpty { value = standards[field.name] ?? "" }
            while value.hasSuffix("/") { value.removeLast() }
            if ["endpoint", "domain"].contains(field.name), !value.contains("://") { value = "https://" + value }
            text = text.replacing("{/\(field.name)}", with: value.isEmpty ? "" : "/" + value)
            text = text.replacing("{\(field.name)}", with: value)
        }
        return text.replacing("{clientId}", with: URLText.encoded(settings.clientID))
    }
}
