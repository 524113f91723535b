import Storage
import Values

/// `organization.createProject`, `listProjects`, `getProject`, `updateProject`, `deleteProject`: the projects of one
/// organisation, which each call names. A project of another one is not there.
enum OrganizationHandlers {
    /// - Parameter projects: those of this process; nil where there is no other one.
    static func all(_ projects: ProjectDirectory?) -> [Handler] {
        let adoption = ProjectAdoption(projects: projects)
        return [create, list, get, update, delete(projects)].map(adoption.before)
    }

    private static let create = Handler.write(
        "organization.createProject",
        prepare: { try ProjectsHandlers.newID($0) }
    ) { id, context in
        try context.addProject(id, team: try context.organisation())
    }

    private static let list = Handler.read("organization.listProjects") { context in
        try ProjectsHandlers.list(context, of: [try context.organisation()])
    }

    private static let get = Handler.read("organization.getProject") { context in
        try context.answer(try context.projectOfOrganisation())
    }

    private static let update = Handler.write("organization.updateProject", prepare: { _ in }) { _, context in
        try context.changeProject(try context.projectOfOrganisation())
    }

    private static func delete(_ projects: ProjectDirectory?) -> Handler {
        .define("organization.deleteProject", prepare: { _ in }) { _, context in
            try context.endProject(try context.projectOfOrganisation(orEnding: true), projects)
            return [:]
        }
    }
}

extension ReadContext {
    /// The id of the organisation that the call is about.
    /// - Throws: 403 `organization_id_missing`, 404 `team_not_found`, also for users who have no role in it.
    fileprivate func organisation() throws -> String {
        guard let id = call.optional("organizationId")?.string else {
            throw AppError(
                .organizationIdMissing,
                "The call names no organisation.",
                argument: "organizationId",
                hint:
                    "Over HTTP it is the header X-Appwrite-Organization; teams.list in the project console shows them."
            )
        }
        guard caller.sees(projectsOf: id), try session.row(id, in: IdentityTables.teams) != nil else {
            throw unknownTeam(id, argument: "organizationId")
        }
        return id
    }

    /// - Throws: as ``organisation()``, 404 `project_not_found` for one of another organisation too.
    fileprivate func projectOfOrganisation(orEnding: Bool = false) throws -> ProjectRecord {
        let team = try organisation()
        let found = try project(call.string("projectId"), orEnding: orEnding)
        guard found.team == team else { throw ProjectDirectory.unknown(found.id) }
        return found
    }
}
