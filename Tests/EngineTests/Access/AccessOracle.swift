/// Who may do what, written down a second time and as simply as possible.
struct AccessOracle {
    enum Actor: String, CaseIterable { case key, guest, userA, userB }

    /// What a user is, has and belongs to.
    struct Person {
        struct Membership {
            var id: String
            var team: String
            var roles: [String]
            var isConfirmed: Bool
        }

        var id: String
        var isVerified = false
        var labels: [String] = []
        var memberships: [Membership] = []

        var roles: Set<String> {
            let state = isVerified ? "verified" : "unverified"
            var roles: Set = ["any", "users", "user:\(id)", "users/\(state)", "user:\(id)/\(state)"]
            for label in labels { roles.insert("label:\(label)") }
            for membership in memberships where membership.isConfirmed {
                roles.insert("team:\(membership.team)")
                roles.insert("member:\(membership.id)")
                for role in membership.roles { roles.insert("team:\(membership.team)/\(role)") }
            }
            return roles
        }
    }

    var table: Set<String>
    var rowSecurity: Bool
    var people: [Actor: Person] = [.userA: Person(id: "a"), .userB: Person(id: "b")]

    func roles(_ actor: Actor) -> Set<String> {
        actor == .guest ? ["any", "guests"] : people[actor]?.roles ?? []
    }

    /// Whether any of the permissions names the action for a role of the actor.
    func opens(_ permissions: Set<String>, _ action: String, _ actor: Actor) -> Bool {
        roles(actor).contains { permissions.contains(action + "(\"" + $0 + "\")") }
    }

    /// Whether an actor may carry out an action on a row with these permissions.
    func allows(_ action: String, _ row: Set<String>, _ actor: Actor) -> Bool {
        if actor == .key { return true }
        if opens(table, action, actor) { return true }
        return action != "create" && rowSecurity && opens(row, action, actor)
    }

    /// The ids that a list holds; nil for a list that is refused.
    func visible(_ rows: [(id: String, permissions: Set<String>)], _ actor: Actor) -> [String]? {
        if actor != .key, !rowSecurity, !opens(table, "read", actor) { return nil }
        return rows.filter { allows("read", $0.permissions, actor) }.map(\.id)
    }
}
