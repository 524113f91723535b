import Catalog
import Storage
import Values

/// What an API key may do.
enum APIKey {
    /// - Throws: 401 `general_unauthorized_scope` for a key that is gone or lacks every scope of the operation, 401
    ///   `project_key_expired`.
    static func check(_ id: String, for operation: Operation, at now: Timestamp, in session: any ReadSession) throws {
        guard let row = try session.row(id, in: IdentityTables.keys) else {
            throw AppError(
                .generalUnauthorizedScope,
                "There is no API key '\(id)'.",
                argument: "as",
                hint: "project.listKeys shows the keys, project.createKey makes one."
            )
        }
        let record = Record(row, IdentityTables.keys)
        if let expire = record["expire"].string.flatMap({ Timestamp(parsing: $0) }), expire <= now {
            throw AppError(
                .projectKeyExpired,
                "The API key '\(id)' has expired.",
                argument: "as",
                hint: "project.updateKey sets another end."
            )
        }
        let scopes = record.strings("scopes")
        guard operation.scopes.isEmpty || operation.scopes.contains(where: scopes.contains) else {
            throw AppError(
                .generalUnauthorizedScope,
                "\(operation.id) needs the scope \(operation.scopes.joined(separator: " or ")), which the API key "
                    + "'\(id)' does not have.",
                hint: "project.updateKey changes its scopes."
            )
        }
    }
}
