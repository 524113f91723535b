import Values

extension OAuth2Client {
    /// A client for the provider with these settings; a server that describes itself is asked to do so.
    static func make(
        _ settings: OAuth2Settings,
        _ outgoing: any Outgoing,
        at now: Timestamp
    ) async throws -> OAuth2Client {
        guard let flow = OAuth2Flow.all[settings.provider.id] else {
            throw AppError(
                .projectProviderUnsupported,
                "Signing in with \(settings.provider.name) can be set up and not be done yet.",
                argument: "provider",
                hint: "Providers that speak OpenID Connect work as 'oidc'."
            )
        }
        let client = OAuth2Client(settings: settings, flow: flow.filled(settings), outgoing: outgoing, now: now)
        let description = settings.string("wellKnownURL")
        guard !description.isEmpty else { return try client.checked() }
        try client.checkSafe(description)
        return try await client.described(at: description).checked()
    }

    private func checked() throws(AppError) -> OAuth2Client {
        for address in [flow.authorize, flow.token, flow.userInfo] where !address.isEmpty { try checkSafe(address) }
        return self
    }

    /// Secrets and tokens go over HTTPS, which also stands for the signature of ID tokens; within this machine they need
    /// not.
    private func checkSafe(_ address: String) throws(AppError) {
        guard !address.lowercased().hasPrefix("https://") else { return }
        guard let host = URLText.host(of: address), ["localhost", "127.0.0.1"].contains(host) else {
            throw AppError.providerFails(
                provider,
                "has an address that does not begin with https://",
                hint: "Set another one with \(provider.operation)."
            )
        }
    }

    /// The same client with what the server says of itself. Addresses that are set stay as they are.
    private func described(at url: String) async throws -> OAuth2Client {
        let (status, answer) = try await ask("GET", url, [("Accept", "application/json")], nil)
        guard status == 200, let issuer = answer["issuer"]?.string, !issuer.isEmpty else {
            throw AppError.providerFails(provider, "does not describe itself where it should (status \(status))")
        }
        var flow = flow
        func endpoint(_ own: String, _ name: String) -> String { own.isEmpty ? answer[name]?.string ?? "" : own }
        flow.authorize = endpoint(flow.authorize, "authorization_endpoint")
        flow.token = endpoint(flow.token, "token_endpoint")
        flow.userInfo = endpoint(flow.userInfo, "userinfo_endpoint")
        flow.openID = .issuer(issuer)
        // Unless a server says otherwise, it expects the secret in a header.
        let ways = answer["token_endpoint_auth_methods_supported"]?.strings ?? ["client_secret_basic"]
        flow.clientSecret = ways.contains("client_secret_post") ? .body : .basic
        guard [flow.authorize, flow.token].allSatisfy({ Formats.isURL($0) }) else {
            throw AppError.providerFails(provider, "does not say where to sign in")
        }
        return OAuth2Client(settings: settings, flow: flow, outgoing: outgoing, now: now)
    }
}
