import Storage
import Values

/// The job that removes the data of a project, after the project was marked for it.
///
/// The record goes last. Whatever ends the work before, the mark keeps everybody out and the job is done again.
enum ProjectRemoval {
    static let kind = "project.remove"
    /// The operation by which a project is asked to end itself.
    static let operation = "project.delete"

    static func job(_ project: String) -> Job { Job(kind: kind, payload: ["projectId": .string(project)]) }

    /// - Parameter projects: those of this process; nil where there is no data but what the console itself holds.
    static func handler(_ projects: ProjectDirectory?) -> JobHandler {
        JobHandler(kind: kind, losses: { _, _ in [Loss("projects", 1)] }) { run in
            let project = run.payload["projectId"]?.string ?? ""
            try await projects?.remove(project)
            CrashPoint.reach("project.removed")
            try await run.end { session in
                try removeKeys(of: project, session)
                _ = try session.delete(project, from: ConsoleTables.projects)
            }
        }
    }

    private static func removeKeys(of project: String, _ session: any WriteSession) throws {
        var query = RowQuery(limit: 1000)
        query.filters = [.compare("project", .equal, [.string(project)])]
        query.columns = []
        while true {
            let keys = try session.rows(query, in: ConsoleTables.developerKeys).map(\.id)
            if keys.isEmpty { return }
            _ = try session.delete(keys, from: ConsoleTables.developerKeys)
        }
    }
}

extension ProjectDirectory {
    /// How long it is tried to remove a project that others still have open, in tries with a pause between them.
    private static let tries = 32
    private static let pause = Duration.milliseconds(250)

    /// Ends the work of a project here and removes its data.
    /// - Throws: ``StoreError`` `busy` while another process has it open, which it closes once it sees the mark.
    func remove(_ project: String) async throws {
        guard project != own, project != Self.consoleID else { return }
        for number in 1... {
            await closeEngine(of: project)
            do { return try await shelf.remove(project) } catch let error as StoreError where error.kind == .busy {
                guard number < Self.tries else { throw error }
                try await Task.sleep(for: Self.pause)
            }
        }
    }
}
