package import Engine
package import Values

/// Where the front finds the projects that it answers for.
package protocol ProjectSource: Sendable {
    /// The engine of a project.
    /// - Throws: 404 `project_not_found`.
    func engine(of project: String) async throws(AppError) -> Engine
    /// Who a console session is that acts on a project in the admin mode.
    /// - Throws: 401 for somebody who has no part in the project.
    func administrator(session: String, of project: String) async throws(AppError) -> Actor
}
