import Catalog
import Storage
import Synchronization
import Values

/// Finds out what an actor may do as of the state that a session sees, so that a change of rights takes effect with its
/// commit.
///
/// What was read of a user is kept in memory under the user's stamp; a call then costs one look at the stamp.
final class Callers: Sendable {
    /// The stamp of a user as a session sees it.
    struct Stamp {
        /// nil when there is no such user.
        let value: Int64?

        /// - Parameter row: a row of ``Identity/stamp``.
        init(_ row: StoredRow?) { value = row.map { $0.values[0].int ?? 0 } }
    }

    /// An API key as it was in a state of the store.
    private struct KnownKey {
        let key: APIKey
        let digest: String?
        let mark: StateMark
    }

    private let known = Mutex<[String: Identity]>([:])
    private let keys = Mutex<[String: KnownKey]>([:])

    /// How many users are kept in memory, and how many keys.
    private static let (maximum, maximumKeys) = (10_000, 1000)

    /// - Throws: 404 `user_not_found`, 403 `user_blocked`, 401 `user_unauthorized` for a session that has ended, 401
    ///   `user_more_factors_required` for one that lacks a second factor, 401 `user_unauthorized` for one who acts as
    ///   another user and may not; for API keys 401 `project_key_expired` and
    ///   `general_unauthorized_scope`.
    func caller(
        _ actor: Actor,
        for operation: Operation,
        at now: Timestamp,
        in session: any ReadSession,
        stamp: Stamp? = nil,
        key: APIKey? = nil,
        keyDigest: String? = nil
    ) throws -> Caller {
        switch actor {
        case .key, .guest: return Caller(actor)
        case .apiKey(let id):
            try (key ?? APIKey(id, in: session, digest: keyDigest)).check(for: operation, at: now)
            return Caller(actor)
        case .ephemeralKey(let key):
            try APIKey(key).check(for: operation, at: now)
            return Caller(actor)
        case .administrator(let administrator):
            try administrator.check(for: operation)
            return Caller(actor)
        case .user(let id):
            let identity = try active(id, in: session, stamp)
            try check(identity, actor, for: operation)
            return Caller(actor, identity)
        case .impersonated(let impersonation):
            return try caller(impersonation, for: operation, at: now, in: session, stamp: stamp)
        case .session(let user, let id):
            let identity = try active(user, in: session, stamp)
            guard let own = identity.session(id, at: now) else {
                throw AppError(
                    .userUnauthorized,
                    "The session '\(id)' of the user '\(user)' has ended.",
                    argument: "as",
                    hint: "Sign in again, for example with account.createEmailPasswordSession."
                )
            }
            try FactorRule.check(own, of: identity, for: operation, in: session)
            try check(identity, actor, for: operation)
            return Caller(actor, identity, session: own)
        }
    }

    /// Refuses users what only impersonators among them may ask for.
    private func check(_ identity: Identity, _ actor: Actor, for operation: Operation) throws(AppError) {
        guard Access.isForImpersonators(operation, actor), !identity.isImpersonator else { return }
        throw Access.keyOnly(operation, actor)
    }

    /// What is known of a user who may act.
    func active(_ id: String, in session: any ReadSession, _ stamp: Stamp?) throws -> Identity {
        guard let identity = try identity(id, in: session, stamp: stamp) else {
            throw AppError(
                .userNotFound,
                "There is no user '\(id)'.",
                argument: "as",
                hint: "users.list shows the users, users.create makes one."
            )
        }
        guard identity.isActive else {
            throw AppError(
                .userBlocked,
                "The user '\(id)' is blocked.",
                argument: "as",
                hint: "users.updateStatus with \"status\": true lets it act again."
            )
        }
        return identity
    }

    /// What the session sees of a user; nil when there is none.
    func identity(_ id: String, in session: any ReadSession, stamp: Stamp? = nil) throws -> Identity? {
        guard let stamp = try (stamp ?? Stamp(session.row(id, in: Identity.stamp))).value else { return nil }
        if let identity = known.withLock({ $0[id] }), identity.stamp == stamp { return identity }
        guard let row = try session.row(id, in: Identity.rights) else { return nil }
        let identity = try Identity(row, session)
        // A stamp is never used twice, so what a transaction saw of its own changes does no harm if they don't last.
        known.withLock { known in
            if known.count >= Self.maximum { known.removeAll() }
            known[id] = identity
        }
        return identity
    }

    /// An API key as it was read in this state of the store; nil where it was not.
    /// - Parameter digest: what must be stored of its secret; nil where the key is only named.
    func key(_ id: String, digest: String?, at mark: StateMark) -> APIKey? {
        guard let known = keys.withLock({ $0[id] }), known.mark == mark, known.digest == digest else { return nil }
        return known.key
    }

    /// Keeps an API key that was read.
    /// - Parameter mark: the state before it was read.
    func keep(_ key: APIKey, digest: String?, at mark: StateMark) {
        keys.withLock { keys in
            if keys.count >= Self.maximumKeys { keys.removeAll() }
            keys[key.id] = KnownKey(key: key, digest: digest, mark: mark)
        }
    }
}
