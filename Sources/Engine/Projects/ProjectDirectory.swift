package import Logging
package import Storage
import Synchronization
package import Values

/// The projects of one store, each with an engine of its own, opened when it is first asked for.
///
/// Engines share nothing but the way to the store: each has its own connections, caches, limits, listeners and jobs, and
/// knows of no other project's data.
package final class ProjectDirectory: Sendable {
    /// The id of the project in which those who administer projects sign in, and that knows what projects there are.
    package static let consoleID = "console"

    /// An engine that is open.
    struct Open: Sendable {
        let engine: Engine
        /// What told its project from others when it was last looked at.
        var mark: String?
        /// When somebody last asked for it.
        var asked: Timestamp
        /// When it was last made sure that the project is still there.
        var seen: Timestamp
        var house: Task<Void, Never>?
    }

    struct State {
        var open: [String: Open] = [:]
        /// Whether what goes on in the background does.
        var keepsHouse = false
        var knowsConsole = false
    }

    /// The id of the process's own project, which is there always.
    let own: String
    let shelf: any ProjectShelf
    let clock: WallClock
    let log: Logger
    /// How many engines may stay open though nobody uses them.
    let maximum: Int
    let state = Mutex(State())
    private let make: @Sendable (String, ProjectDirectory) -> Engine

    /// How long it is believed without another look that a project is still there.
    static let trust: Int64 = 1000

    /// - Parameters:
    ///   - own: the project of the process.
    ///   - shelf: where the projects lie.
    ///   - make: makes the engine of a project; it opens nothing before its first call.
    package init(
        own: String,
        shelf: any ProjectShelf,
        maximum: Int = 64,
        clock: WallClock = .system,
        log: Logger = Logger(label: "tandem.projects"),
        make: @escaping @Sendable (String, ProjectDirectory) -> Engine
    ) {
        self.own = own
        self.shelf = shelf
        self.maximum = maximum
        self.clock = clock
        self.log = log
        self.make = make
    }

    /// The engine of the process's own project.
    package var ownEngine: Engine { open(own, mark: nil) }

    /// Whether a project has an engine already.
    package func isOpen(_ project: String) -> Bool { state.withLock { $0.open[project] != nil } }

    /// - Throws: 404 `project_not_found`.
    package func engine(of project: String) async throws(AppError) -> Engine {
        if project == own || project == Self.consoleID { return open(project, mark: nil) }
        if let engine = trusted(project) { return engine }
        guard ID.isValid(project), project.allSatisfy({ !$0.isUppercase }) else { throw Self.unknown(project) }
        let standing = try await standing(of: project)
        guard standing.isThere else {
            await closeEngine(of: project)
            throw Self.unknown(project)
        }
        if let known = state.withLock({ $0.open[project]?.mark }), known != standing.mark {
            await closeEngine(of: project)
        }
        return open(project, mark: standing.mark)
    }

    /// The engine of the reserved project `console`.
    package func console() async throws(AppError) -> Engine { open(Self.consoleID, mark: nil) }

    /// The actor for a console session that acts on a project in admin mode (`X-Appwrite-Mode: admin`).
    /// - Throws: 404 `project_not_found`; 401 for a session that is not good, or that is of nobody who has a role in the
    ///   organisation of the project.
    package func administrator(session secret: String, of project: String) async throws(AppError) -> Actor {
        _ = try await engine(of: project)
        let console = try await console()
        // On the console itself everybody is a user like others.
        if project == Self.consoleID { return try await console.actor(of: .session(secret)) }
        let team = try await record(of: project)?.team
        return try await console.administrator(session: secret, ofTeam: team, project: project)
    }

    static func unknown(_ project: String) -> AppError {
        AppError(
            .projectNotFound,
            "There is no project '\(project)'.",
            argument: "projectId",
            hint: "projects.list shows the projects, projects.create makes one."
        )
    }

    /// The engine of a project whose existence was looked at a moment ago.
    private func trusted(_ project: String) -> Engine? {
        let now = clock.now
        return state.withLock { state in
            guard let open = state.open[project], now.milliseconds - open.seen.milliseconds < Self.trust else {
                return nil
            }
            state.open[project]?.asked = now
            return open.engine
        }
    }

    /// The engine of a project that is there, which may be open already.
    func open(_ project: String, mark: String?) -> Engine {
        let now = clock.now
        func known(_ state: inout State) -> Engine? {
            guard var open = state.open[project] else { return nil }
            // Nothing depends on anything finer, and this is asked for with each call.
            if mark == nil, (0..<100).contains(now.milliseconds - open.asked.milliseconds), open.asked == open.seen {
                return open.engine
            }
            open.asked = now
            open.seen = now
            // One that had no data yet has some now.
            open.mark = mark ?? open.mark
            state.open[project] = open
            return open.engine
        }
        if let engine = state.withLock({ known(&$0) }) { return engine }
        let new = make(project, self)
        return state.withLock { state in
            if let engine = known(&state) { return engine }
            var open = Open(engine: new, mark: mark, asked: now, seen: now)
            if state.keepsHouse { open.house = Self.house(of: new) }
            state.open[project] = open
            return new
        }
    }

    /// It goes on for everybody, and so for no call.
    static func house(of engine: Engine) -> Task<Void, Never> {
        TraceContext.$current.withValue(nil) { Task { await engine.keepHouse() } }
    }
}
