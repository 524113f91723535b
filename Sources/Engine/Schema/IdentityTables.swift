import Storage

/// The tables of users, of what they sign in with, of teams, and of the project's settings.
///
/// Secrets that only have to be recognised are kept as digests; those that have to be read again are sealed under the
/// project's key.
enum IdentityTables {
    /// `stamp` is a random number that moves with everything a user's rights depend on: status, labels, verification,
    /// sessions, memberships. `hash` is the whole password hash; `algorithm` and `hashOptions` say how it was made.
    static let users = TableLayout.system(
        "users",
        [
            ColumnLayout("name", .text), ColumnLayout("email", .text), ColumnLayout("phone", .text),
            ColumnLayout("status", .boolean), ColumnLayout("labels", .text, isArray: true),
            ColumnLayout("emailVerification", .boolean), ColumnLayout("phoneVerification", .boolean),
            ColumnLayout("mfa", .boolean), ColumnLayout("impersonator", .boolean), ColumnLayout("prefs", .json),
            ColumnLayout("hash", .text), ColumnLayout("algorithm", .text), ColumnLayout("hashOptions", .json),
            ColumnLayout("passwordHistory", .text, isArray: true), ColumnLayout("passwordUpdate", .datetime),
            ColumnLayout("registration", .datetime), ColumnLayout("accessedAt", .datetime),
            ColumnLayout("recoveryCodes", .text, isArray: true, seal: "users.recoveryCodes"),
            ColumnLayout("search", .text), ColumnLayout("stamp", .integer),
        ]
    )

    /// `secret` is the SHA-256 of the session's secret in hexadecimal. `client` holds what the answer says of device,
    /// operating system and place.
    static let sessions = TableLayout.system(
        "sessions",
        [
            ColumnLayout("user", .text), ColumnLayout("secret", .text), ColumnLayout("expire", .datetime),
            ColumnLayout("provider", .text), ColumnLayout("providerUid", .text),
            ColumnLayout("providerAccessToken", .text, seal: "sessions.providerAccessToken"),
            ColumnLayout("providerAccessTokenExpiry", .datetime),
            ColumnLayout("providerRefreshToken", .text, seal: "sessions.providerRefreshToken"),
            ColumnLayout("factors", .text, isArray: true), ColumnLayout("mfaUpdatedAt", .datetime),
            ColumnLayout("ip", .text), ColumnLayout("userAgent", .text), ColumnLayout("client", .json),
        ]
    )

    /// Secrets that are good for one step: magic links, codes, recovery, verification. `secret` is a digest.
    static let tokens = TableLayout.system(
        "tokens",
        [
            ColumnLayout("user", .text), ColumnLayout("kind", .text), ColumnLayout("secret", .text),
            ColumnLayout("expire", .datetime), ColumnLayout("details", .json),
        ]
    )

    /// Sign-ins that have begun at an OAuth2 provider. `secret` is the digest of the state with which the user comes back,
    /// `verifier` what the exchange of the code is bound to.
    static let oauth2Attempts = TableLayout.system(
        "oauth2Attempts",
        [
            ColumnLayout("secret", .text), ColumnLayout("provider", .text), ColumnLayout("outcome", .text),
            ColumnLayout("user", .text), ColumnLayout("success", .text), ColumnLayout("failure", .text),
            ColumnLayout("callback", .text), ColumnLayout("expire", .datetime),
            ColumnLayout("verifier", .text, seal: "oauth2Attempts.verifier"),
        ]
    )

    static let targets = TableLayout.system(
        "targets",
        [
            ColumnLayout("user", .text), ColumnLayout("session", .text), ColumnLayout("name", .text),
            ColumnLayout("providerType", .text), ColumnLayout("providerId", .text), ColumnLayout("identifier", .text),
            ColumnLayout("expired", .boolean),
        ]
    )

    static let identities = TableLayout.system(
        "identities",
        [
            ColumnLayout("user", .text), ColumnLayout("provider", .text), ColumnLayout("providerUid", .text),
            ColumnLayout("providerEmail", .text),
            ColumnLayout("providerAccessToken", .text, seal: "identities.providerAccessToken"),
            ColumnLayout("providerAccessTokenExpiry", .datetime),
            ColumnLayout("providerRefreshToken", .text, seal: "identities.providerRefreshToken"),
            ColumnLayout("search", .text),
        ]
    )

    /// Second factors that need something kept, such as the secret of an authenticator app. `step` is the period of the
    /// code that was taken last.
    static let authenticators = TableLayout.system(
        "authenticators",
        [
            ColumnLayout("user", .text), ColumnLayout("type", .text), ColumnLayout("verified", .boolean),
            ColumnLayout("secret", .text, seal: "authenticators.secret"), ColumnLayout("step", .integer),
        ]
    )

