import Storage
package import Values

extension Engine {
    /// The invocation with the actor that its credential is for.
    /// - Throws: 401 `user_unauthorized` for a secret that opens nothing.
    func authenticated(_ invocation: Invocation) async throws(AppError) -> Invocation {
        guard let credential = invocation.credential else { return invocation }
        var invocation = invocation
        invocation.credential = nil
        invocation.actor = try await actor(of: credential)
        return invocation
    }

    /// The actor that a credential is for.
    /// - Throws: 401 for a secret that opens nothing, or no longer.
    package func actor(of credential: Credential) async throws(AppError) -> Actor {
        switch credential {
        case .actor(let actor): return actor
        case .session(let text):
            guard let token = SessionToken(text) else { throw Self.unknown("session") }
            return try await find("session") { session in
                var query = RowQuery(limit: 1000)
                query.filters = [.compare("user", .equal, [.string(token.user)])]
                let rows = try session.rows(query, in: Self.sessionSecrets)
                let mine = rows.first { Secret.matches(token.secret, $0.values[1].string ?? "") }
                return mine.map { .session(user: token.user, id: $0.id) }
            }
        case .key(let text):
            return try await find("API key") { session in
                var query = RowQuery(limit: 1)
                query.filters = [.compare("secret", .equal, [.string(Secret.digest(text))])]
                return try session.rows(query, in: Self.keySecrets).first.map { .apiKey($0.id) }
            }
        case .jwt: throw Self.unknown("JWT")
        }
    }

    private func find(
        _ what: Prose,
        _ body: @escaping @Sendable (any ReadSession) throws -> Actor?
    ) async throws(AppError) -> Actor {
        let found = try await translating("Authentication") { () async throws -> Actor? in try await store.read(body) }
        guard let found else { throw Self.unknown(what) }
        return found
    }

    private static func unknown(_ what: Prose) -> AppError {
        AppError(
            .userUnauthorized,
            "The \(what) is not known here, or is no longer good.",
            argument: "as",
            hint: "Sign in again, or make a new one."
        )
    }

    private static let sessionSecrets = TableLayout(
        databaseID: nil,
        tableID: "sessions",
        incarnation: "",
        columns: [ColumnLayout("user", .text), ColumnLayout("secret", .text)]
    )
    private static let keySecrets = TableLayout(
        databaseID: nil,
        tableID: "keys",
        incarnation: "",
        columns: [ColumnLayout("secret", .text)]
    )
}

/// The secret of a session as it is given away: base64 of `{"id":USER,"secret":SECRET}`.
struct SessionToken: Sendable, Equatable {
    var user: String
    var secret: String

    init(user: String, secret: String) {
        self.user = user
        self.secret = secret
    }

    /// nil for text that is none.
    init?(_ text: String) {
        guard let bytes = Base64.decode(text.utf8), let json = try? JSON(parsing: bytes),
            let user = json["id"]?.string, let secret = json["secret"]?.string, ID.isValid(user)
        else { return nil }
        self.init(user: user, secret: secret)
    }

    var text: String { Base64.encode((["id": .string(user), "secret": .string(secret)] as JSON).encoded) }
}
