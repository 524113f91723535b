/// What a caller may do with teams: members see them, owners change them, keys do both.
extension Caller {
    /// The role that lets a member change a team and its members.
    static let owner = "owner"

    func sees(team: String) -> Bool { isPrivileged || roles.contains("team:\(team)") }

    func owns(team: String) -> Bool { isPrivileged || roles.contains("team:\(team)/\(Self.owner)") }

    /// The teams that it is a member of.
    var teams: [String] {
        roles.compactMap { role in
            role.hasPrefix("team:") && !role.contains("/") ? String(role.dropFirst(5)) : nil
        }
    }
}
