import Logging
import Storage
import Synchronization
import Values

extension ProjectDirectory {
    /// How it stands with a project.
    struct Standing: Sendable {
        var isThere: Bool
        /// What tells its data from that of another project; nil while it has none.
        var mark: String?
    }

    /// Whether a project is there: one that the console knows, or that has data though the console does not know it.
    func standing(of project: String) async throws(AppError) -> Standing {
        let record = try await record(of: project)
        if record?.isEnding == true { return Standing(isThere: false) }
        let mark = try await mark(of: project)
        return Standing(isThere: record != nil || mark != nil, mark: mark)
    }

    /// What the console knows of a project; nil for nothing, as long as there is no console too.
    func record(of project: String) async throws(AppError) -> ProjectRecord? {
        guard try await hasConsole() else { return nil }
        let console = try await console()
        return try await console.translating("Looking for a project") { () async throws -> ProjectRecord? in
            try await console.store.read { try $0.row(project, in: ConsoleTables.projects).map(ProjectRecord.init) }
        }
    }

    /// The ids of the projects that have data, and of the process's own.
    func storedProjects() async throws(AppError) -> Set<String> {
        let stored = try await looking { try await self.shelf.projectIDs() }
        return Set(stored).union([own]).subtracting([Self.consoleID])
    }

    /// The console is made by the first who needs it, and a look is no need.
    private func hasConsole() async throws(AppError) -> Bool {
        if own == Self.consoleID || state.withLock({ $0.knowsConsole || $0.open[Self.consoleID] != nil }) {
            return true
        }
        guard try await mark(of: Self.consoleID) != nil else { return false }
        state.withLock { $0.knowsConsole = true }
        return true
    }

    private func mark(of project: String) async throws(AppError) -> String? {
        try await looking { try await self.shelf.mark(of: project) }
    }

    private func looking<R: Sendable>(_ body: () async throws -> R) async throws(AppError) -> R {
        do { return try await body() } catch {
            log.error("projects can't be looked for: \(error)")
            throw AppError(.storeUnavailable, "The store can't be reached to look for the project.")
        }
    }
}
