import Catalog
import Storage
import Values

/// What an API key may do, and until when.
struct APIKey: Sendable {
    let id: String
    let scopes: [String]
    /// nil for one without an end.
    let expire: Timestamp?

    static let prefix = "standard_"

    /// A secret for a new key.
    static func newSecret() -> String { prefix + Secret.random(length: 256) }

    /// - Parameter digest: what must be stored of its secret; nil where the key is only named.
    /// - Throws: 401 `general_unauthorized_scope` for a key that is gone.
    init(_ id: String, in session: any ReadSession, digest: String? = nil) throws {
        let row = try session.row(id, in: IdentityTables.keys)
        guard let row, digest == nil || digest == Record(row, IdentityTables.keys).string("secret") else {
            throw AppError(
                .generalUnauthorizedScope,
                "There is no API key '\(id)'.",
                argument: "as",
                hint: "project.listKeys shows the keys, project.createKey makes one."
            )
        }
        let record = Record(row, IdentityTables.keys)
        self.id = id
        scopes = record.strings("scopes")
        expire = record["expire"].string.flatMap { Timestamp(parsing: $0) }
    }

    init(_ key: EphemeralKey) {
        id = key.id
        scopes = key.scopes
        expire = key.expire
    }

    /// The scopes that bind an actor; nil for one who is no API key.
    static func scopes(of actor: Actor, in session: any ReadSession) throws -> [String]? {
        switch actor {
        case .apiKey(let id): try APIKey(id, in: session).scopes
        case .ephemeralKey(let key): key.scopes
        case .key, .guest, .user, .session, .impersonated, .administrator: nil
        }
    }

    /// - Throws: 401 `project_key_expired`, 401 `general_unauthorized_scope` for a key that lacks every scope of the
    ///   operation.
    func check(for operation: Operation, at now: Timestamp) throws(AppError) {
        if let expire, expire <= now {
            throw AppError(
                .projectKeyExpired,
                "The API key '\(id)' has expired.",
                argument: "as",
                hint: "project.updateKey sets another end of a key that is kept."
            )
        }
        guard operation.scopes.isEmpty || operation.scopes.contains(where: scopes.contains) else {
            throw AppError(
                .generalUnauthorizedScope,
                "\(operation.id) needs the scope \(operation.scopes.joined(separator: " or ")), which the API key "
                    + "'\(id)' does not have.",
                hint: "project.updateKey changes the scopes of a key that is kept."
            )
        }
    }
}
