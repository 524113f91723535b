import Values

extension AppError {
    /// A provider that gives no answer, or none that can be used.
    /// - Parameter what: the rest of a sentence that begins with its name.
    static func providerFails(_ provider: OAuth2Provider, _ what: Prose, hint: Prose? = nil) -> AppError {
        AppError(
            .userOauth2ProviderError,
            "\(provider.name) \(what).",
            argument: "provider",
            hint: hint ?? "Try again; if it stays so, look at the settings with project.getOAuth2Provider."
        )
    }

    /// A provider that says no.
    /// - Parameter answer: in which `error` says why; that is quoted where it is a word of the standard's form.
    static func providerRefuses(_ provider: OAuth2Provider, _ code: ErrorCode, _ answer: JSON) -> AppError {
        let word = answer["error"]?.string ?? ""
        let why: Prose = isWord(word) ? " with '\(word)'" : ""
        return AppError(
            code,
            "\(provider.name) refuses the sign-in\(why).",
            argument: "provider",
            hint: "Begin anew. If it stays so, compare id, secret and redirect address with those at the provider."
        )
    }

    private static func isWord(_ text: String) -> Bool {
        (1...60).contains(text.utf8.count)
            && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x41...0x5A).contains($0) || $0 == 0x5F }
    }

    /// A user who has said no to the provider, or whom the provider has turned away.
    static func turnedAway(_ provider: OAuth2Provider, _ word: String) -> AppError {
        let why: Prose = isWord(word) ? ": '\(word)'" : ""
        return AppError(
            .userOauth2ProviderError,
            "\(provider.name) has not signed the user in\(why).",
            argument: "error",
            hint: "Begin anew with account.createOAuth2Session."
        )
    }

    /// What is said about every state that opens nothing.
    static let unknownState = AppError(
        .userOauth2BadRequest,
        "The state belongs to no sign-in that has begun here, was used already, or has expired.",
        argument: "state",
        hint: "Begin anew with account.createOAuth2Session; there are ten minutes for it."
    )
}
