import Values

/// What was stored for a provider that users sign in with.
struct OAuth2Settings: Sendable {
    let provider: OAuth2Provider
    /// Whether users can sign in with it.
    private(set) var isEnabled: Bool
    /// The id of the app at the provider; empty where none was set.
    private(set) var clientID: String
    private(set) var clientSecret: String
    /// The values of the provider's further fields, by their names.
    private(set) var values: JSONObject

    init(_ provider: OAuth2Provider, _ stored: StoredSettings) {
        self.provider = provider
        isEnabled = stored.value["enabled"] == true
        clientID = stored.value[provider.clientID]?.string ?? ""
        clientSecret = stored.secret[provider.clientSecret]?.string ?? ""
        values = JSONObject(provider.fields.map { ($0.name, stored.value[$0.name] ?? $0.standard) })
    }

    /// A further field that is a text; empty where none was set.
    func string(_ name: String) -> String { values[name]?.string ?? "" }

    var stored: StoredSettings {
        var stored = StoredSettings(value: ["enabled": .bool(isEnabled), provider.clientID: .string(clientID)])
        for (name, value) in values.members { stored.value[name] = value }
        if !clientSecret.isEmpty { stored.secret = [provider.clientSecret: .string(clientSecret)] }
        return stored
    }

    /// As it is answered: the secret never is.
    var json: JSON {
        var object: JSONObject = [
            "$id": .string(provider.id), "enabled": .bool(isEnabled), provider.clientID: .string(clientID),
            provider.clientSecret: "",
        ]
        object.members += values.members
        return .object(object)
    }

    /// Takes over what a call gives; the rest stays.
    /// - Throws: 400 `general_argument_invalid` for what can't work.
    mutating func change(_ arguments: JSONObject) throws(AppError) {
        if let given = arguments[provider.clientID]?.string { clientID = given }
        if let given = arguments[provider.clientSecret]?.string { clientSecret = given }
        for field in provider.fields {
            guard let given = arguments[field.name] else { continue }
            values[field.name] = given
        }
        if let given = arguments["enabled"]?.bool { isEnabled = given }
        try checkPrompt()
        if isEnabled { try checkComplete() }
    }

    private func checkPrompt() throws(AppError) {
        guard let prompt = values["prompt"]?.strings, prompt.contains("none"), prompt.count > 1 else { return }
        throw AppError(
            .generalArgumentInvalid,
            "'prompt' can't ask for none and something else.",
            argument: "prompt",
            hint: "Write [\"none\"], or leave none out."
        )
    }

    /// - Throws: what is missing to sign in with the provider.
    private func checkComplete() throws(AppError) {
        var missing: [String] = []
        if clientID.isEmpty { missing.append(provider.clientID) }
        if clientSecret.isEmpty { missing.append(provider.clientSecret) }
        missing += provider.fields.filter { $0.isNeeded && string($0.name).isEmpty }.map(\.name)
        // A server that describes itself needs no addresses.
        if values["wellKnownURL"] == "" {
            missing += ["authorizationURL", "tokenURL", "userInfoURL"].filter { string($0).isEmpty }
        }
        guard let first = missing.first else { return }
        throw AppError(
            .generalArgumentInvalid,
            "Signing in with \(provider.name) needs \(missing.map { "'\($0)'" }.joined(separator: ", ")) too.",
            argument: "\(first)",
            hint: "Give what is missing with \(provider.operation), or set \"enabled\" to false."
        )
    }
}
