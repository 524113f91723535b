import Storage
import Values

/// `account.createOAuth2Session` and `createOAuth2Token`: they answer where the user goes to sign in.
struct OAuth2Beginning: Sendable {
    let outgoing: any Outgoing
    /// Where clients reach this process; nil where that is not known.
    let address: String?
    let project: String

    var all: [Handler] { [handler(.session), handler(.token)] }

    private func handler(_ outcome: OAuth2Attempt.Outcome) -> Handler {
        Handler(ids: [outcome.operation]) { call in
            Work(body: .apart { pipeline in try await begin(outcome, call, pipeline) })
        }
    }

    private func begin(
        _ outcome: OAuth2Attempt.Outcome,
        _ call: Call,
        _ pipeline: Pipeline
    ) async throws -> Response {
        @Sendable func url(_ name: String) -> String { call.optional(name)?.string ?? "" }
        let provider = OAuth2Provider.named(call.string("provider"))!
        let settings = try await pipeline.look(call) { context in
            for name in ["success", "failure", "callback"] where !url(name).isEmpty {
                try context.checkHost(of: url(name), argument: name)
            }
            return try context.enabled(provider)
        }
        let client = try await OAuth2Client.make(settings, outgoing, at: call.now)
        let attempt = NewOAuth2Attempt(
            outcome: outcome,
            provider: provider.id,
            user: call.actor.userID ?? "",
            success: url("success"),
            failure: url("failure"),
            callback: url("callback").isEmpty ? try callback(of: provider) : url("callback")
        )
        try await pipeline.store.write { session in
            try attempt.begin(try WriteContext(call, writing: session, pipeline))
        }
        let there = client.address(of: attempt, scopes: call.arguments["scopes"]?.strings ?? [])
        return Response(["url": .string(there)])
    }

    /// Where a provider sends users back to.
    /// - Throws: 412 `project_provider_disabled` where this process does not know its own address.
    private func callback(of provider: OAuth2Provider) throws(AppError) -> String {
        guard let address else {
            throw AppError(
                .projectProviderDisabled,
                "\(provider.name) can't send users back: this process does not know the address under which they reach it.",
                argument: "provider",
                hint: "Start it with --public-url, such as https://api.example.com."
            )
        }
        return "\(address)/v1/account/sessions/oauth2/callback/\(provider.id)/\(project)"
    }
}

extension ReadContext {
    /// The settings of a provider with which users can sign in.
    /// - Throws: 412 `project_provider_disabled`.
    func enabled(_ provider: OAuth2Provider) throws -> OAuth2Settings {
        let settings = try settings.oauth2(provider)
        guard settings.isEnabled else {
            throw AppError(
                .projectProviderDisabled,
                "Signing in with \(provider.name) is switched off in this project.",
                argument: "provider",
                hint: "Its owner sets it up with \(provider.operation) and \"enabled\": true."
            )
        }
        return settings
    }
}
