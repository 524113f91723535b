import Values

/// An actor with what it may do, as far as that does not depend on a resource.
struct Caller: Sendable {
    let actor: Actor
    /// What permissions are matched against; none for keys, which no permission binds.
    let held: Roles
    /// What is known of the user who acts.
    let identity: Identity?
    /// The session that a user has signed in with.
    let session: Identity.Session?
    /// Who acts as the user; nil where that is the user itself.
    let impersonator: Impersonator?

    init(
        _ actor: Actor,
        _ identity: Identity? = nil,
        session: Identity.Session? = nil,
        impersonator: Impersonator? = nil
    ) {
        self.actor = actor
        self.identity = identity
        self.session = session
        self.impersonator = impersonator
        switch actor {
        case .key, .apiKey, .ephemeralKey, .administrator: held = .none
        case .guest: held = .guest
        case .user, .session, .impersonated:
            held = identity?.roles ?? Roles(["any", "users"] + (actor.userID.map { ["user:\($0)"] } ?? []))
        }
    }

    var roles: [String] { held.list }

    /// Whether permissions of tables and rows, and disabled states, do not apply.
    var isPrivileged: Bool { actor.isPrivileged }

    /// The permission strings that open an action to this caller.
    func grants(_ action: Action) -> [String] { held.permissions(action) }
}

/// What a permission of a table or a row allows.
enum Action: String, Sendable, CaseIterable {
    case create, read, update, delete

    func permission(_ role: String) -> String { "\(rawValue)(\"\(role)\")" }
}

/// Roles that somebody holds, with the permissions that name them, which are looked up far more often than made.
final class Roles: Sendable {
    let list: [String]
    private let byAction: [(list: [String], set: Set<String>)]

    static let none = Roles([])
    static let guest = Roles(["any", "guests"])

    init(_ list: [String]) {
        self.list = list
        byAction = Action.allCases.map { action in
            let permissions = list.map { action.permission($0) }
            return (permissions, Set(permissions))
        }
    }

    func permissions(_ action: Action) -> [String] { byAction[action.position].list }

    /// Whether any of the permissions opens the action.
    func match(_ permissions: [String], _ action: Action) -> Bool {
        let mine = byAction[action.position].set
        return permissions.contains { mine.contains($0) }
    }
}

extension Action {
    fileprivate var position: Int {
        switch self {
        case .create: 0
        case .read: 1
        case .update: 2
        case .delete: 3
        }
    }
}
