import Catalog
import Storage
import Values

extension Engine {
    /// The invocation with the actor that it is to have where its caller names a user to act as.
    ///
    /// A guest is left a guest: programs name a user before they sign in, and a guest gains nothing by it.
    /// - Throws: 401 `user_unauthorized` for who may act as nobody else, 404 `user_not_found`.
    func impersonating(_ invocation: Invocation) async throws(AppError) -> Invocation {
        guard let named = invocation.impersonated else { return invocation }
        var invocation = invocation
        invocation.impersonated = nil
        invocation.actor = try await impersonation(of: named, by: invocation.actor ?? ownActor)
        return invocation
    }

    /// Somebody as the user whom it names.
    func impersonation(of named: UserReference, by actor: Actor) async throws(AppError) -> Actor {
        let (impersonator, session): (String, String?)
        switch actor {
        case .guest: return actor
        case .user(let id): (impersonator, session) = (id, nil)
        case .session(let user, let id): (impersonator, session) = (user, id)
        case .key, .apiKey, .ephemeralKey, .administrator, .impersonated: throw Impersonation.refusal(of: actor)
        }
        let callers = pipeline.callers
        return try await translating("Impersonation") { () async throws -> Actor in
            try await pipeline.store.read { store in
                // Nobody else is to find out with it which users there are.
                guard try callers.identity(impersonator, in: store)?.isImpersonator == true else {
                    throw Impersonation.refusal(of: actor)
                }
                guard let user = try Self.find(named, in: store) else {
                    throw AppError(
                        .userNotFound,
                        "There is no user as whom to act by the id, e-mail address or phone number of the request.",
                        hint: "users.list shows the users, to an impersonator too."
                    )
                }
                return .impersonated(Impersonation(impersonator: impersonator, session: session, user: user))
            }
        }
    }

    private static func find(_ named: UserReference, in store: any ReadSession) throws -> String? {
        let (column, value): (String, String)
        switch named {
        case .id(let id): return try store.row(id, in: Identity.stamp)?.id
        case .email(let email): (column, value) = ("email", email.lowercased())
        case .phone(let phone): (column, value) = ("phone", phone)
        }
        guard !value.isEmpty else { return nil }
        var query = RowQuery(limit: 1)
        query.filters = [.compare(column, .equal, [.string(value)])]
        return try store.rows(query, in: addresses).first?.id
    }

    private static let addresses = IdentityTables.users.part(["email", "phone"])
}

extension Impersonation {
    /// Refuses somebody who may not act as another user.
    static func refusal(of actor: Actor) -> AppError {
        AppError(
            .userUnauthorized,
            "\(actor) may not act as another user: only users may who are impersonators.",
            hint: "users.updateImpersonator with \"impersonator\": true makes a user one. Keys can't be any."
        )
    }
}

extension Callers {
    /// What an impersonator may do: what the user may as whom it acts, as long as it is itself signed in, active and an
    /// impersonator.
    func caller(
        _ impersonation: Impersonation,
        for operation: Operation,
        at now: Timestamp,
        in session: any ReadSession,
        stamp: Stamp?
    ) throws -> Caller {
        let own = try caller(impersonation.own, for: operation, at: now, in: session)
        guard own.identity?.isImpersonator == true else { throw Impersonation.refusal(of: impersonation.own) }
        let actor = Actor.impersonated(impersonation)
        let impersonator = Impersonator(user: impersonation.impersonator, session: own.session)
        return Caller(actor, try active(impersonation.user, in: session, stamp), impersonator: impersonator)
    }
}

extension Access {
    /// What impersonators may ask for as themselves, to find the user as whom to act, though users may not.
    private static let forImpersonators: Set<String> = ["users.get", "users.list"]

    /// Whether a user who has signed in may ask for an operation, as itself, if it is an impersonator.
    static func isForImpersonators(_ operation: Operation, _ actor: Actor) -> Bool {
        switch actor {
        case .user, .session: forImpersonators.contains(operation.id)
        case .key, .guest, .apiKey, .ephemeralKey, .administrator, .impersonated: false
        }
    }

    /// Refuses somebody who is no key what is for keys.
    static func keyOnly(_ operation: Operation, _ actor: Actor) -> AppError {
        AppError(
            .generalUnauthorizedScope,
            "\(operation.id) is for the project's key; \(actor) can't run it.",
            hint: "Run it without \"as\", or with \"as\": \"key\"."
        )
    }
}
