import Catalog
import Values

extension Engine {
    /// The engine of the console, where it is for that one to carry out these calls; nil where they are for this one.
    ///
    /// What is about all projects belongs to the console. There its own users come to it with their roles; from any other
    /// project nobody does but the owner of all of them.
    /// - Throws: 401 for everybody else, 400 for a batch of calls for both.
    func console(for invocations: [Invocation]) async throws(AppError) -> Engine? {
        guard let neighbours, project != ProjectDirectory.consoleID else { return nil }
        func isFor(_ invocation: Invocation) -> Bool {
            catalog.operation(invocation.operation).map(catalog.isOnConsole) ?? false
        }
        guard let first = invocations.first(where: isFor) else { return nil }
        let name = catalog.operation(first.operation)!.id
        guard invocations.allSatisfy(isFor) else {
            throw AppError(
                .generalBadRequest,
                "\(name) is carried out by the console, and so can't be in one batch with what is about this project.",
                argument: "steps",
                hint: "Run it apart."
            )
        }
        for invocation in invocations where !isOwner(invocation) {
            throw AppError(
                .generalUnauthorizedScope,
                "\(name) is about all projects, and so is for their owner and for those who sign in at the console.",
                argument: "as",
                hint: "Run it without \"as\", or in the project \(ProjectDirectory.consoleID)."
            )
        }
        return try await neighbours.console()
    }

    /// What the console is asked for in the place of `project.delete`: a project can't remove the data that it works on,
    /// nor know what the console knows of it. Whether the caller may is for the project to say. nil for other calls.
    /// - Throws: 401 for who may not, 400 for a batch.
    func removal(_ invocations: [Invocation]) async throws(AppError) -> (console: Engine, invocation: Invocation)? {
        guard let neighbours, project != ProjectDirectory.consoleID,
            let asked = invocations.first(where: { catalog.operation($0.operation)?.id == ProjectRemoval.operation })
        else { return nil }
        guard invocations.count == 1 else {
            throw AppError(
                .generalBadRequest,
                "\(ProjectRemoval.operation) is carried out by the console, and so can't be in a batch with other calls.",
                argument: "steps",
                hint: "Run it apart."
            )
        }
        let invocation = try await impersonating(try await authenticated(asked))
        let found = try find(invocation)
        let call = try found.reading(
            invocation.arguments,
            from: invocation.client,
            at: clock.now,
            clock,
            keyDigest: invocation.keyDigest
        ).call
        let pipeline = pipeline
        try await translating(ProjectRemoval.operation) { try await pipeline.look(call) { _ in } }
        let removal = Invocation(
            "projects.delete",
            ["projectId": .string(project)],
            as: .key,
            from: invocation.client
        )
        return (try await neighbours.console(), removal)
    }

    /// Whether a call comes from the owner of this process, for whom everything in the store is its own.
    private func isOwner(_ invocation: Invocation) -> Bool {
        let actor: Actor?
        switch invocation.credential {
        case .actor(let named): actor = named
        case nil: actor = invocation.actor
        case .session, .jwt, .key: return false
        }
        return isOwned && (actor ?? .key) == .key
    }
}
