import Storage
import Values

/// What the rights of a user depend on, as of one state of the store.
///
/// The user's `stamp` moves with everything in here, so that what was read under a stamp holds as long as the stamp does.
final class Identity: Sendable {
    struct Session: Sendable, Equatable {
        let id: String
        let expire: Timestamp
        let factors: [String]
        /// When a second factor was last given; nil when none was.
        let mfaUpdatedAt: Timestamp?
    }

    let user: String
    let stamp: Int64
    /// Whether it isn't blocked.
    let isActive: Bool
    /// Whether it asks for a second factor.
    let needsFactors: Bool
    /// Whether it may act as other users.
    let isImpersonator: Bool
    /// What it can show as a second factor; known where it asks for one only.
    let factors: [Factor]
    let roles: Roles
    private let sessions: [String: Session]

    /// Reads what is known of a user.
    /// - Parameter row: a row of ``rights``.
    init(_ row: StoredRow, _ session: any ReadSession) throws {
        let record = Record(row, Self.rights)
        user = row.id
        stamp = record["stamp"].int ?? 0
        isActive = record.bool("status")
        needsFactors = record.bool("mfa")
        isImpersonator = record.bool("impersonator")
        let isVerified = record.bool("emailVerification") || record.bool("phoneVerification")
        factors = try needsFactors ? Self.factors(record, session) : []
        var roles = ["any", "users", "user:\(row.id)"]
        let state = isVerified ? "verified" : "unverified"
        roles += ["users/\(state)", "user:\(row.id)/\(state)"]
        roles += record.strings("labels").map { "label:\($0)" }
        let memberships = try Self.all(of: row.id, in: IdentityTables.memberships, session).map {
            Record($0, IdentityTables.memberships)
        }
        for membership in memberships where membership.bool("confirm") {
            let team = membership.string("team")
            roles += ["team:\(team)", "member:\(membership.row.id)"]
            roles += membership.strings("roles").map { "team:\(team)/\($0)" }
        }
        self.roles = Roles(roles)
        let known = try Self.all(of: row.id, in: Self.sessions, session).map { row in
            let record = Record(row, Self.sessions)
            return Session(
                id: row.id,
                expire: record["expire"].string.flatMap { Timestamp(parsing: $0) } ?? row.createdAt,
                factors: record.strings("factors"),
                mfaUpdatedAt: record["mfaUpdatedAt"].string.flatMap { Timestamp(parsing: $0) }
            )
        }
        sessions = Dictionary(uniqueKeysWithValues: known.map { ($0.id, $0) })
    }

    /// The factors that a user has shown to work.
    private static func factors(_ user: Record, _ session: any ReadSession) throws -> [Factor] {
        var factors: [Factor] = []
        let apps = try all(of: user.row.id, in: authenticators, session)
        if apps.contains(where: { Record($0, authenticators).bool("verified") }) { factors.append(.totp) }
        for (channel, factor) in [(Channel.email, Factor.email), (.phone, .phone)]
        where !user.string(channel.rawValue).isEmpty && user.bool(channel.column) {
            factors.append(factor)
        }
        return factors
    }

    /// The session with this id, unless it has expired.
    func session(_ id: String, at now: Timestamp) -> Session? {
        sessions[id].flatMap { $0.expire > now ? $0 : nil }
    }

    /// The part of a user's row that rights depend on.
    static let rights = IdentityTables.users.part(
        [
            "status", "labels", "email", "phone", "emailVerification", "phoneVerification", "mfa", "impersonator",
            "stamp",
        ]
    )
    /// The part that says whether something has changed.
    static let stamp = IdentityTables.users.part(["stamp"])
    /// A stamp that was never used before and never will be.
    static func newStamp() -> Int64 { .random(in: 1...(1 << 53) - 1) }

    private static let authenticators = IdentityTables.authenticators.part(["user", "verified"])
    private static let sessions = IdentityTables.sessions.part(["user", "expire", "factors", "mfaUpdatedAt"])

    private static func all(of user: String, in table: TableLayout, _ session: any ReadSession) throws -> [StoredRow] {
        var query = RowQuery(limit: 1000)
        query.filters = [.compare("user", .equal, [.string(user)])]
        var result: [StoredRow] = []
        while true {
            let page = try session.rows(query, in: table)
            result += page
            guard page.count == query.limit, let last = page.last else { return result }
            query.position = RowQuery.Position(values: [.string(last.sequence)], isBackward: false)
        }
    }
}
