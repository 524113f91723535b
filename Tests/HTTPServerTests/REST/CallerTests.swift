import Testing
import Values

@testable import HTTPServer

@Suite("Callers over HTTP")
struct CallerTests {
    private static let account = #"{"userId":"ann","email":"ann@example.org","password":"correct horse"}"#
    private static let login = #"{"email":"ann@example.org","password":"correct horse"}"#

    @Test("signing in hands the session over in cookies and their stand-in, and signing out takes it back")
    func signsIn() async throws {
        try await withFront { front in
            _ = try await front.send("POST", "/v1/account", [], Self.account)
            let session = try await front.send("POST", "/v1/account/sessions/email", [], Self.login)
            #expect(session?.status == 201)
            #expect(session?.json["secret"] == "")
            let cookies = session?.fields["set-cookie"] ?? []
            #expect(cookies.count == 2)
            #expect(cookies.allSatisfy { $0.contains("; Path=/; Expires=") && $0.contains("; HttpOnly") })
            let modern = try #require(cookies.first { $0.hasSuffix("; SameSite=None") })
            let pair = String(modern.prefix { $0 != ";" })
            #expect(pair.hasPrefix("a_session_default="))
            let fallback = try #require(session?.field("x-fallback-cookies"))
            let secret = try JSON(parsing: fallback)["a_session_default"]?.string ?? ""
            for field in ["Cookie: x=y; \(pair)", "X-Fallback-Cookies: \(fallback)", "X-Appwrite-Session: \(secret)"] {
                #expect(try await front.send("GET", "/v1/account", [field])?.json["$id"] == "ann")
            }
            let jwt = try await front.send("POST", "/v1/account/jwts", ["X-Appwrite-Session: \(secret)"], "{}")
            let token = jwt?.json["jwt"]?.string ?? ""
            #expect(try await front.send("GET", "/v1/account", ["X-Appwrite-JWT: \(token)"])?.json["$id"] == "ann")
            let out = try await front.send("DELETE", "/v1/account/sessions/current", ["X-Appwrite-Session: \(secret)"])
            #expect(out?.status == 204)
            #expect(out?.fields["set-cookie"]?.allSatisfy { $0.contains("=; ") } == true)
            #expect(try await front.send("GET", "/v1/account", ["X-Appwrite-Session: \(secret)"])?.status == 401)
        }
    }

    @Test("secrets that contradict each other are refused, and those that open nothing are a guest's")
    func judgesSecrets() async throws {
        try await withFront { front in
            let key = try await front.makeTable()
            let rows = "/v1/tablesdb/shop/tables/notes/rows"
            let both = try await front.send("GET", rows, ["X-Appwrite-Key: \(key)", "X-Appwrite-Session: x"])
            #expect(both?.json["type"] == "user_api_key_and_session_set")
            let two = try await front.send("GET", rows, ["X-Appwrite-JWT: x", "Cookie: a_session_default=x"])
            #expect(two?.json["type"] == "user_jwt_and_cookie_set")
            #expect(try await front.send("GET", rows, ["X-Appwrite-JWT: x"])?.json["type"] == "user_jwt_invalid")
            #expect(try await front.send("GET", rows, ["X-Appwrite-Key: standard_nothing"])?.status == 200)
            #expect(try await front.send("GET", rows, ["X-Appwrite-Session: nothing"])?.status == 200)
            let users = try await front.send("GET", "/v1/users", ["X-Appwrite-Key: standard_nothing"])
            #expect(users?.status == 401)
            #expect(users?.json["type"] == "general_unauthorized_scope")
            #expect(try await front.send("GET", "/v1/users", ["X-Appwrite-Key: \(key)"])?.status == 200)
        }
    }

    @Test("pages of registered hosts may call, those of others may not, and every page may ask")
    func checksOrigins() async throws {
        try await withFront { front in
            let key = try await front.makeTable()
            let rows = "/v1/tablesdb/shop/tables/notes/rows"
            let preflight = try await front.send("OPTIONS", rows, ["Origin: https://app.example.org"])
            #expect(preflight?.status == 204)
            #expect(preflight?.field("access-control-allow-origin") == "https://app.example.org")
            #expect(preflight?.field("access-control-allow-credentials") == "true")
            let refused = try await front.send("GET", rows, ["Origin: https://app.example.org"])
            #expect(refused?.json["type"] == "general_unknown_origin")
            let withKey = try await front.send("GET", rows, ["Origin: https://x.example", "X-Appwrite-Key: \(key)"])
            #expect(withKey?.status == 200)
            try await front.run(
                "project.createWebPlatform",
                ["platformId": "web", "name": "Web", "hostname": "app.example.org"]
            )
            let allowed = try await front.send("GET", rows, ["Origin: https://app.example.org"])
            #expect(allowed?.status == 200)
            #expect(allowed?.field("vary") == "Origin")
            #expect(try await front.send("GET", rows, ["Origin: http://localhost:3000"])?.status == 200)
            #expect(try await front.send("GET", rows, ["Origin: null"])?.status == 403)
        }
    }

    @Test("limits are told, and what they refuse says when to come back")
    func tellsLimits() async throws {
        try await withFront(limitsRates: true) { front in
            _ = try await front.send("POST", "/v1/account", [], Self.account)
            let wrong = #"{"email":"ann@example.org","password":"wrong wrong"}"#
            var last: RawConnection.Answer?
            for count in 1...11 {
                last = try await front.send("POST", "/v1/account/sessions/email", [], wrong)
                if count == 10 { #expect(last?.status == 401) }
            }
            #expect(last?.status == 429)
            #expect(last?.json["type"] == "general_rate_limit_exceeded")
            #expect(last?.field("x-ratelimit-limit") == "10")
            #expect(last?.field("x-ratelimit-remaining") == "0")
            #expect(last?.field("retry-after").flatMap { Int($0) }.map { $0 > 0 } == true)
        }
    }

    @Test(
        "dates are written as HTTP writes them",
        arguments: [
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"), (784_111_777_000, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (-1000, "Wed, 31 Dec 1969 23:59:59 GMT"), (1_709_164_800_000, "Thu, 29 Feb 2024 00:00:00 GMT"),
        ] as [(Int64, String)]
    )
    func writesDates(_ milliseconds: Int64, _ text: String) {
        #expect(HTTPDate.text(Timestamp(milliseconds: milliseconds)) == text)
    }
}
