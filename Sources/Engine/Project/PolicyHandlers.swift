import Values

/// `project.listPolicies`, `getPolicy` and one operation to set each policy.
enum PolicyHandlers {
    static func all(_ project: ProjectAnswer) -> [Handler] {
        [get, list] + Policy.all.map { update($0, project) }
    }

    private static func update(_ policy: Policy, _ project: ProjectAnswer) -> Handler {
        Handler.write(policy.operation, prepare: { _ in }) { _, context in
            try context.change(.policies) { policy.set(context.call.arguments, in: &$0.value) }
            context.eventIDs = ["projectId": project.id, "policy": policy.id]
            // The one with so many values of its own that the project would say nothing of them.
            if policy.id == Policy.passwordStrength.id {
                return policy.json(try context.session.settings(.policies).value)
            }
            return try project.json(context)
        }
    }

    private static let get = Handler.read("project.getPolicy") { context in
        let id = context.call.string("policyId")
        return Policy.all.first { $0.id == id }!.json(try context.session.settings(.policies).value)
    }

    private static let list = Handler.read("project.listPolicies") { context in
        let stored = try context.session.settings(.policies).value
        return try ShortList.answer("policies", Policy.all.map { $0.json(stored) }, context)
    }
}
