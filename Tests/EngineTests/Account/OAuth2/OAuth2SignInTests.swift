import Catalog
import Outgoing
import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Signing in with a provider", .timeLimit(.minutes(2)))
struct OAuth2SignInTests {
    @Test(arguments: Backend.available)
    func makesAUserAndASession(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let begun = try await engine.call(
                "account.createOAuth2Session",
                ["provider": "oidc", "success": "http://localhost/in", "scopes": ["calendar"]],
                as: .guest
            )
            let url = begun["url"]?.string ?? ""
            #expect(url.hasPrefix(provider.origin + "/authorize?"))
            let query = OpenIDServer.form(String(url.split(separator: "?")[1]))
            #expect(query["response_type"] == "code")
            #expect(query["client_id"] == "app")
            #expect(query["scope"] == "openid profile email calendar")
            #expect(
                query["redirect_uri"]
                    == "http://localhost:8080/v1/account/sessions/oauth2/callback/oidc/default"
            )
            #expect(query["code_challenge_method"] == "S256")
            #expect(query["nonce"]?.string?.count == 64)
            #expect(query["state"]?.string?.count == 64)
            var back = provider.visit(url)
            back["provider"] = "oidc"
            let answer = try await engine.call(TestEngine.finish, back, as: .guest)
            let user = try #require(answer["userId"]?.string)
            let id = try #require(answer["sessionId"]?.string)
            #expect(answer["url"] == "http://localhost/in")
            #expect(answer["secret"] == "")
            #expect(try await engine.eventNames().last == "users.\(user).sessions.\(id).create")
            let me = Actor.session(user: user, id: id)
            let account = try await engine.call("account.get", as: me)
            #expect(account["email"] == "ann@example.org")
            #expect(account["emailVerification"] == true)
            #expect(account["name"] == "Ann")
            let session = try await engine.call("account.getSession", ["sessionId": "current"], as: me)
            #expect(session["provider"] == "oidc")
            #expect(session["providerUid"] == "u-1")
            #expect(session["providerAccessToken"] == "access-2-4711")
            #expect(session["providerRefreshToken"] == "refresh-2-4711")
            #expect(session["providerAccessTokenExpiry"] == "2026-11-22T09:00:00.000+00:00")
            #expect(session["factors"] == ["oauth2"])
            let identities = try await engine.call("account.listIdentities", as: me)
            #expect(identities["total"] == 1)
            #expect(identities["identities"]?.each("providerEmail") == ["ann@example.org"])
            #expect(identities["identities"]?.each("providerAccessToken") == ["access-2-4711"])
        }
    }

    @Test(
        "providers send users back to the public address, and nowhere where there is none",
        arguments: Backend.available
    )
    func needsAnAddress(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let outgoing = HTTPOutgoing(allowsPrivate: true)
            for address in ["https://api.example.com", nil] {
                let other = Engine(
                    catalog: .embedded,
                    store: backend.store(engine.folder),
                    key: engine.key,
                    outgoing: outgoing,
                    publicAddress: address,
                    clock: engine.clock.wallClock
                )
                let arguments: JSONObject = ["provider": "oidc", "success": "http://localhost/in"]
                let call = Invocation("account.createOAuth2Session", arguments, as: .guest)
                if let address {
                    let url = try await other.execute(call).value["url"]?.string ?? ""
                    let query = OpenIDServer.form(String(url.split(separator: "?")[1]))
                    let back = "\(address)/v1/account/sessions/oauth2/callback/oidc/default"
                    #expect(query["redirect_uri"] == .string(back))
                } else {
                    let error = await #expect(throws: AppError.self) { try await other.execute(call) }
                    #expect(error?.code == .projectProviderDisabled)
                    #expect(error?.hint?.description.contains("--public-url") == true)
                    // A program that has an address of its own needs none here.
                    var named = call
                    named.arguments["callback"] = "http://localhost/back"
                    let url = try await other.execute(named).value["url"]?.string ?? ""
                    let query = OpenIDServer.form(String(url.split(separator: "?")[1]))
                    #expect(query["redirect_uri"] == "http://localhost/back")
                }
                await other.close()
            }
            await outgoing.close()
        }
    }

    @Test(arguments: Backend.available)
    func findsTheUserAgain(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let first = try await engine.enter(provider)
            // What identifies the user is the id at the provider, whatever the address is.
            provider.change { $0.user["email"] = "new@example.org" }
            let second = try await engine.enter(provider)
            #expect(second["userId"] == first["userId"])
            #expect(second["sessionId"] != first["sessionId"])
            let identities = try await engine.call("users.listIdentities")
            #expect(identities["identities"]?.each("providerEmail") == ["new@example.org"])
            #expect(identities["identities"]?.each("providerAccessToken") == ["access-4-4711"])
            #expect(try await engine.call("users.list")["users"]?.each("email") == ["ann@example.org"])
        }
    }

    @Test(arguments: Backend.available)
    func endsInATokenForServers(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let back = try await engine.visit(provider, "account.createOAuth2Token")
            let answer = try await engine.call(TestEngine.finish, back, as: .guest)
            let user = try #require(answer["userId"]?.string)
            let token = try #require(answer["tokenId"]?.string)
            #expect(answer["secret"] == "")
            let url = try #require(answer["url"]?.string)
            #expect(url.hasPrefix("http://localhost/in?userId=\(user)&secret="))
            #expect(try await engine.eventNames().last == "users.\(user).tokens.\(token).create")
            let secret = String(url.split(separator: "=").last!)
            #expect(secret.count == 64)
            #expect(try await !engine.eventsTell(secret))
            let shown: JSONObject = ["userId": .string(user), "secret": .string(secret)]
            let session = try await engine.call("account.createSession", shown, as: .guest)
            #expect(session["provider"] == "oauth2")
            #expect(
                try await engine.refusal("account.createSession", shown, as: .guest)
                    == Refusal("user_invalid_token", 401, "secret")
            )
        }
    }

    @Test(arguments: Backend.available)
    func tellsTheKeyTheSecret(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let back = try await engine.visit(provider, "account.createOAuth2Session", ["success": nil], as: .key)
            let answer = try await engine.call(TestEngine.finish, back, as: .key)
            #expect(answer["url"] == "")
            let secret = try #require(answer["secret"]?.string)
            let actor = try await engine.engine.actor(of: .session(secret))
            #expect(actor.userID == answer["userId"]?.string)
        }
    }

    @Test(arguments: Backend.available)
    func leavesNoSecretBehind(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let back = try await engine.visit(provider)
            try await engine.call(TestEngine.finish, back, as: .guest)
            let verifier = OpenIDServer.form(provider.requests.first { $0.path == "/token" }?.body ?? "")[
                "code_verifier"
            ]
            // Codes, tokens and the secret of the app end in 4711.
            for text in ["-4711", back["state"]?.string ?? "", verifier?.string ?? ""] {
                #expect(!text.isEmpty)
                #expect(try await !engine.eventsTell(text))
                #expect(try await !backend.holds(text, engine.folder))
            }
            #expect(try await engine.call("outbox.list")["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func isNoPartOfWhatCanBeUndone(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let arguments: JSONObject = ["provider": "oidc"]
            let refused = try await engine.batchRefusal([
                TestEngine.step("a", "account.createOAuth2Session", arguments)
            ]).refusal
            #expect(refused == Refusal("batch_not_atomic", 400, "atomic"))
            await #expect(throws: AppError.self) {
                try await engine.answer("account.createOAuth2Session", arguments) { $0.isDryRun = true }
            }
        }
    }

    @Test(arguments: Backend.available)
    func renewsTheTokensOfTheProvider(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let entered = try await engine.enter(provider)
            let me = Actor.session(user: entered["userId"]!.string!, id: entered["sessionId"]!.string!)
            let current: JSONObject = ["sessionId": "current"]
            let early = try await engine.call("account.updateSession", current, as: me)
            #expect(early["providerAccessToken"] == "access-2-4711")
            engine.clock.advance(milliseconds: 3_600_000)
            let late = try await engine.call("account.updateSession", current, as: me)
            #expect(late["providerAccessToken"] == "access-3-4711")
            #expect(late["providerRefreshToken"] == "refresh-3-4711")
            #expect(late["providerAccessTokenExpiry"] == "2026-11-22T10:00:00.000+00:00")
            let identities = try await engine.call("account.listIdentities", as: me)
            #expect(identities["identities"]?.each("providerAccessToken") == ["access-3-4711"])
            #expect(try await !engine.eventsTell("-4711"))
            engine.clock.advance(milliseconds: 3_600_000)
            provider.change { $0.fault = .token(.answer(400, #"{"error":"invalid_grant"}"#)) }
            #expect(
                try await engine.refusal("account.updateSession", current, as: me)
                    == Refusal("user_oauth2_bad_request", 400, "provider")
            )
            // What nobody can sign in with is not asked.
            try await engine.call("project.updateOAuth2Oidc", ["enabled": false])
            _ = try await engine.call("account.updateSession", current, as: me)
        }
    }

    @Test(arguments: Backend.available)
    func endsWhereTheProviderSendsTheUser(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            for operation in ["account.get_sessions_oauth2_callback", "account.postSessionsOAuth2Callback"] {
                var back = try await engine.visit(provider)
                back["projectId"] = "another"
                #expect(
                    try await engine.refusal(operation, back, as: .guest)
                        == Refusal("project_not_found", 404, "projectId")
                )
                back["projectId"] = "default"
                #expect(try await engine.call(operation, back, as: .guest)["url"] == "http://localhost/in")
            }
        }
    }

    @Test(arguments: Backend.available)
    func happensOnceHoweverOftenAStateIsShownAtTheSameTime(_ backend: Backend) async throws {
        try await withProvider(backend) { engine, provider in
            let back = try await engine.visit(provider)
            let results = await withTaskGroup(of: Refusal?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do { _ = try await engine.call(TestEngine.finish, back, as: .guest) } catch let error
                            as AppError
                        {
                            return Refusal(error)
                        } catch { return Refusal("\(error)", 0) }
                        return nil
                    }
                }
                return await group.reduce(into: [Refusal?]()) { $0.append($1) }
            }
            #expect(results.filter { $0 == nil }.count == 1)
            #expect(results.compactMap { $0 }.allSatisfy { $0 == Refusal("user_oauth2_bad_request", 400, "state") })
        }
    }

    @Test(arguments: Backend.available, ["ann@example.org", ""])
    func makesOneUserOfManyWhoComeAtTheSameTime(_ backend: Backend, _ email: String) async throws {
        try await withProvider(backend) { engine, provider in
            provider.change { $0.user["email"] = .string(email) }
            let backs = try await withThrowingTaskGroup(of: JSONObject.self) { group in
                for _ in 0..<6 { group.addTask { try await engine.visit(provider) } }
                return try await group.reduce(into: [JSONObject]()) { $0.append($1) }
            }
            let users = try await withThrowingTaskGroup(of: JSON?.self) { group in
                for back in backs {
                    group.addTask { try await engine.call(TestEngine.finish, back, as: .guest)["userId"] }
                }
                return try await group.reduce(into: [JSON?]()) { $0.append($1) }
            }
            #expect(users.allSatisfy { $0 == users[0] })
            #expect(try await engine.call("users.list")["total"] == 1)
            #expect(try await engine.call("users.listIdentities")["total"] == 1)
        }
    }
}
