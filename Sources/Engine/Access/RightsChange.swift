import Values

/// Whose roles an event may have changed. Whoever keeps roles, such as those of open connections, has them found out
/// again.
package enum RightsChange: Sendable, Equatable {
    case none
    case user(String)
    /// Everybody who is in the team, or was until now.
    case team(String)
}

extension EventRecord {
    package var rightsChange: RightsChange {
        let path = EventPath(self)
        guard let id = path.resources.first?.id else { return .none }
        switch path.kinds {
        case "teams" where path.actions == ["create"]:
            // A user who makes a team is in it.
            let user = actor.hasPrefix("user:") ? String(actor.dropFirst(5)) : nil
            return user.map { .user($0) } ?? .none
        case "teams" where path.actions == ["delete"]: return .team(id)
        case "teams/memberships":
            return (try? JSON(parsing: payload))?["userId"]?.string.map { .user($0) } ?? .team(id)
        case _ where path.resources.first?.kind == "users": return .user(id)
        default: return .none
        }
    }
}
