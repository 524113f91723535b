import Catalog
import Logging
import Storage
import TestSupport
import Values

@testable import Engine

/// Several projects over one store, as one process has them.
struct Household: Sendable {
    let projects: ProjectDirectory
    let shelf: any ProjectShelf
    let clock: ManualClock
    let backend: Backend
    let folder: TemporaryFolder
    let key: KeySource

    init(
        _ backend: Backend,
        _ folder: TemporaryFolder,
        own: String = "default",
        clock: ManualClock = ManualClock(),
        signUp: SignUpRule = .first,
        limits: Bool = false,
        maximum: Int = 64,
        key: KeySource = .nowhere
    ) {
        self.clock = clock
        self.backend = backend
        self.folder = folder
        self.key = key
        let shelf: any ProjectShelf =
            backend == .sqlite
            ? DataFolder.at(folder.path)
            : PrefixedShelf(base: MongoShelf(uri: MongoServer.uri!), prefix: folder.prefix)
        self.shelf = shelf
        let log = Logger(label: "test")
        projects = ProjectDirectory(own: own, shelf: shelf, maximum: maximum, clock: clock.wallClock, log: log) {
            project,
            projects in
            Engine(
                catalog: .embedded,
                store: backend.store(folder, project: project),
                project: project,
                key: key,
                limitsRates: limits,
                neighbours: projects,
                signUp: signUp,
                clock: clock.wallClock,
                log: log
            )
        }
    }

    /// A project, to call operations in.
    func project(_ id: String) async throws -> TestEngine {
        TestEngine(try await projects.engine(of: id), backend, folder, clock: clock, key: key)
    }

    var console: TestEngine {
        get async throws { try await project(ProjectDirectory.consoleID) }
    }

    /// Makes a project and goes there.
    func make(_ id: String, team: String? = nil) async throws -> TestEngine {
        var arguments: JSONObject = ["projectId": .string(id), "name": .string(id)]
        if let team { arguments["teamId"] = .string(team) }
        try await console.call("projects.create", arguments)
        return try await project(id)
    }

    /// What looking for a project is refused with; nil when it is there.
    func refusal(of project: String) async -> Refusal? {
        do throws(AppError) {
            _ = try await projects.engine(of: project)
            return nil
        } catch { return Refusal(error) }
    }

    /// The ids of the projects that the console lists.
    func listed() async throws -> [String] {
        try await console.call("projects.list")["projects"]?.each("$id").compactMap(\.string) ?? []
    }

    /// Closes everything and removes what is left.
    func end() async {
        await projects.close()
        for project in (try? await shelf.projectIDs()) ?? [] { try? await shelf.remove(project) }
        await backend.remove(folder)
    }
}

/// Runs a test on a store with several projects.
func withHousehold(
    _ backend: Backend,
    signUp: SignUpRule = .first,
    limits: Bool = false,
    maximum: Int = 64,
    _ body: (Household) async throws -> Void
) async throws {
    let (folder, keys) = (try TemporaryFolder(), try TemporaryFolder())
    let key = try makeKey(keys)
    let household = Household(backend, folder, signUp: signUp, limits: limits, maximum: maximum, key: .named(key))
    let result: Result<Void, any Error>
    do { result = .success(try await body(household)) } catch { result = .failure(error) }
    await household.end()
    keys.remove()
    try result.get()
}
