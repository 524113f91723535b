import Storage
import Values

/// `teams.create`, `list`, `get`, `updateName`, `delete`, `getPrefs`, `updatePrefs`.
enum TeamHandlers {
    static let all: [Handler] = [create, list, get, updateName, delete, getPrefs, updatePrefs]

    /// A new team with the id of the membership of who makes it.
    private struct NewTeam: Sendable {
        let id: String
        let membership: String

        init(_ call: Call) {
            id = call.newID("teamId")
            membership = call.clock.makeID()
        }
    }

    static let create = Handler.write("teams.create", prepare: { NewTeam($0) }) { new, context in
        let writer = TeamWriter(context)
        try writer.add(team: new.id, name: context.call.string("name"))
        context.eventIDs["teamId"] = new.id
        if let user = context.caller.actor.userID {
            var roles = context.call.arguments["roles"]?.strings ?? []
            if !roles.contains(Caller.owner) { roles.append(Caller.owner) }
            try writer.add(NewMembership(id: new.membership, team: new.id, user: user, roles: roles, isConfirmed: true))
        }
        return Team(try context.session.row(new.id, in: IdentityTables.teams)!).json
    }

    static let list = Handler.read("teams.list") { context in
        let open: [Filter] =
            context.caller.isPrivileged
            ? [] : [.compare("$id", .equal, context.caller.teams.map { .string($0) })]
        if !context.caller.isPrivileged, context.caller.teams.isEmpty { return ["total": 0, "teams": []] }
        return try teams.answer(context, base: open) { Team($0).json }
    }

    private static let teams = SystemList(
        IdentityTables.teams,
        name: "teams",
        idField: "$id",
        fields: [("$id", "$id"), ("name", "name"), ("total", "total")]
    )

    static let get = Handler.read("teams.get") { context in try context.team().json }

    static let updateName = Handler.write("teams.updateName", prepare: { _ in }) { _, context in
        let team = try context.ownTeam(to: "change the name")
        let name = context.call.string("name")
        try TeamWriter(context).change(
            team.id,
            ["name": .string(name), "search": .string(DatabaseHandlers.searchText(team.id, name))]
        )
        return Team(try context.session.row(team.id, in: IdentityTables.teams)!).json
    }

    static let delete = Handler.write("teams.delete", prepare: { _ in }) { _, context in
        try TeamWriter(context).remove(try context.ownTeam(to: "end the memberships"))
        return [:] as JSON
    }

    static let getPrefs = Handler.read("teams.getPrefs") { context in try context.team().prefs }

    static let updatePrefs = Handler.write("teams.updatePrefs", prepare: { try Preferences.checked($0) }) {
        prefs,
        context in
        let team = try context.ownTeam(to: "change the preferences")
        try TeamWriter(context).change(team.id, ["prefs": prefs])
        return prefs
    }
}
