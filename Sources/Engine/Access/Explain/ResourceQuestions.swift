import Catalog
import Values

extension ReadContext {
    /// Which of these arguments were left out.
    func lacks(_ names: String...) -> String? {
        let lacking = names.filter { call.optional($0) == nil }
        return lacking.isEmpty ? nil : lacking.joined(separator: " and ")
    }
}

/// What stands before an operation on a team.
struct TeamQuestion {
    let context: ReadContext

    init(_ context: ReadContext) { self.context = context }

    private static let seeing = ["get", "getPrefs", "listMemberships", "getMembership"]
    private static let owning = ["updateName", "delete", "updatePrefs", "createMembership", "updateMembership"]

    func explain(_ explanation: inout AccessExplanation) throws {
        let name = context.call.operation.name
        guard Self.seeing.contains(name) || Self.owning.contains(name) || name == "deleteMembership" else { return }
        if let missing = context.lacks("teamId") {
            return explanation.add("team", .depends("It depends on the team: give \(missing) in arguments."))
        }
        let actor = context.caller.actor
        let found = try explanation.check("team") {
            let team = try context.team()
            return (team, "\(actor) is a member of the team '\(team.id)'.")
        }
        guard let team = found, !Self.seeing.contains(name) else { return }
        if name == "deleteMembership", let id = context.call.optional("membershipId")?.string,
            context.caller.roles.contains("member:\(id)")
        {
            return explanation.add("membership", .passes("Everybody may end a membership of its own."))
        }
        _ = try explanation.check("owner") {
            _ = try context.ownTeam(to: "do that with the memberships")
            return (true, "\(actor) has the role \(Caller.owner) in the team '\(team.id)'.")
        }
    }
}

/// What stands before an operation on a presence.
struct PresenceQuestion {
    let context: ReadContext

    init(_ context: ReadContext) { self.context = context }

    private static let actions: [String: Action] = ["get": .read, "update": .update, "delete": .delete]

    func explain(_ explanation: inout AccessExplanation) throws {
        guard let action = Self.actions[context.call.operation.name] else { return }
        if let missing = context.lacks("presenceId") {
            return explanation.add("presence", .depends("It depends on the presence: give \(missing) in arguments."))
        }
        _ = try explanation.check("presence") {
            let presence = try context.presence(for: action)
            let own = presence.user == context.caller.actor.userID
            return (
                true,
                own
                    ? "It is the presence of \(context.caller.actor) itself."
                    : "The presence grants \(action.rawValue) to a role of \(context.caller.actor)."
            )
        }
    }
}
