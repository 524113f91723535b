/// What a caller may do with the projects of an organisation, which is a team of the console. Projects without one are the
/// owner's alone.
extension Caller {
    /// What its roles in a team come to; nil for who has none that means anything there.
    func consoleRole(in team: String) -> ConsoleRole? {
        guard !team.isEmpty else { return nil }
        let prefix = "team:\(team)/"
        return ConsoleRole(roles.lazy.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) })
    }

    /// The organisations whose projects it sees.
    var organisations: [String] { teams.filter { consoleRole(in: $0) != nil } }

    func sees(projectsOf team: String) -> Bool { isPrivileged || consoleRole(in: team) != nil }

    /// Whether it may make and change projects there.
    func changes(projectsOf team: String) -> Bool { isPrivileged || consoleRole(in: team)?.changesProjects == true }

    /// Whether it may delete them and give them away.
    func owns(projectsOf team: String) -> Bool { isPrivileged || consoleRole(in: team)?.ownsProjects == true }
}
