import Storage
import Values

/// `projects.create`, `list`, `get`, `update`, `updateTeam`, `delete`: what the console does with projects as a whole.
enum ProjectsHandlers {
    /// - Parameter projects: those of this process; nil where there is no other one.
    static func all(_ projects: ProjectDirectory?) -> [Handler] {
        let adoption = ProjectAdoption(projects: projects)
        return [create, list, get, update, updateTeam, delete(projects)].map(adoption.before)
    }

    private static let table = ConsoleTables.projects

    private static let create = Handler.write("projects.create", prepare: { try newID($0) }) { id, context in
        try context.addProject(id, team: context.call.optional("teamId")?.string ?? "")
    }

    private static let list = Handler.read("projects.list") { context in
        try list(context, of: context.caller.isPrivileged ? nil : context.caller.organisations)
    }

    /// - Parameter teams: the organisations whose projects are meant; nil for all there are.
    static func list(_ context: ReadContext, of teams: [String]?) throws -> JSON {
        var base: [Filter] = [.compare("status", .equal, [.string(ProjectRecord.active)])]
        if let teams {
            if teams.isEmpty { return ["total": 0, "projects": []] }
            base.append(.compare("team", .equal, teams.map { .string($0) }))
        }
        return try projects.answer(context, base: base) { try context.answer(ProjectRecord($0)) }
    }

    private static let projects = SystemList(
        table,
        name: "projects",
        idField: "$id",
        fields: [("$id", "$id"), ("name", "name"), ("teamId", "team"), ("region", "region")]
    )

    private static let get = Handler.read("projects.get") { context in
        try context.answer(try context.project(context.call.string("projectId")))
    }

    private static let update = Handler.write("projects.update", prepare: { _ in }) { _, context in
        try context.changeProject(try context.project(context.call.string("projectId")))
    }

    private static let updateTeam = Handler.write("projects.updateTeam", prepare: { _ in }) { _, context in
        let project = try context.project(context.call.string("projectId"))
        try context.check(context.caller.owns(projectsOf: project.team), "give projects away", of: project.team)
        let team = context.call.string("teamId")
        try context.checkOrganisation(team)
        try context.change(project.id, ["team": .string(team)], in: table)
        return try context.answer(try context.project(project.id))
    }

    private static func delete(_ projects: ProjectDirectory?) -> Handler {
        .define("projects.delete", prepare: { _ in }) { _, context in
            try context.endProject(try context.project(context.call.string("projectId"), orEnding: true), projects)
            return [:]
        }
    }

    /// The ids of projects are part of names of files and databases, for which capitals are the same as small letters.
    static func newID(_ call: Call) throws(AppError) -> String {
        let id = call.newID("projectId")
        guard id != ProjectDirectory.consoleID else {
            throw AppError(
                .projectReservedProject,
                "The id '\(id)' is reserved.",
                argument: "projectId",
                hint: "Choose another one."
            )
        }
        let isGood = id.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard isGood else {
            throw AppError(
                .generalArgumentInvalid,
                "'\(id)' can't be the id of a project.",
                argument: "projectId",
                hint: "Write 1 to 36 of a-z 0-9 -, starting with a letter or digit, or \"unique()\"."
            )
        }
        return id
    }
}
