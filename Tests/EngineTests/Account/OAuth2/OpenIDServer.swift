import Crypto
import Foundation
import Outgoing
import Synchronization
import TestSupport
import Values

@testable import Engine

/// A provider on this machine that speaks OpenID Connect, well or badly.
final class OpenIDServer: Sendable {
    /// What goes wrong.
    enum Fault: Sendable {
        case token(LocalServer.Reply), userInfo(LocalServer.Reply), description(LocalServer.Reply)
        /// A claim of the ID token, nil for one that is missing.
        case claim(String, JSON?)
        case noIDToken
    }

    struct State: Sendable {
        var user: JSONObject = ["sub": "u-1", "email": "Ann@Example.org", "email_verified": true, "name": "Ann"]
        var fault: Fault?
        var codes: [String: JSON] = [:]
        var count = 0
        var lifetime: Int64 = 3600
    }

    static let secret = "client-secret-4711"

    private let state = Mutex(State())
    private let server = Mutex<LocalServer?>(nil)
    private let clock: ManualClock

    init(_ clock: ManualClock) {
        self.clock = clock
        let new = LocalServer { [self] request in answer(request) }
        server.withLock { $0 = new }
    }

    private var local: LocalServer { server.withLock { $0! } }
    var origin: String { local.origin }
    var requests: [LocalServer.Request] { local.requests }

    func stop() { local.stop() }
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }

    /// What comes back with a user who has signed in at an address.
    func visit(_ url: String) -> JSONObject {
        let query = Self.form(url.split(separator: "?", maxSplits: 1).last.map(String.init) ?? "")
        return state.withLock { state in
            state.count += 1
            state.codes["code-\(state.count)-4711"] = query
            return ["state": query["state"] ?? "", "code": .string("code-\(state.count)-4711")]
        }
    }

    /// The members of a form or query.
    static func form(_ text: String) -> JSON {
        .object(
            JSONObject(
                text.split(separator: "&").map { pair in
                    let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                    return (
                        String(parts[0]).removingPercentEncoding!, .string(String(parts[1]).removingPercentEncoding!)
                    )
                }
            )
        )
    }

    private func answer(_ request: LocalServer.Request) -> LocalServer.Reply {
        state.withLock { state in
            switch (request.path, state.fault) {
            case ("/.well-known/openid-configuration", .description(let reply)?): return reply
            case ("/token", .token(let reply)?), ("/userinfo", .userInfo(let reply)?): return reply
            case ("/.well-known/openid-configuration", _): return description
            case ("/token", _): return tokens(Self.form(request.body), &state)
            case ("/userinfo", _):
                guard request.headers["authorization"]?.hasPrefix("Bearer access-") == true else { return .answer(401) }
                return .answer(200, JSON.object(state.user).text)
            default: return .answer(404)
            }
        }
    }

    private var description: LocalServer.Reply {
        let answer: JSON = [
            "issuer": .string(origin), "authorization_endpoint": .string(origin + "/authorize"),
            "token_endpoint": .string(origin + "/token"), "userinfo_endpoint": .string(origin + "/userinfo"),
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        ]
        return .answer(200, answer.text)
    }

    private func tokens(_ form: JSON, _ state: inout State) -> LocalServer.Reply {
        guard form["client_id"] == "app", form["client_secret"]?.string == Self.secret else {
            return .answer(401, #"{"error":"invalid_client"}"#)
        }
        state.count += 1
        var answer: JSONObject = [
            "access_token": .string("access-\(state.count)-4711"), "token_type": "Bearer",
            "refresh_token": .string("refresh-\(state.count)-4711"), "expires_in": .int(state.lifetime),
        ]
        if form["grant_type"] == "refresh_token" {
            let isKnown = form["refresh_token"]?.string?.hasPrefix("refresh-") == true
            return isKnown ? .answer(200, JSON.object(answer).text) : .answer(400, #"{"error":"invalid_grant"}"#)
        }
        guard let code = form["code"]?.string, let asked = state.codes.removeValue(forKey: code),
            form["redirect_uri"] == asked["redirect_uri"],
            asked["code_challenge"]?.string == Self.challenge(form["code_verifier"]?.string ?? "")
        else { return .answer(400, #"{"error":"invalid_grant"}"#) }
        var claims: JSONObject = [
            "iss": .string(origin), "sub": state.user["sub"] ?? "", "aud": "app",
            "exp": .int(clock.wallClock.now.milliseconds / 1000 + 300), "nonce": asked["nonce"] ?? "",
        ]
        if case .claim(let name, let value)? = state.fault { claims[name] = value }
        if case .noIDToken? = state.fault {
        } else {
            answer["id_token"] = .string("e30.\(JWT.encode(JSON.object(claims).encoded)).c2ln")
        }
        return .answer(200, JSON.object(answer).text)
    }

    private static func challenge(_ verifier: String) -> String {
        JWT.encode(Array(SHA256.hash(data: Array(verifier.utf8))))
    }
}

/// Runs a test on an engine whose users can sign in with a provider on this machine.
func withProvider(
    _ backend: Backend,
    _ body: (_ engine: TestEngine, _ provider: OpenIDServer) async throws -> Void
) async throws {
    let (folder, keys) = (try TemporaryFolder(), try TemporaryFolder())
    let clock = ManualClock()
    let (provider, outgoing) = (OpenIDServer(clock), HTTPOutgoing(allowsPrivate: true))
    let engine = TestEngine(
        backend,
        folder,
        clock: clock,
        key: .named(try makeKey(keys)),
        outgoing: outgoing
    )
    let result: Result<Void, any Error>
    do {
        try await engine.setUp(provider)
        result = .success(try await body(engine, provider))
    } catch { result = .failure(error) }
    provider.stop()
    await outgoing.close()
    await engine.engine.close()
    await backend.remove(folder)
    keys.remove()
    try result.get()
}

extension TestEngine {
    fileprivate func setUp(_ provider: OpenIDServer) async throws {
        try await call(
            "project.updateOAuth2Oidc",
            [
                "clientId": "app", "clientSecret": .string(OpenIDServer.secret), "enabled": true,
                "wellKnownURL": .string(provider.origin + "/.well-known/openid-configuration"),
            ]
        )
    }

    static let success = "http://localhost/in"

    /// Begins a sign-in, and comes back from the provider.
    /// - Returns: the arguments with which it ends.
    func visit(
        _ provider: OpenIDServer,
        _ operation: String = "account.createOAuth2Session",
        _ more: JSONObject = [:],
        as actor: Actor = .guest
    ) async throws -> JSONObject {
        var arguments: JSONObject = ["provider": "oidc", "success": .string(Self.success)]
        for (name, value) in more.members { arguments[name] = value }
        let url = try await call(operation, arguments, as: actor)["url"]?.string ?? ""
        var back = provider.visit(url)
        back["provider"] = "oidc"
        return back
    }

    static let finish = "account.getSessionsOAuth2Redirect"

    /// Signs somebody in with the provider.
    @discardableResult
    func enter(_ provider: OpenIDServer, as actor: Actor = .guest) async throws -> JSON {
        try await call(Self.finish, try await visit(provider, as: actor), as: actor)
    }
}
