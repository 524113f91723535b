package import Engine
import Synchronization
package import Telemetry

/// What is to be told of the projects that are open, all together: their names are nobody's business here, and there may
/// be many.
///
/// The store is asked at most every few seconds, however often somebody reads, and is not waited for when it is slow.
package final class EngineSource: Sendable {
    private struct Look: Sendable {
        var figures: [EngineFigures] = []
        var failures = 0
    }

    private struct State {
        var look: Look?
        var lookedAt: ContinuousClock.Instant?
        /// Open once the look that is under way has ended.
        var looking: Gate?
        var caches = CacheTotals()
    }

    private let projects: ProjectDirectory
    private let patience: Duration
    private let age: Duration
    private let state = Mutex(State())

    /// - Parameters:
    ///   - patience: how long an answer of the store is waited for.
    ///   - age: how old an answer may be.
    package init(_ projects: ProjectDirectory, patience: Duration = .seconds(2), age: Duration = .seconds(5)) {
        self.projects = projects
        self.patience = patience
        self.age = age
    }

    package func families() async -> [MetricFamily] {
        let engines = projects.openEngines
        let caches = state.withLock { state in
            state.caches.add(engines.map { (ObjectIdentifier($0), $0.cacheStatistics) })
            return state.caches
        }
        var families = [MetricFamily("tandem_projects", .gauge, "Projects that are open.", Double(engines.count))]
        families += caches.families
        if let delay = engines.compactMap(\.feed.delay).max() {
            families.append(
                MetricFamily(
                    "tandem_event_delay_seconds",
                    .gauge,
                    "How long after it had happened the last event was told to those who listen in this process.",
                    Double(delay) / 1000
                )
            )
        }
        if !engines.isEmpty { families += Self.families(await look(at: engines)) }
        return families
    }

    // MARK: The store

    /// - Returns: nil where the store is too slow.
    private func look(at engines: [Engine]) async -> Look? {
        let gate = state.withLock { state -> Gate? in
            if let gate = state.looking { return gate }
            if let moment = state.lookedAt, moment.duration(to: .now) < age { return nil }
            let gate = Gate()
            state.looking = gate
            Task { await self.read(engines, gate) }
            return gate
        }
        if let gate, await !gate.pass(within: patience) { return nil }
        return state.withLock { $0.look }
    }

    private func read(_ engines: [Engine], _ gate: Gate) async {
        var look = Look()
        for engine in engines {
            if let figures = try? await engine.figures() {
                look.figures.append(figures)
            } else {
                look.failures += 1
            }
        }
        state.withLock { [look] state in
            state.look = look
            state.lookedAt = .now
            state.looking = nil
        }
        gate.open()
    }

    private static func families(_ look: Look?) -> [MetricFamily] {
        let isUp = look.map { $0.failures == 0 } ?? false
        let up = MetricFamily("tandem_store_up", .gauge, "Whether the store answers: 1 or 0.", isUp ? 1 : 0)
        guard let look, isUp else { return [up] }
        func queue(_ name: String, _ help: String, _ size: (EngineFigures) -> QueueSize) -> MetricFamily {
            func sample(_ state: String, _ count: (QueueSize) -> Int) -> MetricFamily.Sample {
                let total = look.figures.reduce(0) { $0 + count(size($1)) }
                return MetricFamily.Sample(Double(total), [MetricFamily.Label("state", state)])
            }
            return MetricFamily(name, .gauge, help, [sample("dead") { $0.dead }, sample("waiting") { $0.waiting }])
        }
        var families = [
            up, queue("tandem_jobs", "Jobs of the store that are still to be done, or were given up.") { $0.jobs },
            queue("tandem_deliveries", "Events that webhooks are still to be told, or that were given up.") {
                $0.deliveries
            },
        ]
        func sum(_ name: String, _ help: String, _ value: (EngineFigures) -> Int64?) {
            let values = look.figures.compactMap(value)
            guard !values.isEmpty else { return }
            families.append(MetricFamily(name, .gauge, help, Double(values.reduce(0, +))))
        }
        sum("tandem_event_log_position", "The number of the last event.") { $0.lastEvent }
        sum("tandem_event_log_lag_records", "Events that those who listen were not told yet.") { $0.untold }
        return families
    }
}
