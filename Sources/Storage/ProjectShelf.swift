/// Where projects lie side by side: a data folder, or a deployment of MongoDB.
package protocol ProjectShelf: Sendable {
    /// Whether a project outlives the store that has it open, so that this may be closed and another one opened.
    var lasts: Bool { get }

    /// The ids of the projects that are there.
    func projectIDs() async throws -> [String]

    /// What tells a project from an earlier or later one of the same id; nil when there is none.
    func mark(of project: String) async throws -> String?

    /// Removes everything of a project. It may be called again, also for a project that is gone or half gone.
    /// - Throws: ``StoreError`` `busy` while somebody has the project open, where that can be told.
    func remove(_ project: String) async throws
}
