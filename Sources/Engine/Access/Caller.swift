import Values

/// An actor with what it may do, as far as that does not depend on a resource.
struct Caller: Sendable {
    let actor: Actor
    /// The roles that permissions are matched against; empty for the key, which no permission binds.
    let roles: [String]

    init(_ actor: Actor) {
        self.actor = actor
        roles =
            switch actor {
            case .key: []
            case .guest: ["any", "guests"]
            case .user(let id): ["any", "users", "user:\(id)"]
            }
    }

    /// Whether permissions of tables and rows, and disabled states, do not apply.
    var isPrivileged: Bool { actor == .key }

    /// The permission strings that open an action to this caller.
    func grants(_ action: Action) -> [String] { roles.map { action.permission($0) } }
}

/// What a permission of a table or a row allows.
enum Action: String, Sendable, CaseIterable {
    case create, read, update, delete

    func permission(_ role: String) -> String { "\(rawValue)(\"\(role)\")" }
}
