import Storage
import Values

/// `projects.createDevKey`, `listDevKeys`, `getDevKey`, `updateDevKey`, `deleteDevKey`: keys with which an app that is
/// being built calls a project as often as it likes, and from any origin. They give no rights.
enum DeveloperKeyHandlers {
    /// - Parameter projects: those of this process; nil where there is no other one.
    static func all(_ projects: ProjectDirectory?) -> [Handler] {
        let adoption = ProjectAdoption(projects: projects)
        return [create, list, get, update, delete].map(adoption.before)
    }

    private static let table = ConsoleTables.developerKeys

    /// An id and a secret, made before the body, which may run again.
    private static let create = Handler.write(
        "projects.createDevKey",
        prepare: { call in (id: call.clock.makeID(), secret: Secret.random(length: 256)) }
    ) { new, context in
        let project = try project(context)
        let fields: JSONObject = [
            "project": .string(project.id), "name": .string(context.call.string("name")), "expire": expire(context),
            "secret": .string(Secret.digest(new.secret)), "sdks": [],
        ]
        let answer = DeveloperKey(try context.add(new.id, fields, to: table)).json
        context.eventIDs["keyId"] = new.id
        context.eventPayload = answer
        return answer.replacing("secret", with: .string(new.secret))
    }

    private static let list = Handler.read("projects.listDevKeys") { context in
        let project = try project(context)
        let mine: Filter = .compare("project", .equal, [.string(project.id)])
        return try keys.answer(context, base: [mine]) { DeveloperKey($0).json }
    }

    private static let get = Handler.read("projects.getDevKey") { context in
        DeveloperKey(try key(context)).json
    }

    private static let update = Handler.write("projects.updateDevKey", prepare: { _ in }) { _, context in
        let fields: JSONObject = ["name": .string(context.call.string("name")), "expire": expire(context)]
        return DeveloperKey(try context.change(try key(context).id, fields, in: table)).json
    }

    private static let delete = Handler.write("projects.deleteDevKey", prepare: { _ in }) { _, context in
        _ = try context.writer.delete(try key(context).id, from: table)
        return [:] as JSON
    }

    private static let keys = SystemList(
        table,
        name: "devKeys",
        idField: "$id",
        fields: [("$id", "$id"), ("name", "name"), ("expire", "expire"), ("accessedAt", "accessedAt")]
    )

    private static func expire(_ context: ReadContext) -> JSON {
        Timestamp(parsing: context.call.string("expire")).map { .string($0.text) } ?? .null
    }

    /// The project that the call names, of somebody who may change it.
    private static func project(_ context: ReadContext) throws -> ProjectRecord {
        let project = try context.project(context.call.string("projectId"))
        let mayChange = context.caller.changes(projectsOf: project.team)
        try context.check(mayChange, "use developer keys", of: project.team)
        return project
    }

    private static func key(_ context: ReadContext) throws -> StoredRow {
        let (project, id) = (try project(context), context.call.string("keyId"))
        guard let row = try context.session.row(id, in: table), DeveloperKey(row).project == project.id else {
            throw AppError(
                .keyNotFound,
                "The project '\(project.id)' has no developer key '\(id)'.",
                argument: "keyId",
                hint: "projects.listDevKeys shows them."
            )
        }
        return row
    }
}
