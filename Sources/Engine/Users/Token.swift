import Storage
import Values

/// A secret that is good for one step: to sign in, to verify an address, to set a new password.
struct Token: Sendable {
    /// What it is good for.
    enum Kind: String, Sendable, CaseIterable {
        /// Made by the project for a user, to sign in with.
        case generic
        case magicURL, email, phone, oauth2
        case recovery, emailVerification, phoneVerification
    }

    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.tokens) }

    var id: String { row.id }
    var user: String { record.string("user") }
    var kind: Kind? { Kind(rawValue: record.string("kind")) }
    var details: JSON { record["details"] }
    var expire: Timestamp { record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt }

    /// The token as an answer.
    /// - Parameter secret: shown to the key once, when it is made.
    func json(secret: String = "", phrase: String = "") -> JSON {
        [
            "$id": .string(id), "$createdAt": .string(row.createdAt.text), "userId": .string(user),
            "secret": .string(secret), "expire": .string(expire.text), "phrase": .string(phrase),
        ]
    }
}

extension WriteContext {
    /// Makes a token, of which only a digest is kept. Those of the user that have expired go.
    /// - Parameter seconds: how long it is good.
    func addToken(_ kind: Token.Kind, _ secret: String, for user: String, seconds: Int64, details: JSON = .null) throws
        -> Token
    {
        let expired = try rows(of: user, in: IdentityTables.tokens).map { Token($0) }.filter { $0.expire <= now }
        if !expired.isEmpty { _ = try writer.delete(expired.map(\.id), from: IdentityTables.tokens) }
        let fields: JSONObject = [
            "user": .string(user), "kind": .string(kind.rawValue), "secret": .string(Secret.digest(secret)),
            "expire": .string(now.adding(seconds: seconds).text), "details": details,
        ]
        return Token(try add(call.clock.makeID(), fields, to: IdentityTables.tokens))
    }

    /// Uses a token up.
    /// - Returns: nil where the user has none of these kinds with this secret, or it has expired.
    func takeToken(_ kinds: Set<Token.Kind>, _ secret: String, of user: String) throws -> Token? {
        guard let found = try token(kinds, secret, of: user),
            try writer.delete(found.id, from: IdentityTables.tokens)
        else { return nil }
        return found
    }
}

extension ReadContext {
    /// The token of a user with this secret.
    /// - Returns: nil where the user has none of these kinds with this secret, or it has expired.
    func token(_ kinds: Set<Token.Kind>, _ secret: String, of user: String) throws -> Token? {
        try rows(of: user, in: IdentityTables.tokens).first { row in
            let token = Token(row)
            guard let kind = token.kind, kinds.contains(kind), token.expire > now else { return false }
            return Secret.matches(secret, Record(row, IdentityTables.tokens).string("secret"))
        }.map { Token($0) }
    }
}
