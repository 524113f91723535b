import Catalog
import Storage
import Values

/// `access.explain`.
enum ExplainAccess {
    /// - Parameters:
    ///   - catalog: what this process serves.
    ///   - access: what it may do.
    static func handler(_ catalog: Catalog, _ access: Access) -> Handler {
        .read("access.explain", prepare: { try Question($0, catalog) }) { question, context in
            var explanation = AccessExplanation()
            let inner = try question.asked(by: access, &explanation, context)
            if let inner, !explanation.isDecided { try question.explainResource(&explanation, inner) }
            var answer = explanation.json
            answer["actor"] = .string("\(question.actor)")
            answer["operation"] = .string(question.operation.id)
            answer["roles"] = JSON(inner?.caller.roles ?? [])
            return JSON.object(answer)
        }
    }

    /// Who wants to do what.
    private struct Question: Sendable {
        let actor: Actor
        let operation: Operation
        let arguments: JSONObject

        init(_ call: Call, _ catalog: Catalog) throws(AppError) {
            do throws(AppError) { actor = try Actor(parsing: call.string("actor")) } catch {
                throw error.about("actor")
            }
            guard let operation = catalog.operation(call.string("operation")) else {
                throw catalog.unknownOperation(call.string("operation"))
            }
            self.operation = operation
            arguments = call.arguments["arguments"]?.object ?? [:]
        }

        /// Checks what does not depend on a resource.
        /// - Returns: a context in which the actor acts; nil when it may not even begin.
        func asked(by access: Access, _ explanation: inout AccessExplanation, _ context: ReadContext) throws
            -> ReadContext?
        {
            let scopes = operation.scopes
            let isOpen = try explanation.check("operation") {
                _ = try access.authorize(actor, for: operation)
                return (
                    true,
                    scopes.isEmpty
                        ? "\(operation.id) is open to \(actor) and needs no scope."
                        : "\(operation.id) is open to \(actor), with the scope \(scopes.joined(separator: " or "))."
                )
            }
            guard isOpen != nil else { return nil }
            return try explanation.check("actor") {
                let call = Call(
                    operation: operation,
                    arguments: arguments,
                    actor: actor,
                    now: context.now,
                    clock: context.call.clock
                )
                let inner = try context.nested(call)
                return (inner, inner.caller.isPrivileged ? "\(actor) exists." : "\(actor) may act.")
            }
        }

        /// Checks what depends on what the arguments name.
        func explainResource(_ explanation: inout AccessExplanation, _ inner: ReadContext) throws {
            guard !inner.caller.isPrivileged else {
                return explanation.add("permissions", .passes("No permission binds \(actor)."))
            }
            switch operation.service {
            case "tablesDB", "databases": try RowQuestion(inner).explain(&explanation)
            case "teams": try TeamQuestion(inner).explain(&explanation)
            case "presences": try PresenceQuestion(inner).explain(&explanation)
            default: break
            }
            guard !explanation.isDecided, let given = inner.call.optional("permissions")?.strings else { return }
            _ = try explanation.check("grants") {
                try inner.caller.checkGrants(Permissions.expanded(given, for: [.update, .delete]))
                return (true, "\(actor) holds every role that it would grant something to.")
            }
        }
    }
}
