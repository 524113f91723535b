import CoreMetrics
import Synchronization

/// Counts calls by operation and outcome, and how long they took.
///
/// What it records to is looked up once for each operation and kept.
package final class CallMeter: Sendable {
    private struct Cells: Sendable {
        let timer: Timer
        /// By the first digit of the status, from 0.
        var counters: [Counter?] = Array(repeating: nil, count: 6)
    }

    private let registry: MetricsRegistry
    private let front: String
    private let known = Mutex<[String: Cells]>([:])

    /// Stands for what is no operation, whatever was asked for.
    package static let noOperation = "none"

    /// - Parameter front: how the calls come in: `http` or `mcp`.
    package init(_ registry: MetricsRegistry, front: String) {
        self.registry = registry
        self.front = front
        registry.describe("tandem_requests_total", "Calls that were answered, by front, operation and class of status.")
        registry.describe("tandem_request_duration_seconds", "How long calls took until their answer was ready.")
    }

    /// - Parameters:
    ///   - operation: its id in the catalog, or ``noOperation``: never anything that a caller has written.
    ///   - status: as HTTP has them.
    package func record(_ operation: String, status: Int, _ duration: Duration) {
        let place = min(max(status / 100, 0), 5)
        let cells = known.withLock { known -> Cells in
            if let cells = known[operation], cells.counters[place] != nil { return cells }
            var cells = known[operation] ?? Cells(timer: makeTimer(operation))
            cells.counters[place] = makeCounter(operation, place)
            known[operation] = cells
            return cells
        }
        cells.counters[place]?.increment()
        let (seconds, attoseconds) = duration.components
        cells.timer.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    private func makeTimer(_ operation: String) -> Timer {
        let labels = [("front", front), ("operation", operation)]
        return Timer(label: "tandem_request_duration_seconds", dimensions: labels, factory: registry)
    }

    private func makeCounter(_ operation: String, _ place: Int) -> Counter {
        let labels = [("front", front), ("operation", operation), ("status", "\(place)xx")]
        return Counter(label: "tandem_requests_total", dimensions: labels, factory: registry)
    }
}
