import Crypto
import Storage
import Values

/// What binds the end of a sign-in to its beginning.
struct OAuth2Proof: Sendable {
    /// Shown to the provider when the code is exchanged (RFC 7636).
    var verifier: String

    static func make() -> OAuth2Proof { OAuth2Proof(verifier: Secret.random(length: 64)) }

    /// What the provider sees of the verifier beforehand.
    var challenge: String { JWT.encode(Array(SHA256.hash(data: Array(verifier.utf8)))) }

    /// What the ID token has to repeat.
    var nonce: String { Secret.digest("nonce " + verifier) }
}

/// A sign-in that is about to begin.
struct NewOAuth2Attempt: Sendable {
    /// What comes back with the user; only its digest is kept.
    let state = Secret.random(length: 64)
    let proof = OAuth2Proof.make()
    var outcome: OAuth2Attempt.Outcome
    var provider: String
    /// Who is signed in already and gets another way in; empty for nobody.
    var user: String
    var success: String
    var failure: String
    var callback: String

    /// How long the user may take at the provider, in seconds.
    private static let time: Int64 = 600
    /// How many that nobody came back from go with a new one at the most.
    private static let sweep = 100

    func begin(_ context: WriteContext) throws {
        let table = IdentityTables.oauth2Attempts
        try context.removeExpired(from: table, atMost: Self.sweep)
        let fields: JSONObject = [
            "secret": .string(Secret.digest(state)), "provider": .string(provider),
            "outcome": .string(outcome.rawValue), "user": .string(user), "success": .string(success),
            "failure": .string(failure), "callback": .string(callback), "verifier": .string(proof.verifier),
            "expire": .string(context.now.adding(seconds: Self.time).text),
        ]
        try context.insert(context.call.clock.makeID(), fields, into: table)
    }
}

/// A sign-in that has begun: the user is at the provider.
struct OAuth2Attempt: Sendable {
    /// What the user gets in the end.
    enum Outcome: String, Sendable {
        case session, token

        /// The operation with which it begins.
        var operation: String {
            switch self {
            case .session: "account.createOAuth2Session"
            case .token: "account.createOAuth2Token"
            }
        }
    }

    let row: StoredRow

    private var record: Record { Record(row, IdentityTables.oauth2Attempts) }

    var outcome: Outcome { Outcome(rawValue: record.string("outcome")) ?? .session }
    var provider: String { record.string("provider") }
    /// Who is signed in already; empty for nobody.
    var user: String { record.string("user") }
    var success: String { record.string("success") }
    var failure: String { record.string("failure") }
    var callback: String { record.string("callback") }
    var proof: OAuth2Proof { OAuth2Proof(verifier: record.string("verifier")) }
    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }

    /// The sign-in that a state belongs to.
    static func find(_ state: String, _ context: ReadContext) throws -> OAuth2Attempt? {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("secret", .equal, [.string(Secret.digest(state))])]
        return try context.session.rows(query, in: IdentityTables.oauth2Attempts).first.map { OAuth2Attempt(row: $0) }
    }

    /// Ends it, whatever comes of it: a state is good once.
    func end(_ context: WriteContext) throws {
        _ = try context.writer.delete(row.id, from: IdentityTables.oauth2Attempts)
    }
}
