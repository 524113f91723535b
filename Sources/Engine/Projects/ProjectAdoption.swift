import Storage
import Values

/// Gives a record to each project of the store that has none: the process's own, and those that were made before there was
/// a console.
struct ProjectAdoption: Sendable {
    /// nil where there is no other project.
    let projects: ProjectDirectory?

    /// A handler that finds every project known.
    func before(_ handler: Handler) -> Handler {
        Handler(ids: handler.ids) { call in
            var work = try handler.work(call)
            work.ahead = { pipeline in try await run(pipeline, call.now) }
            return work
        }
    }

    private func run(_ pipeline: Pipeline, _ now: Timestamp) async throws {
        guard let projects, !pipeline.isReadOnly else { return }
        let stored = try await projects.storedProjects().sorted()
        var query = RowQuery(limit: max(stored.count, 1))
        query.filters = [.compare("$id", .equal, stored.map { .string($0) })]
        query.columns = []
        let known = try await pipeline.store.read { [query] in
            Set(try $0.rows(query, in: ConsoleTables.projects).map(\.id))
        }
        for project in stored where !known.contains(project) {
            let values = Record.values(ConsoleTables.projects, ProjectRecord.fields(project, name: project, team: ""))
            let row = NewRow(id: project, createdAt: now, updatedAt: now, values: values)
            // Another process may be doing the same.
            do { try await pipeline.store.write { _ = try $0.insert(row, into: ConsoleTables.projects) } } catch let
                error as StoreError where error.kind == .duplicateID
            {}
        }
    }
}
