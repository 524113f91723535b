import Storage
import Synchronization
import Values

/// What happens to engines after they were opened.
extension ProjectDirectory {
    /// How often it is looked which engines nobody needs.
    private static let sweepInterval = Duration.seconds(5)
    /// How long an engine stays open after somebody last asked for it, in milliseconds.
    static let idleTime: Int64 = 600_000
    /// The same where more are open than may be.
    static let crowdedIdleTime: Int64 = 10_000

    /// What goes on in the background for every project that is open, until it is cancelled.
    package func run() async {
        state.withLock { state in
            state.keepsHouse = true
            for (project, open) in state.open where open.house == nil {
                state.open[project]?.house = Self.house(of: open.engine)
            }
        }
        while (try? await Task.sleep(for: Self.sweepInterval)) != nil { await sweep() }
        let houses = state.withLock { state in
            state.keepsHouse = false
            return state.open.values.compactMap(\.house)
        }
        for house in houses { house.cancel() }
        for house in houses { await house.value }
    }

    /// Closes the engines of projects that are gone, and of those that nobody has used for long.
    func sweep() async {
        let now = clock.now
        let others = state.withLock { $0.open.filter { isOther($0.key) } }
        for project in others.keys {
            // What can't be looked at now is looked at the next time.
            guard let standing = try? await standing(of: project) else { continue }
            if !standing.isThere || others[project]!.mark.map({ $0 != standing.mark }) == true {
                await closeEngine(of: project)
            }
        }
        guard shelf.lasts else { return }
        let isCrowded = others.count > maximum
        for (project, open) in others where open.engine.isIdle {
            let idle = now.milliseconds - open.asked.milliseconds
            if idle > (isCrowded ? Self.crowdedIdleTime : Self.idleTime) { await closeEngine(of: project) }
        }
    }

    /// Whether a project may be closed: neither the process's own nor the console.
    private func isOther(_ project: String) -> Bool { project != own && project != Self.consoleID }

    /// Ends the work of a project in this process.
    func closeEngine(of project: String) async {
        guard let open = state.withLock({ $0.open.removeValue(forKey: project) }) else { return }
        await Self.end(open)
    }

    /// Ends the work of all projects.
    package func close() async {
        let all = state.withLock { state in
            defer { state.open = [:] }
            return Array(state.open.values)
        }
        for open in all { await Self.end(open) }
    }

    private static func end(_ open: Open) async {
        open.house?.cancel()
        await open.house?.value
        await open.engine.close()
    }
}
