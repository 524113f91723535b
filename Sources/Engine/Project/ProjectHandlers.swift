import Values

/// `project.get`, `delete` and the settings that the project itself shows.
enum ProjectHandlers {
    /// - Parameter access: what this process may do.
    static func all(_ access: Access, _ id: String) -> [Handler] {
        let project = ProjectAnswer(id: id)
        return [
            get(project), delete, updateLabels(project), updateService(project), updateProtocol(project),
            updateAuthMethod(project),
        ]
            + PolicyHandlers.all(project) + MockPhoneHandlers.all
            + KeyHandlers.all(KeyGrants(scopes: access.scopes), id)
            + PlatformHandlers.all + VariableHandlers.all + MailTemplateHandlers.all + OAuth2Handlers.all
    }

    private static func get(_ project: ProjectAnswer) -> Handler {
        .read("project.get") { context in try project.json(context) }
    }

    /// Only the console, and a project that has none, come here: for others the console does it.
    private static let delete = Handler.define(ProjectRemoval.operation, prepare: { _ in }) { _, context in
        throw AppError(
            .generalBadRequest,
            "The project '\(context.pipeline.project)' is one that this process can't do without.",
            hint: "projects.delete in the project console deletes others."
        )
    }

    private static func updateLabels(_ project: ProjectAnswer) -> Handler {
        .write("project.updateLabels", prepare: { _ in }) { _, context in
            var labels: [String] = []
            for label in context.call.arguments["labels"]?.strings ?? [] where !labels.contains(label) {
                labels.append(label)
            }
            try context.change(.project) { $0.value["labels"] = JSON(labels) }
            context.eventIDs["projectId"] = project.id
            return try project.json(context)
        }
    }

    /// A schema change, because every process keeps in memory which services are on.
    private static func updateService(_ project: ProjectAnswer) -> Handler {
        .define("project.updateService", prepare: { _ in }) { _, context in
            let call = context.call
            try context.change(.services) { $0.value[call.string("serviceId")] = .bool(call.bool("enabled")) }
            return try project.json(context)
        }
    }

    /// A schema change for the same reason.
    private static func updateProtocol(_ project: ProjectAnswer) -> Handler {
        .define("project.updateProtocol", prepare: { _ in }) { _, context in
            let call = context.call
            try context.change(.protocols) { $0.value[call.string("protocolId")] = .bool(call.bool("enabled")) }
            return try project.json(context)
        }
    }

    private static func updateAuthMethod(_ project: ProjectAnswer) -> Handler {
        .write("project.updateAuthMethod", prepare: { _ in }) { _, context in
            let call = context.call
            try context.change(.authMethods) { $0.value[call.string("methodId")] = .bool(call.bool("enabled")) }
            return try project.json(context)
        }
    }
}
