/// Who may do what, written down a second time and as simply as possible.
struct AccessOracle {
    enum Actor: String, CaseIterable { case key, guest, userA, userB }

    var table: Set<String>
    var rowSecurity: Bool

    static func roles(_ actor: Actor) -> Set<String> {
        switch actor {
        case .key: []
        case .guest: ["any", "guests"]
        case .userA: ["any", "users", "user:a"]
        case .userB: ["any", "users", "user:b"]
        }
    }

    /// Whether any of the permissions names the action for a role of the actor.
    static func opens(_ permissions: Set<String>, _ action: String, _ actor: Actor) -> Bool {
        roles(actor).contains { permissions.contains(action + "(\"" + $0 + "\")") }
    }

    /// Whether an actor may carry out an action on a row with these permissions.
    func allows(_ action: String, _ row: Set<String>, _ actor: Actor) -> Bool {
        if actor == .key { return true }
        if Self.opens(table, action, actor) { return true }
        return action != "create" && rowSecurity && Self.opens(row, action, actor)
    }

    /// The ids that a list holds; nil for a list that is refused.
    func visible(_ rows: [(id: String, permissions: Set<String>)], _ actor: Actor) -> [String]? {
        if actor != .key, !rowSecurity, !Self.opens(table, "read", actor) { return nil }
        return rows.filter { allows("read", $0.permissions, actor) }.map(\.id)
    }
}
