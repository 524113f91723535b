import Storage
import Values

extension WriteContext {
    /// Makes a project with what the call says of it.
    /// - Parameter team: the organisation to which it is to belong; empty for none.
    /// - Returns: the project as it is answered.
    /// - Throws: 409 `project_already_exists`, and what the organisation refuses.
    func addProject(_ id: String, team: String) throws -> JSON {
        try checkOrganisation(team)
        let fields = ProjectRecord.fields(
            id,
            name: call.string("name"),
            team: team,
            details: ProjectRecord.details(call.arguments)
        )
        do { try insert(id, fields, into: ConsoleTables.projects) } catch let error as StoreError
            where error.kind == .duplicateID
        {
            throw AppError(
                .projectAlreadyExists,
                "There is a project '\(id)' already.",
                argument: "projectId",
                hint: "Choose another id, \"unique()\", or use projects.update."
            )
        }
        eventIDs["projectId"] = id
        return try answer(try project(id))
    }

    /// Sets name and details of a project as the call says; details that it does not name stay.
    /// - Returns: the project as it is answered.
    /// - Throws: 401 `user_unauthorized`.
    func changeProject(_ project: ProjectRecord) throws -> JSON {
        try check(caller.changes(projectsOf: project.team), "change projects", of: project.team)
        var details = project.details
        for (key, value) in ProjectRecord.details(call.arguments).members { details[key] = value }
        let name = call.string("name")
        try change(
            project.id,
            [
                "name": .string(name), "details": .object(details),
                "search": .string(DatabaseHandlers.searchText(project.id, name)),
            ],
            in: ConsoleTables.projects
        )
        return try answer(try self.project(project.id))
    }

    /// Marks a project and queues what removes its data; both commit together, and the job is done until it is over.
    /// - Parameter projects: those of this process; nil where there is no other one.
    /// - Throws: 401 `user_unauthorized`, 400 `general_bad_request` for the project of the process itself.
    func endProject(_ project: ProjectRecord, _ projects: ProjectDirectory?) throws {
        try check(caller.owns(projectsOf: project.team), "delete projects", of: project.team)
        guard project.id != projects?.own else {
            throw AppError(
                .generalBadRequest,
                "The project '\(project.id)' is the one that this process works in.",
                argument: "projectId",
                hint: "Delete it with 'tandem project delete', once this process has ended."
            )
        }
        eventPayload = project.json
        try change(project.id, ["status": .string(ProjectRecord.ending)], in: ConsoleTables.projects)
        try enqueue(ProjectRemoval.job(project.id))
    }
}
