import Values

/// Providers with words of their own.
extension OAuth2Flow {
    static let others: [String: OAuth2Flow] = [
        "amazon": OAuth2Flow(
            authorize: "https://www.amazon.com/ap/oa",
            token: "https://api.amazon.com/auth/o2/token",
            userInfo: "https://api.amazon.com/user/profile",
            scopes: ["profile"],
            facts: Facts(id: ["/user_id"], email: ["/email"], name: ["/name"], verified: .never)
        ),
        "bitbucket": OAuth2Flow(
            authorize: "https://bitbucket.org/site/oauth2/authorize",
            token: "https://bitbucket.org/site/oauth2/access_token",
            userInfo: "https://api.bitbucket.org/2.0/user",
            scopes: ["account", "email"],
            clientSecret: .basic,
            usesPKCE: false,
            facts: Facts(id: ["/uuid"], email: [], name: ["/display_name", "/nickname"], verified: .never),
            emails: Emails(
                address: "https://api.bitbucket.org/2.0/user/emails",
                list: "/values",
                email: "/email",
                isPrimary: "/is_primary",
                isVerified: "/is_confirmed"
            )
        ),
        "bitly": OAuth2Flow(
            authorize: "https://bitly.com/oauth/authorize",
            token: "https://api-ssl.bitly.com/oauth/access_token",
            userInfo: "https://api-ssl.bitly.com/v4/user",
            scopes: [],
            usesPKCE: false,
            facts: Facts(id: ["/login"], email: [], name: ["/name", "/login"], verified: .never),
            emails: Emails(list: "/emails", email: "/email", isPrimary: "/is_primary", isVerified: "/is_verified")
        ),
        "box": OAuth2Flow(
            authorize: "https://account.box.com/api/oauth2/authorize",
            token: "https://api.box.com/oauth2/token",
            userInfo: "https://api.box.com/2.0/users/me",
            scopes: [],
            usesPKCE: false,
            facts: Facts(id: ["/id"], email: ["/login"], name: ["/name"], verified: .never)
        ),
        "dailymotion": OAuth2Flow(
            authorize: "https://www.dailymotion.com/oauth/authorize",
            token: "https://api.dailymotion.com/oauth/token",
            userInfo: "https://api.dailymotion.com/user/me?fields=id,email,screenname",
            scopes: ["userinfo", "email"],
            usesPKCE: false,
            facts: Facts(id: ["/id"], email: ["/email"], name: ["/screenname"], verified: .never)
        ),
        "discord": OAuth2Flow(
            authorize: "https://discord.com/oauth2/authorize",
            token: "https://discord.com/api/oauth2/token",
            userInfo: "https://discord.com/api/users/@me",
            scopes: ["identify", "email"],
            facts: Facts(
                id: ["/id"],
                email: ["/email"],
                name: ["/global_name", "/username"],
                verified: .when("/verified")
            )
        ),
        "disqus": OAuth2Flow(
            authorize: "https://disqus.com/api/oauth/2.0/authorize/",
            token: "https://disqus.com/api/oauth/2.0/access_token/",
            userInfo: "https://disqus.com/api/3.0/users/details.json?access_token={token}&api_key={clientId}",
            scopes: ["read", "email"],
            scopeSeparator: ",",
            usesPKCE: false,
            question: Question(scheme: ""),
            facts: Facts(
                id: ["/response/id"],
                email: ["/response/email"],
                name: ["/response/name", "/response/username"],
                verified: .never
            )
        ),
        "dropbox": OAuth2Flow(
            authorize: "https://www.dropbox.com/oauth2/authorize",
            token: "https://api.dropboxapi.com/oauth2/token",
            userInfo: "https://api.dropboxapi.com/2/users/get_current_account",
            scopes: ["account_info.read"],
            parameters: ["token_access_type": "offline"],
            question: Question(method: "POST"),
            facts: Facts(
                id: ["/account_id"],
                email: ["/email"],
                name: ["/name/display_name"],
                verified: .when("/email_verified")
            )
        ),
        "facebook": OAuth2Flow(
            authorize: "https://www.facebook.com/v21.0/dialog/oauth",
            token: "https://graph.facebook.com/v21.0/oauth/access_token",
            userInfo: "https://graph.facebook.com/v21.0/me?fields=id,name,email",
            scopes: ["email", "public_profile"],
            scopeSeparator: ",",
            usesPKCE: false,
            facts: Facts(id: ["/id"], email: ["/email"], name: ["/name"], verified: .never)
        ),
        "figma": OAuth2Flow(
            authorize: "https://www.figma.com/oauth",
            token: "https://api.figma.com/v1/oauth/token",
            userInfo: "https://api.figma.com/v1/me",
            scopes: ["current_user:read"],
            clientSecret: .basic,
            facts: Facts(id: ["/id"], email: ["/email"], name: ["/handle"], verified: .never)
        ),
        "github": OAuth2Flow(
            authorize: "https://github.com/login/oauth/authorize",
            token: "https://github.com/login/oauth/access_token",
            userInfo: "https://api.github.com/user",
            scopes: ["user:email"],
            facts: Facts(id: ["/id"], email: [], name: ["/name", "/login"], verified: .never),
            emails: Emails(
                address: "https://api.github.com/user/emails",
                list: "",
                email: "/email",
                isPrimary: "/primary",
                isVerified: "/verified"
            )
        ),
        "gitlab": OAuth2Flow(
            authorize: "{endpoint}/oauth/authorize",
            token: "{endpoint}/oauth/token",
            userInfo: "{endpoint}/api/v4/user",
            scopes: ["read_user"],
            facts: Facts(
                id: ["/id"],
                email: ["/email"],
                name: ["/name", "/username"],
                verified: .present("/confirmed_at")
            )
        ),
        "kick": OAuth2Flow(
            authorize: "https://id.kick.com/oauth/authorize",
            token: "https://id.kick.com/oauth/token",
            userInfo: "https://api.kick.com/public/v1/users",
            scopes: ["user:read"],
            facts: Facts(id: ["/data/0/user_id"], email: ["/data/0/email"], name: ["/data/0/name"], verified: .never)
        ),
        // Whoever runs a tenant can write any address into the profiles there.
        "microsoft": OAuth2Flow(
            authorize: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize",
            token: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
            userInfo: "https://graph.microsoft.com/v1.0/me",
            scopes: ["offline_access", "user.read"],
            facts: Facts(
                id: ["/id"],
                email: ["/mail", "/userPrincipalName"],
                name: ["/displayName"],
                verified: .never
            )
        ),
        "notion": OAuth2Flow(
            authorize: "https://api.notion.com/v1/oauth/authorize",
            token: "https://api.notion.com/v1/oauth/token",
            userInfo: "https://api.notion.com/v1/users/me",
            scopes: [],
            parameters: ["owner": "user"],
            clientSecret: .basicWithJSON,
            usesPKCE: false,
            question: Question(headers: ["Notion-Version": "2022-06-28"]),
            facts: Facts(
                id: ["/bot/owner/user/id"],
                email: ["/bot/owner/user/person/email"],
                name: ["/bot/owner/user/name"],
                verified: .never
            )
        ),
        "paypal": paypal(authorize: "https://www.paypal.com", api: "https://api-m.paypal.com"),
        "paypalSandbox": paypal(
            authorize: "https://www.sandbox.paypal.com",
            api: "https://api-m.sandbox.paypal.com"
        ),
        "podio": OAuth2Flow(
            authorize: "https://podio.com/oauth/authorize",
            token: "https://podio.com/oauth/token",
            userInfo: "https://api.podio.com/user/status",
            scopes: [],
            usesPKCE: false,
            question: Question(scheme: "OAuth2"),
            facts: Facts(id: ["/user/user_id"], email: ["/user/mail"], name: ["/profile/name"], verified: .never)
        ),
        "spotify": OAuth2Flow(
            authorize: "https://accounts.spotify.com/authorize",
            token: "https://accounts.spotify.com/api/token",
            userInfo: "https://api.spotify.com/v1/me",
            scopes: ["user-read-email"],
            clientSecret: .basic,
            facts: Facts(id: ["/id"], email: ["/email"], name: ["/display_name"], verified: .never)
        ),
        "stripe": OAuth2Flow(
            authorize: "https://connect.stripe.com/oauth/authorize",
            token: "https://connect.stripe.com/oauth/token",
            userInfo: "https://api.stripe.com/v1/account",
            scopes: ["read_write"],
            usesPKCE: false,
            facts: Facts(
                id: ["/id"],
                email: ["/email"],
                name: ["/settings/dashboard/display_name", "/business_profile/name"],
                verified: .never
            )
        ),
        "twitch": OAuth2Flow(
            authorize: "https://id.twitch.tv/oauth2/authorize",
            token: "https://id.twitch.tv/oauth2/token",
            userInfo: "https://api.twitch.tv/helix/users",
            scopes: ["user:read:email"],
            usesPKCE: false,
            question: Question(headers: ["Client-Id": "{clientId}"]),
            facts: Facts(
                id: ["/data/0/id"],
                email: ["/data/0/email"],
                name: ["/data/0/display_name"],
                verified: .always
            )
        ),
        "wordpress": OAuth2Flow(
            authorize: "https://public-api.wordpress.com/oauth2/authorize",
            token: "https://public-api.wordpress.com/oauth2/token",
            userInfo: "https://public-api.wordpress.com/rest/v1.1/me",
            scopes: ["auth"],
            usesPKCE: false,
            facts: Facts(
                id: ["/ID"],
                email: ["/email"],
                name: ["/display_name", "/username"],
                verified: .when("/email_verified")
            )
        ),
        "x": OAuth2Flow(
            authorize: "https://x.com/i/oauth2/authorize",
            token: "https://api.x.com/2/oauth2/token",
            userInfo: "https://api.x.com/2/users/me?user.fields=confirmed_email",
            scopes: ["users.read", "tweet.read", "users.email", "offline.access"],
            clientSecret: .basic,
            facts: Facts(
                id: ["/data/id"],
                email: ["/data/confirmed_email"],
                name: ["/data/name", "/data/username"],
                verified: .always
            )
        ),
        "yandex": OAuth2Flow(
            authorize: "https://oauth.yandex.com/authorize",
            token: "https://oauth.yandex.com/token",
            userInfo: "https://login.yandex.ru/info?format=json",
            scopes: ["login:email", "login:info"],
            question: Question(scheme: "OAuth"),
            facts: Facts(
                id: ["/id"],
                email: ["/default_email"],
                name: ["/display_name", "/real_name", "/login"],
                verified: .never
            )
        ),
        "zoho": OAuth2Flow(
            authorize: "https://accounts.zoho.com/oauth/v2/auth",
            token: "https://accounts.zoho.com/oauth/v2/token",
            userInfo: "https://accounts.zoho.com/oauth/user/info",
            scopes: ["AaaServer.profile.READ"],
            usesPKCE: false,
            question: Question(scheme: "Zoho-oauthtoken"),
            facts: Facts(id: ["/ZUID"], email: ["/Email"], name: ["/Display_Name"], verified: .never)
        ),
        "zoom": OAuth2Flow(
            authorize: "https://zoom.us/oauth/authorize",
            token: "https://zoom.us/oauth/token",
            userInfo: "https://api.zoom.us/v2/users/me",
            scopes: [],
            clientSecret: .basic,
            facts: Facts(
                id: ["/id"],
                email: ["/email"],
                name: ["/display_name", "/first_name"],
                verified: .when("/verified")
            )
        ),
    ]

    private static func paypal(authorize: String, api: String) -> OAuth2Flow {
        OAuth2Flow(
            authorize: authorize + "/signin/authorize",
            token: api + "/v1/oauth2/token",
            userInfo: api + "/v1/identity/oauth2/userinfo?schema=paypalv1.1",
            scopes: ["openid", "profile", "email"],
            clientSecret: .basic,
            usesPKCE: false,
            facts: Facts(id: ["/user_id"], email: [], name: ["/name"], verified: .never),
            emails: Emails(list: "/emails", email: "/value", isPrimary: "/primary", isVerified: "/confirmed")
        )
    }
}
