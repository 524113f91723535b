import Storage
import Values

/// An authenticator app of a user.
struct Authenticator: Sendable {
    /// The only type there is.
    static let totp = "totp"

    let row: StoredRow

    init(_ row: StoredRow) { self.row = row }

    private var record: Record { Record(row, IdentityTables.authenticators) }

    var id: String { row.id }
    var type: String { record.string("type") }
    /// Whether the user has shown a code of it.
    var isVerified: Bool { record.bool("verified") }
    /// The period of the code that was taken last; 0 where none was.
    private var lastStep: Int64 { record["step"].int ?? 0 }

    /// The period whose code this is; nil for a code that is wrong, too old, or was taken before.
    func step(of code: String, at moment: Timestamp) -> Int64? {
        guard let secret = record["secret"].string.flatMap({ Base32.decode($0) }) else { return nil }
        return TOTP(secret: secret).step(of: code, at: moment, after: lastStep)
    }
}

extension ReadContext {
    /// The authenticator app of a user; nil where it has none.
    func authenticator(of user: String) throws -> Authenticator? {
        try rows(of: user, in: IdentityTables.authenticators).map { Authenticator($0) }
            .first { $0.type == Authenticator.totp }
    }
}
