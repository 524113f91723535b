/// Who listens to events.
package enum Listener: Sendable, Equatable {
    /// Hears everything, as the project's owner and keys do.
    case key
    case guest
    /// - Parameter roles: all that the user holds.
    case user(String, roles: [String])

    init(_ caller: Caller) {
        // Events tell of people and keys too, which are not for every role of the console.
        if case .administrator(let administrator) = caller.actor, !administrator.role.hasEverything {
            self = .guest
            return
        }
        self =
            caller.isPrivileged
            ? .key : caller.actor.userID.map { .user($0, roles: caller.roles) } ?? .guest
    }

    package var user: String? {
        if case .user(let id, _) = self { id } else { nil }
    }

    /// The roles under which events reach it, without repetition.
    var roles: [String] {
        switch self {
        case .key: [Self.everything]
        case .guest: Roles.guest.list
        case .user(let id, let roles): Array(Set(roles).union(["any", "users", "user:\(id)"]))
        }
    }

    /// The role of those who hear everything. No permission can name it.
    static let everything = "*"

    /// The roles that open an event to somebody: those who may hear of it, and the owner's.
    static func roles(hearing audience: [String]) -> [String] {
        // Everybody else holds this role.
        (audience.contains("any") ? ["any"] : audience) + [everything]
    }
}
