import TestSupport
import Testing
import Values

@Suite("Servers on this machine")
struct PrivateTargetTests {
    @Test("get requests only where that is allowed")
    func option() throws {
        let server = LocalServer { request in
            let origin = "http://127.0.0.1:\(request.headers["host"]?.split(separator: ":").last ?? "")"
            let description: JSON = [
                "issuer": .string(origin), "authorization_endpoint": .string(origin + "/authorize"),
                "token_endpoint": .string(origin + "/token"),
            ]
            return .answer(200, description.text)
        }
        defer { server.stop() }
        let folder = try TestFolder()
        func run(_ words: [String], environment: [String: String] = [:]) throws -> CommandRun {
            try CommandRun(["run", "--data", folder.path] + words, environment: environment)
        }
        let place = "wellKnownURL=\(server.origin)/.well-known/openid-configuration"
        let settings = ["clientId=a", "clientSecret=b", "enabled=true", place]
        #expect(try run(["project.updateOAuth2Oidc"] + settings).status == 0)
        let begin = ["account.createOAuth2Session", "provider=oidc"]
        let refused = try run(begin)
        #expect(refused.status == 1)
        #expect(refused.errorType == "user_oauth2_provider_error")
        #expect(refused.error.contains("--allow-private-webhooks"))
        #expect(server.requests.isEmpty)
        for allowed in [
            try run(begin + ["--allow-private-webhooks"]),
            try run(begin, environment: ["TANDEM_ALLOW_PRIVATE_WEBHOOKS": "1"]),
        ] {
            #expect(allowed.json?["url"]?.string?.hasPrefix(server.origin + "/authorize?") == true)
        }
    }
}
