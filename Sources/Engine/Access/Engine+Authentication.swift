import Storage
package import Values

extension Engine {
    /// The invocation with the actor that its credential is for.
    /// - Throws: 401 `user_unauthorized` for a secret that opens nothing.
    func authenticated(_ invocation: Invocation) async throws(AppError) -> Invocation {
        guard let credential = invocation.credential else { return invocation }
        var invocation = invocation
        invocation.credential = nil
        invocation.isProven = credential.isSecret
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
        case .key(let text) where text.hasPrefix(EphemeralKey.prefix):
            let (project, now) = (project, clock.now)
            return try await find("API key") { session in
                try EphemeralKey(secret: text, of: project, at: now, in: session).map { .ephemeralKey($0) }
            }
        case .key(let text): return try await apiKey(text)
        case .jwt(let text):
            let now = clock.now
            return try await find("JWT") { try UserToken(text, at: now, in: $0)?.actor }
        }
    }

    private func apiKey(_ secret: String) async throws(AppError) -> Actor {
        let digest = Secret.digest(secret)
        let found = try await translating("Authentication") { () async throws -> StoredRow? in
            try await store.read { session in
                var query = RowQuery(limit: 1)
                query.filters = [.compare("secret", .equal, [.string(digest)])]
                return try session.rows(query, in: Self.keySecrets).first
            }
        }
        guard let row = found else { throw Self.unknown("API key") }
        await noteUse(of: row)
        return .apiKey(row.id)
    }

    /// Notes when a key was used, once a day: that is no reason to make calls wait for a disk, nor to refuse them.
    private func noteUse(of key: StoredRow) async {
        let now = clock.now
        let last = key.values[1].string.flatMap { Timestamp(parsing: $0) }
        if isReadOnly || last.map({ now.milliseconds - $0.milliseconds < Self.day }) == true { return }
        try? await store.write { session in
            guard let row = try session.row(key.id, in: Self.keySecrets) else { return }
            let change = RowChange(updatedAt: row.updatedAt, values: [(1, .string(now.text))])
            _ = try session.update(row.id, change, in: Self.keySecrets)
        }
    }

    private static let day: Int64 = 86_400_000

    private func find(
        _ what: Prose,
        _ body: @escaping @Sendable (any ReadSession) throws -> Actor?
    ) async throws(AppError) -> Actor {
        let found = try await translating("Authentication") { () async throws -> Actor? in
            try await pipeline.store.read(body)
        }
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
        columns: [ColumnLayout("secret", .text), ColumnLayout("accessedAt", .datetime)]
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
