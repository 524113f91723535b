import Values

/// Providers that answer to the words of OpenID Connect, and where users can have servers of their own.
extension OAuth2Flow {
    /// The flows by the ids of the providers. Those that are missing can be set up and not be used.
    static let all: [String: OAuth2Flow] = openIDProviders.merging(others) { first, _ in first }

    private static let profile = ["openid", "profile", "email"]

    private static let openIDProviders: [String: OAuth2Flow] = [
        // The addresses come from the settings, or from where the server describes itself.
        "oidc": OAuth2Flow(
            authorize: "{authorizationURL}",
            token: "{tokenURL}",
            userInfo: "{userInfoURL}",
            scopes: profile,
            openID: .anyIssuer
        ),
        "apple": OAuth2Flow(
            authorize: "https://appleid.apple.com/auth/authorize",
            token: "https://appleid.apple.com/auth/token",
            userInfo: "",
            scopes: ["name", "email"],
            parameters: ["response_mode": "form_post"],
            clientSecret: .signedToken,
            usesPKCE: false,
            openID: .issuer("https://appleid.apple.com")
        ),
        "auth0": OAuth2Flow(
            authorize: "{endpoint}/authorize",
            token: "{endpoint}/oauth/token",
            userInfo: "{endpoint}/userinfo",
            scopes: profile + ["offline_access"],
            openID: .issuer("{endpoint}/")
        ),
        "authentik": OAuth2Flow(
            authorize: "{endpoint}/application/o/authorize/",
            token: "{endpoint}/application/o/token/",
            userInfo: "{endpoint}/application/o/userinfo/",
            scopes: profile + ["offline_access"],
            openID: .anyIssuer
        ),
        "autodesk": OAuth2Flow(
            authorize: "https://developer.api.autodesk.com/authentication/v2/authorize",
            token: "https://developer.api.autodesk.com/authentication/v2/token",
            userInfo: "https://api.userprofile.autodesk.com/userinfo",
            scopes: ["user-profile:read"],
            clientSecret: .basic
        ),
        "fusionauth": OAuth2Flow(
            authorize: "{endpoint}/oauth2/authorize",
            token: "{endpoint}/oauth2/token",
            userInfo: "{endpoint}/oauth2/userinfo",
            scopes: profile + ["offline_access"],
            openID: .anyIssuer
        ),
        "google": OAuth2Flow(
            authorize: "https://accounts.google.com/o/oauth2/v2/auth",
            token: "https://oauth2.googleapis.com/token",
            userInfo: "https://openidconnect.googleapis.com/v1/userinfo",
            scopes: profile,
            parameters: ["access_type": "offline"],
            openID: .issuer("https://accounts.google.com")
        ),
        "huggingface": OAuth2Flow(
            authorize: "https://huggingface.co/oauth/authorize",
            token: "https://huggingface.co/oauth/token",
            userInfo: "https://huggingface.co/oauth/userinfo",
            scopes: profile,
            openID: .issuer("https://huggingface.co")
        ),
        "keycloak": OAuth2Flow(
            authorize: "{endpoint}/realms/{realmName}/protocol/openid-connect/auth",
            token: "{endpoint}/realms/{realmName}/protocol/openid-connect/token",
            userInfo: "{endpoint}/realms/{realmName}/protocol/openid-connect/userinfo",
            scopes: profile,
            openID: .issuer("{endpoint}/realms/{realmName}")
        ),
        "linkedin": OAuth2Flow(
            authorize: "https://www.linkedin.com/oauth/v2/authorization",
            token: "https://www.linkedin.com/oauth/v2/accessToken",
            userInfo: "https://api.linkedin.com/v2/userinfo",
            scopes: profile,
            usesPKCE: false
        ),
        "okta": OAuth2Flow(
            authorize: "{domain}/oauth2{/authorizationServerId}/v1/authorize",
            token: "{domain}/oauth2{/authorizationServerId}/v1/token",
            userInfo: "{domain}/oauth2{/authorizationServerId}/v1/userinfo",
            scopes: profile + ["offline_access"],
            openID: .anyIssuer
        ),
        "salesforce": OAuth2Flow(
            authorize: "https://login.salesforce.com/services/oauth2/authorize",
            token: "https://login.salesforce.com/services/oauth2/token",
            userInfo: "https://login.salesforce.com/services/oauth2/userinfo",
            scopes: profile,
            facts: Facts(id: ["/user_id"], email: ["/email"], name: ["/name"], verified: .when("/email_verified"))
        ),
        "slack": OAuth2Flow(
            authorize: "https://slack.com/openid/connect/authorize",
            token: "https://slack.com/api/openid.connect.token",
            userInfo: "https://slack.com/api/openid.connect.userInfo",
            scopes: profile,
            usesPKCE: false,
            openID: .issuer("https://slack.com")
        ),
        "yahoo": OAuth2Flow(
            authorize: "https://api.login.yahoo.com/oauth2/request_auth",
            token: "https://api.login.yahoo.com/oauth2/get_token",
            userInfo: "https://api.login.yahoo.com/openid/v1/userinfo",
            scopes: profile,
            clientSecret: .basic,
            usesPKCE: false
        ),
    ]
}
