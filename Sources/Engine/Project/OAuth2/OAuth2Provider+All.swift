import Values

extension OAuth2Provider {
    static let all: [OAuth2Provider] = [
        OAuth2Provider("github", "GitHub", "GitHub"),
        OAuth2Provider("discord", "Discord", "Discord"),
        OAuth2Provider("figma", "Figma", "Figma"),
        OAuth2Provider("dropbox", "Dropbox", "Dropbox", id: "appKey", secret: "appSecret"),
        OAuth2Provider("dailymotion", "Dailymotion", "Dailymotion", id: "apiKey", secret: "apiSecret"),
        OAuth2Provider("bitbucket", "Bitbucket", "Bitbucket", id: "key", secret: "secret"),
        OAuth2Provider("bitly", "Bitly", "Bitly"),
        OAuth2Provider("box", "Box", "Box"),
        OAuth2Provider("autodesk", "Autodesk", "Autodesk"),
        OAuth2Provider("google", "Google", "Google", [.init("prompt", standard: ["consent"])]),
        OAuth2Provider("zoom", "Zoom", "Zoom"),
        OAuth2Provider("zoho", "Zoho", "Zoho"),
        OAuth2Provider("yandex", "Yandex", "Yandex"),
        OAuth2Provider("x", "X", "X", id: "customerKey", secret: "secretKey"),
        OAuth2Provider("wordpress", "WordPress", "WordPress"),
        OAuth2Provider("twitch", "Twitch", "Twitch"),
        OAuth2Provider("stripe", "Stripe", "Stripe", secret: "apiSecretKey"),
        OAuth2Provider("spotify", "Spotify", "Spotify"),
        OAuth2Provider("slack", "Slack", "Slack"),
        OAuth2Provider("podio", "Podio", "Podio"),
        OAuth2Provider("notion", "Notion", "Notion", id: "oauthClientId", secret: "oauthClientSecret"),
        OAuth2Provider("salesforce", "Salesforce", "Salesforce", id: "customerKey", secret: "customerSecret"),
        OAuth2Provider("yahoo", "Yahoo", "Yahoo"),
        OAuth2Provider("linkedin", "Linkedin", "LinkedIn", secret: "primaryClientSecret"),
        OAuth2Provider("disqus", "Disqus", "Disqus", id: "publicKey", secret: "secretKey"),
        OAuth2Provider("amazon", "Amazon", "Amazon"),
        OAuth2Provider("etsy", "Etsy", "Etsy", id: "keyString", secret: "sharedSecret"),
        OAuth2Provider("facebook", "Facebook", "Facebook", id: "appId", secret: "appSecret"),
        OAuth2Provider("tradeshift", "Tradeshift", "Tradeshift", id: "oauth2ClientId", secret: "oauth2ClientSecret"),
        OAuth2Provider(
            "tradeshiftBox",
            "TradeshiftSandbox",
            "Tradeshift sandbox",
            id: "oauth2ClientId",
            secret: "oauth2ClientSecret"
        ),
        OAuth2Provider("paypal", "Paypal", "PayPal", secret: "secretKey"),
        OAuth2Provider("paypalSandbox", "PaypalSandbox", "PayPal sandbox", secret: "secretKey"),
        OAuth2Provider("gitlab", "Gitlab", "GitLab", id: "applicationId", secret: "secret", [.init("endpoint")]),
        OAuth2Provider("appwrite", "Appwrite", "Appwrite"),
        OAuth2Provider("authentik", "Authentik", "authentik", [.init("endpoint", isNeeded: true)]),
        OAuth2Provider("auth0", "Auth0", "Auth0", [.init("endpoint", isNeeded: true)]),
        OAuth2Provider("fusionauth", "FusionAuth", "FusionAuth", [.init("endpoint", isNeeded: true)]),
        OAuth2Provider(
            "keycloak",
            "Keycloak",
            "Keycloak",
            [.init("endpoint", isNeeded: true), .init("realmName", isNeeded: true)]
        ),
        OAuth2Provider(
            "oidc",
            "Oidc",
            "OpenID Connect",
            [
                .init("wellKnownURL"), .init("authorizationURL"), .init("tokenURL"), .init("userInfoURL"),
                .init("prompt", standard: []), .init("maxAge", standard: nil),
            ]
        ),
        OAuth2Provider("okta", "Okta", "Okta", [.init("domain", isNeeded: true), .init("authorizationServerId")]),
        OAuth2Provider("kick", "Kick", "Kick"),
        OAuth2Provider(
            "apple",
            "Apple",
            "Apple",
            id: "serviceId",
            secret: "p8File",
            [.init("keyId", isNeeded: true), .init("teamId", isNeeded: true)]
        ),
        OAuth2Provider(
            "microsoft",
            "Microsoft",
            "Microsoft",
            id: "applicationId",
            secret: "applicationSecret",
            [.init("tenant")]
        ),
        OAuth2Provider("huggingface", "HuggingFace", "Hugging Face"),
    ]
}
