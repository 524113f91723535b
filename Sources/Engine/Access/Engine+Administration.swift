import Catalog
import Storage
import Values

extension Engine {
    /// The person with a session of this project, the console, as who acts on a project of an organisation.
    /// - Parameters:
    ///   - team: the organisation to which the project belongs; empty or nil for none.
    /// - Throws: 401 for a session that is not good, or that is of nobody who has a role in the organisation.
    func administrator(session secret: String, ofTeam team: String?, project: String) async throws(AppError) -> Actor {
        let actor = try await actor(of: .session(secret))
        let now = clock.now
        // Where somebody needs a second factor, it is needed for this too.
        let look = Catalog.embedded.operation("project.get")!
        let pipeline = pipeline
        let caller = try await translating("Authentication") { () async throws -> Caller in
            try await pipeline.store.read { session in
                try pipeline.callers.caller(actor, for: look, at: now, in: session)
            }
        }
        guard let role = caller.consoleRole(in: team ?? ""), let user = actor.userID else {
            throw AppError(
                .generalUnauthorizedScope,
                "The user who has signed in at the console has no role in the organisation of the project '\(project)'.",
                hint: "An owner of the organisation invites with teams.createMembership; a project without one gets it "
                    + "with projects.updateTeam."
            )
        }
        return .administrator(Administrator(user: user, role: role))
    }
}
