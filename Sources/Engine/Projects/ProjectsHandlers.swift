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
        let call = context.call
        let team = call.optional("teamId")?.string ?? ""
        try context.checkOrganisation(team)
        let fields = ProjectRecord.fields(
            id,
            name: call.string("name"),
            team: team,
            details: ProjectRecord.details(call.arguments)
        )
        do { try context.insert(id, fields, into: table) } catch let error as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .projectAlreadyExists,
                "There is a project '\(id)' already.",
                argument: "projectId",
                hint: "Choose another id, \"unique()\", or use projects.update."
            )
        }
        context.eventIDs["projectId"] = id
        return try context.project(id).json
    }

    private static let list = Handler.read("projects.list") { context in
        var base: [Filter] = [.compare("status", .equal, [.string(ProjectRecord.active)])]
        if !context.caller.isPrivileged {
            let teams = context.caller.organisations
            if teams.isEmpty { return ["total": 0, "projects": []] }
            base.append(.compare("team", .equal, teams.map { .string($0) }))
        }
        return try projects.answer(context, base: base) { ProjectRecord($0).json }
    }

    private static let projects = SystemList(
        table,
        name: "projects",
        idField: "$id",
        fields: [("$id", "$id"), ("name", "name"), ("teamId", "team"), ("region", "region")]
    )

    private static let get = Handler.read("projects.get") { context in
        try context.project(context.call.string("projectId")).json
    }

    private static let update = Handler.write("projects.update", prepare: { _ in }) { _, context in
        let call = context.call
        let project = try context.project(call.string("projectId"))
        try context.check(context.caller.changes(projectsOf: project.team), "change projects", of: project.team)
        let given = ProjectRecord.details(call.arguments)
        var details = project.details
        for (key, value) in given.members { details[key] = value }
        let name = call.string("name")
        try context.change(
            project.id,
            [
                "name": .string(name), "details": .object(details),
                "search": .string(DatabaseHandlers.searchText(project.id, name)),
            ],
            in: table
        )
        return try context.project(project.id).json
    }

    private static let updateTeam = Handler.write("projects.updateTeam", prepare: { _ in }) { _, context in
        let project = try context.project(context.call.string("projectId"))
        try context.check(context.caller.owns(projectsOf: project.team), "give projects away", of: project.team)
        let team = context.call.string("teamId")
        try context.checkOrganisation(team)
        try context.change(project.id, ["team": .string(team)], in: table)
        return try context.project(project.id).json
    }

    /// The mark and the job commit together; what removes the data comes after that and is done until it is over.
    private static func delete(_ projects: ProjectDirectory?) -> Handler {
        .define("projects.delete", prepare: { _ in }) { _, context in
            let project = try context.project(context.call.string("projectId"), orEnding: true)
            try context.check(context.caller.owns(projectsOf: project.team), "delete projects", of: project.team)
            guard project.id != projects?.own else {
                throw AppError(
                    .generalBadRequest,
                    "The project '\(project.id)' is the one that this process works in.",
                    argument: "projectId",
                    hint: "Delete it with 'tandem project delete', once this process has ended."
                )
            }
            try context.change(project.id, ["status": .string(ProjectRecord.ending)], in: table)
            try context.enqueue(ProjectRemoval.job(project.id))
            return [:]
        }
    }

    /// The ids of projects are part of names of files and databases, for which capitals are the same as small letters.
    private static func newID(_ call: Call) throws(AppError) -> String {
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
