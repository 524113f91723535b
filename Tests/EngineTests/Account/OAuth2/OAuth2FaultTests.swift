import Storage
import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Sign-ins with a provider that go wrong", .timeLimit(.minutes(2)))
struct OAuth2FaultTests {
    private static let unknown = Refusal("user_oauth2_bad_request", 400, "state")
    private static let fault = Refusal("user_oauth2_provider_error", 424, "provider")

    @Test(arguments: Backend.available)
    func aStateIsGoodOnceForTenMinutesAndForItsProvider(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            func refusal(_ arguments: JSONObject) async throws -> Refusal {
                try await engine.refusal(TestEngine.finish, arguments, as: .guest)
            }
            #expect(try await refusal(["provider": "oidc", "state": "made-up", "code": "x"]) == Self.unknown)
            let used = try await engine.visit(provider)
            try await engine.call(TestEngine.finish, used, as: .guest)
            #expect(try await refusal(used) == Self.unknown)
            let late = try await engine.visit(provider)
            engine.clock.advance(milliseconds: 600_000)
            #expect(try await refusal(late) == Self.unknown)
            var other = try await engine.visit(provider)
            other["provider"] = "github"
            #expect(try await refusal(other) == Self.unknown)
            other["provider"] = "oidc"
            #expect(try await refusal(other) == Self.unknown)
            // What was begun and never ended does not pile up.
            let kept = try await engine.store.read {
                try $0.count(RowQuery(limit: 1), in: IdentityTables.oauth2Attempts, cap: 10)
            }
            #expect(kept == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aStateIsUsedUpByAFailureToo(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            var back = try await engine.visit(provider)
            let good = back["code"]
            back["code"] = "made-up"
            #expect(
                try await engine.refusal(TestEngine.finish, back, as: .guest)
                    == Refusal("user_oauth2_bad_request", 400, "provider")
            )
            back["code"] = good
            #expect(try await engine.refusal(TestEngine.finish, back, as: .guest) == Self.unknown)
            var empty = try await engine.visit(provider)
            empty["code"] = nil
            #expect(
                try await engine.refusal(TestEngine.finish, empty, as: .guest)
                    == Refusal("user_oauth2_bad_request", 400, "code")
            )
        }
    }

    @Test(arguments: Backend.available)
    func theProviderMayTurnTheUserAway(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            func back(_ more: JSONObject = [:]) async throws -> JSONObject {
                var back = try await engine.visit(provider, "account.createOAuth2Session", more)
                back["code"] = nil
                back["error"] = "access_denied"
                back["errorDescription"] = "The user said no"
                return back
            }
            let error = try await engine.error(TestEngine.finish, try await back(), as: .guest)
            #expect(Refusal(error) == Refusal("user_oauth2_provider_error", 424, "error"))
            #expect(error.message == "OpenID Connect has not signed the user in: 'access_denied'.")
            let answer = try await engine.call(
                TestEngine.finish,
                try await back(["failure": "http://localhost/out?a=b"]),
                as: .guest
            )
            let url = try #require(answer["url"]?.string)
            #expect(url.hasPrefix("http://localhost/out?a=b&error=%7B"))
            let report = try JSON(
                parsing: Array((OpenIDServer.form(String(url.split(separator: "?")[1]))["error"]?.string ?? "").utf8)
            )
            #expect(report["type"] == "user_oauth2_provider_error")
            #expect(report["code"] == 424)
        }
    }

    @Test(
        arguments: Backend.available,
        [
            OpenIDServer.Fault.token(.answer(500, "oops")), .token(.answer(200, "no json")), .token(.answer(200, "{}")),
            .token(.reset), .token(.garbage), .token(.endless), .userInfo(.answer(500)), .userInfo(.answer(200, "[]")),
            .userInfo(.answer(200, #"{"sub":"somebody-else"}"#)), .noIDToken, .claim("nonce", "another"),
            .claim("nonce", nil), .claim("aud", "another app"), .claim("aud", ["app", "another"]),
            .claim("iss", "https://evil.example"), .claim("exp", 1_795_334_300), .claim("exp", nil), .claim("sub", nil),
        ]
    )
    func theProviderMayFail(_ backend: Backend, _ fault: OpenIDServer.Fault) async throws {
        try await withProvider(backend) { engine, provider in
            let back = try await engine.visit(provider)
            provider.change { $0.fault = fault }
            let error = try await engine.error(TestEngine.finish, back, as: .guest)
            #expect(Refusal(error) == Self.fault)
            #expect(!error.description.contains("4711"))
            #expect(try await engine.call("users.list")["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func theProviderMaySayNo(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            for (fault, refusal) in [
                (OpenIDServer.Fault.token(.answer(401)), Refusal("user_oauth2_unauthorized", 401, "provider")),
                (
                    .token(.answer(400, #"{"error":"invalid_grant"}"#)),
                    Refusal("user_oauth2_bad_request", 400, "provider")
                ),
                (.token(.answer(200, #"{"error":"bad_code"}"#)), Refusal("user_oauth2_bad_request", 400, "provider")),
                (.userInfo(.answer(403)), Refusal("user_oauth2_unauthorized", 401, "provider")),
            ] {
                provider.change { $0.fault = nil }
                let back = try await engine.visit(provider)
                provider.change { $0.fault = fault }
                #expect(try await engine.refusal(TestEngine.finish, back, as: .guest) == refusal)
            }
        }
    }

    @Test(arguments: Backend.available)
    func nothingBeginsWhereTheServerDoesNotDescribeItself(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            for reply in [LocalServer.Reply.answer(404), .answer(200, "{}"), .reset] {
                provider.change { $0.fault = .description(reply) }
                let begin: JSONObject = ["provider": "oidc"]
                let refusal = try await engine.refusal("account.createOAuth2Session", begin, as: .guest)
                #expect(refusal == Self.fault)
            }
        }
    }

    @Test(arguments: Backend.available)
    func usersGoToKnownPlacesOnly(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            func refusal(_ name: String, _ url: String, as actor: Actor = .guest) async throws -> Refusal {
                let arguments: JSONObject = ["provider": "oidc", name: .string(url)]
                return try await engine.refusal("account.createOAuth2Session", arguments, as: actor)
            }
            for name in ["success", "failure", "callback"] {
                let refused = Refusal("general_argument_invalid", 400, name)
                for url in ["https://evil.example/", "https://localhost@evil.example/", "app://localhost/"] {
                    #expect(try await refusal(name, url) == refused)
                }
            }
            try await engine.call(
                "project.createWebPlatform",
                ["platformId": "p", "name": "P", "hostname": "app.example.org"]
            )
            let there: JSONObject = [
                "provider": "oidc", "success": "https://app.example.org/in", "callback": "https://app.example.org/back",
            ]
            let url = try await engine.call("account.createOAuth2Session", there, as: .guest)["url"]?.string ?? ""
            #expect(url.contains("redirect_uri=https%3A%2F%2Fapp.example.org%2Fback&"))
        }
    }

    @Test(arguments: Backend.available)
    func aProviderMustBeSetUpAndSwitchedOn(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let disabled = Refusal("project_provider_disabled", 412, "provider")
            let github: JSONObject = ["provider": "github"]
            #expect(try await engine.refusal("account.createOAuth2Session", github, as: .guest) == disabled)
            let back = try await engine.visit(provider)
            try await engine.call("project.updateOAuth2Oidc", ["enabled": false])
            #expect(try await engine.refusal(TestEngine.finish, back, as: .guest) == disabled)
            #expect(
                try await engine.refusal("account.createOAuth2Session", ["provider": "tradeshift"], as: .guest)
                    == Refusal("general_argument_invalid", 400, "provider")
            )
        }
    }

    @Test(arguments: Backend.available)
    func secretsGoOverHTTPSOnly(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            try await engine.call("project.updateOAuth2Oidc", ["tokenURL": "http://login.example.org/token"])
            #expect(
                try await engine.refusal("account.createOAuth2Session", ["provider": "oidc"], as: .guest) == Self.fault
            )
        }
    }

    @Test(arguments: Backend.available)
    func anEngineOnItsOwnAsksNobody(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.call(
                "project.updateOAuth2Oidc",
                [
                    "clientId": "a", "clientSecret": "b", "enabled": true,
                    "wellKnownURL": "https://login.example.org/.well-known/openid-configuration",
                ]
            )
            #expect(
                try await engine.refusal("account.createOAuth2Session", ["provider": "oidc"], as: .guest) == Self.fault
            )
        }
    }
}