    /// Second factors that were asked for. `code` is a digest; `clear` is the code itself, where the project hands it
    /// over by a way of its own.
    static let challenges = TableLayout.system(
        "challenges",
        [
            ColumnLayout("user", .text), ColumnLayout("session", .text), ColumnLayout("type", .text),
            ColumnLayout("code", .text), ColumnLayout("expire", .datetime),
            ColumnLayout("clear", .text, seal: "challenges.clear"),
        ]
    )

    static let teams = TableLayout.system(
        "teams",
        [
            ColumnLayout("name", .text), ColumnLayout("total", .integer), ColumnLayout("prefs", .json),
            ColumnLayout("search", .text),
        ]
    )

    /// `secret` is the digest of an invitation's secret, `recipient` the address or number to which the invitation went.
    static let memberships = TableLayout.system(
        "memberships",
        [
            ColumnLayout("team", .text), ColumnLayout("user", .text), ColumnLayout("roles", .text, isArray: true),
            ColumnLayout("invited", .datetime), ColumnLayout("joined", .datetime), ColumnLayout("confirm", .boolean),
            ColumnLayout("secret", .text), ColumnLayout("recipient", .text), ColumnLayout("search", .text),
        ]
    )

    static let presences = TableLayout.system(
        "presences",
        [
            ColumnLayout("user", .text), ColumnLayout("status", .text), ColumnLayout("source", .text),
            ColumnLayout("expiresAt", .datetime), ColumnLayout("metadata", .json),
            ColumnLayout("permissions", .text, isArray: true),
        ]
    )

    /// `secret` is the SHA-256 of the key in hexadecimal.
    static let keys = TableLayout.system(
        "keys",
        [
            ColumnLayout("name", .text), ColumnLayout("scopes", .text, isArray: true),
            ColumnLayout("expire", .datetime), ColumnLayout("secret", .text), ColumnLayout("accessedAt", .datetime),
            ColumnLayout("sdks", .text, isArray: true),
        ]
    )

    /// A platform has the one name by which apps of its type are known.
    static let platforms = TableLayout.system(
        "platforms",
        [ColumnLayout("name", .text), ColumnLayout("type", .text)]
            + PlatformKind.all.map { ColumnLayout($0.field, .text) }
    )

    static let variables = TableLayout.system(
        "variables",
        [
            ColumnLayout("resourceType", .text), ColumnLayout("resourceId", .text), ColumnLayout("key", .text),
            ColumnLayout("secret", .boolean), ColumnLayout("value", .text, seal: "variables.value"),
        ]
    )

    /// What the project's owner has set, one row for each group of settings.
    static let settings = TableLayout.system(
        "settings",
        [ColumnLayout("value", .json), ColumnLayout("secret", .text, seal: "settings.secret")]
    )

    /// The project's own words of mails to users, a row for each kind of mail and language.
    static let mailTemplates = TableLayout.system(
        "mailTemplates",
        [ColumnLayout("template", .text), ColumnLayout("locale", .text)]
            + StoredTemplate.fields.map { ColumnLayout($0, .text) }
    )

    /// E-mails and text messages that wait to be delivered. `body` holds the secrets of links and codes, and so is
    /// sealed.
    static let outbox = TableLayout.system(
        "outbox",
        [
            ColumnLayout("kind", .text), ColumnLayout("purpose", .text), ColumnLayout("user", .text),
            ColumnLayout("recipient", .text), ColumnLayout("subject", .text), ColumnLayout("state", .text),
            ColumnLayout("expire", .datetime), ColumnLayout("body", .text, seal: "outbox.body"),
            ColumnLayout("details", .text, seal: "outbox.details"),
        ]
    )

    /// What somebody has left of a limit, as ``TokenBucket`` keeps it: `reset` is when it is all there again. The id is a
    /// digest of what the limit is counted for.
    static let limits = TableLayout.system("limits", [ColumnLayout("reset", .datetime)])

    static let all: [SystemTable] = [
        .optional(users, [.unique("email"), .unique("phone"), .key("accessedAt")]),
        .optional(sessions, [.key("user"), .key("expire")]),
        .optional(tokens, [.key("user"), .key("expire")]),
        .optional(oauth2Attempts, [.unique("secret"), .key("expire")]),
        .optional(targets, [.key("user"), .unique("identifier"), .key("session")]),
        .optional(identities, [.key("user"), .unique("provider", "providerUid"), .key("providerEmail")]),
        .optional(authenticators, [.unique("user", "type")]),
        .optional(challenges, [.key("user"), .key("expire")]),
        .optional(teams, []),
        .optional(memberships, [.unique("team", "user"), .key("user")]),
        .optional(presences, [.key("user"), .key("expiresAt")]),
        .optional(keys, [.unique("secret")]),
        .optional(platforms, [.key("hostname")]),
        .optional(variables, [.unique("resourceType", "resourceId", "key")]),
        .optional(settings, []),
        .optional(mailTemplates, []),
        .optional(outbox, [.key("state"), .key("user"), .key("expire")]),
        .optional(limits, [.key("reset")]),
    ]
}
