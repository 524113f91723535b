package import CoreMetrics
import Synchronization

/// Where all measurements of a process come together until somebody reads them.
///
/// It is a backend of swift-metrics, so that libraries record here too once it is bootstrapped. What can be looked up at
/// any time is not recorded but asked for when it is read, from a source.
package final class MetricsRegistry: MetricsFactory {
    /// Tells what is so at the moment. It must answer soon whatever happens.
    package typealias Source = @Sendable () async -> [MetricFamily]

    private struct Family {
        let kind: MetricFamily.Kind
        var cells: [[MetricFamily.Label]: any MetricCell] = [:]
    }

    private struct State {
        var families: [String: Family] = [:]
        var helps: [String: String] = [:]
        var sources: [Source] = []
        var count = 0
    }

    private let state = Mutex(State())
    /// How many cells there may be; what comes later is recorded nowhere.
    private let limit: Int

    package init(limit: Int = 20_000) { self.limit = limit }

    /// Says what a name stands for.
    package func describe(_ name: String, _ help: String) { state.withLock { $0.helps[name] = help } }

    package func add(_ source: @escaping Source) { state.withLock { $0.sources.append(source) } }

    /// Everything that there is to be read.
    package func families() async -> [MetricFamily] {
        let (recorded, sources) = state.withLock { state in
            let recorded = state.families.map { name, family in
                let cells = family.cells.sorted { Self.comes($0.key, before: $1.key) }
                let samples = cells.flatMap { $0.value.samples($0.key) }
                return MetricFamily(name, family.kind, state.helps[name] ?? "", samples)
            }
            return (recorded, state.sources)
        }
        var families = recorded
        for source in sources { families += await source() }
        return families
    }

    private static func comes(_ one: [MetricFamily.Label], before other: [MetricFamily.Label]) -> Bool {
        one.lazy.map(\.value).lexicographicallyPrecedes(other.lazy.map(\.value))
    }

    /// The cell of a name and its labels, made when it is first asked for. A name that is something else already, and
    /// one too many, gets a cell that nobody reads.
    private func cell<C: MetricCell>(
        _ label: String,
        _ dimensions: [(String, String)],
        _ kind: MetricFamily.Kind,
        suffix: String = "",
        _ make: () -> C
    ) -> C {
        var name = Exposition.name(label)
        if !name.hasSuffix(suffix) { name += suffix }
        let labels = dimensions.map { MetricFamily.Label(Exposition.name($0.0, isLabel: true), $0.1) }
        return state.withLock { state in
            let family = state.families[name] ?? Family(kind: kind)
            if family.kind == kind, let known = family.cells[labels] as? C { return known }
            let new = make()
            guard family.kind == kind, family.cells[labels] == nil, state.count < limit else { return new }
            state.count += 1
            state.families[name, default: family].cells[labels] = new
            return new
        }
    }

    // MARK: MetricsFactory

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        cell(label, dimensions, .counter, suffix: "_total") { CounterCell() }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        cell(label, dimensions, .gauge) { GaugeCell() }
    }

    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return cell(label, dimensions, .summary) { SummaryCell() } }
        return cell(label, dimensions, .gauge) { GaugeCell() }
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        cell(label, dimensions, .histogram, suffix: "_seconds") { HistogramCell() }
    }

    // Prometheus wants names to stay once they were there.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}
}
