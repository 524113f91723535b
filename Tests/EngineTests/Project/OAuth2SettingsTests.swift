import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Settings of sign-in providers")
struct OAuth2SettingsTests {
    @Test func theCatalogAsksForTheFieldsOfEachProvider() throws {
        let ids = OAuth2Provider.all.map(\.id)
        #expect(Set(ids).count == 44)
        for provider in OAuth2Provider.all {
            let operation = try #require(Catalog.embedded.operation(provider.operation))
            let fields = [provider.clientID, provider.clientSecret] + provider.fields.map(\.name) + ["enabled"]
            #expect(Set(operation.parameters.map(\.name)) == Set(fields), "\(provider.id)")
            #expect(
                operation.path == "/v1/project/oauth2/\(provider.id.lowercased())"
                    || operation.path.hasSuffix(provider.id)
            )
        }
        let get = try #require(Catalog.embedded.operation("project.getOAuth2Provider"))
        guard case .enumeration(let words) = get.parameters[0].type else {
            Issue.record("providerId is no choice")
            return
        }
        #expect(Set(words) == Set(ids))
    }

    @Test(arguments: Backend.available)
    func everyProviderIsSetUpTheSameWay(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            for provider in OAuth2Provider.all {
                let get: JSONObject = ["providerId": .string(provider.id)]
                let first = try await engine.call("project.getOAuth2Provider", get)
                #expect(first["$id"]?.string == provider.id)
                #expect(first["enabled"] == false)
                #expect(first[provider.clientID] == "")
                #expect(first[provider.clientSecret] == "")
                let set = try await engine.call(
                    provider.operation,
                    [provider.clientID: "the-id", provider.clientSecret: .string("hush-\(provider.id)-4711")]
                )
                #expect(set == first.replacing(provider.clientID, with: "the-id"))
                #expect(try await engine.call("project.getOAuth2Provider", get) == set)
                let kept = try await engine.engine.pipeline.store.read { try ProjectSettings($0).oauth2(provider) }
                #expect(kept.clientID == "the-id")
                #expect(kept.clientSecret == "hush-\(provider.id)-4711")
                #expect(!kept.isEnabled)
                #expect(try await engine.events().last?.name == "oauth2.\(provider.id).update")
            }
            #expect(try await !backend.holds("-4711", engine.folder))
            let list = try await engine.call("project.listOAuth2Providers")
            #expect(list["total"] == 44)
            #expect(list["providers"]?.each("$id") == OAuth2Provider.all.map { .string($0.id) })
        }
    }

    @Test(arguments: Backend.available)
    func whatIsLeftOutStays(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let operation = "project.updateOAuth2Google"
            let first = try await engine.call(operation, ["clientId": "a", "clientSecret": "b", "enabled": true])
            #expect(
                first == ["$id": "google", "enabled": true, "clientId": "a", "clientSecret": "", "prompt": ["consent"]]
            )
            let second = try await engine.call(operation, ["prompt": ["select_account"], "clientId": nil])
            #expect(second == first.replacing("prompt", with: ["select_account"]))
            let error = try await engine.error(operation, ["clientSecret": ""])
            #expect(Refusal(error) == Refusal("general_argument_invalid", 400, "clientSecret"))
            let off = try await engine.call(operation, ["clientSecret": "", "enabled": false])
            #expect(off == second.replacing("enabled", with: false))
            let page = try await engine.call("project.listOAuth2Providers", ["queries": [query("limit", nil, 1)]])
            #expect(page["total"] == 44)
            #expect(page["providers"]?.each("$id") == ["github"])
        }
    }

    @Test(
        arguments: [
            ("GitHub", ["enabled": true], "clientId"),
            ("GitHub", ["enabled": true, "clientId": "a"], "clientSecret"),
            ("Auth0", ["enabled": true, "clientId": "a", "clientSecret": "b"], "endpoint"),
            ("Keycloak", ["enabled": true, "clientId": "a", "clientSecret": "b", "endpoint": "c"], "realmName"),
            ("Okta", ["enabled": true, "clientId": "a", "clientSecret": "b"], "domain"),
            ("Okta", ["domain": "https://example.okta.com"], "domain"),
            ("Apple", ["enabled": true, "serviceId": "a", "p8File": "b", "keyId": "c"], "teamId"),
            ("Oidc", ["enabled": true, "clientId": "a", "clientSecret": "b"], "authorizationURL"),
            ("Oidc", ["wellKnownURL": "auth.example.com"], "wellKnownURL"),
            ("Oidc", ["prompt": ["none", "login"]], "prompt"),
            ("Google", ["prompt": ["none", "consent"]], "prompt"),
            ("Google", ["prompt": ["login"]], "prompt[0]"),
            ("Oidc", ["maxAge": -1], "maxAge"),
        ] as [(String, JSONObject, String)]
    )
    func whatCannotWorkIsRefused(_ provider: String, _ arguments: JSONObject, _ argument: String) async throws {
        try await withEngine(.sqlite) { engine in
            let refusal = try await engine.refusal("project.updateOAuth2\(provider)", arguments)
            #expect(refusal == Refusal("general_argument_invalid", 400, argument))
        }
    }

    @Test(arguments: Backend.available)
    func anOpenIDConnectServerDescribesItselfOrIsDescribed(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let operation = "project.updateOAuth2Oidc"
            let described = try await engine.call(
                operation,
                [
                    "clientId": "a", "clientSecret": "b", "enabled": true, "maxAge": 60, "prompt": ["login"],
                    "wellKnownURL": "https://auth.example.com/.well-known/openid-configuration",
                ]
            )
            let expected: JSON = [
                "$id": "oidc", "enabled": true, "clientId": "a", "clientSecret": "",
                "wellKnownURL": "https://auth.example.com/.well-known/openid-configuration", "authorizationURL": "",
                "tokenURL": "", "userInfoURL": "", "prompt": ["login"], "maxAge": 60,
            ]
            #expect(described == expected)
            let urls: JSONObject = [
                "wellKnownURL": "", "authorizationURL": "https://a.example.com", "tokenURL": "https://b.example.com",
                "userInfoURL": "https://c.example.com", "maxAge": nil,
            ]
            let own = try await engine.call(operation, urls)
            #expect(own["maxAge"]?.isNull == true)
            #expect(own["tokenURL"] == "https://b.example.com")
            #expect(own["enabled"] == true)
        }
    }
}
