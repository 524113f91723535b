import CoreMetrics
import Synchronization

/// Holds what was recorded under one name with one set of labels.
protocol MetricCell: AnyObject, Sendable {
    /// What it holds now.
    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample]
}

/// Something that only grows.
final class CounterCell: MetricCell, CounterHandler {
    private let value = Atomic<Int64>(0)

    func increment(by amount: Int64) { value.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { value.store(0, ordering: .relaxed) }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        [MetricFamily.Sample(Double(value.load(ordering: .relaxed)), labels)]
    }
}

/// Something that goes up and down.
final class GaugeCell: MetricCell, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)

    func set(_ new: Int64) { value.withLock { $0 = Double(new) } }
    func set(_ new: Double) { value.withLock { $0 = new } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ new: Int64) { set(new) }
    func record(_ new: Double) { set(new) }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        [MetricFamily.Sample(value.withLock { $0 }, labels)]
    }
}

/// How many values there were, and their sum.
final class SummaryCell: MetricCell, RecorderHandler {
    private let state = Mutex((count: 0, sum: 0.0))

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            state.count += 1
            state.sum += value
        }
    }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        let (count, sum) = state.withLock { $0 }
        return [
            MetricFamily.Sample(sum, labels, suffix: "_sum"),
            MetricFamily.Sample(Double(count), labels, suffix: "_count"),
        ]
    }
}

/// How long something took, by steps of time.
final class HistogramCell: MetricCell, TimerHandler {
    /// Where each step ends, in seconds.
    static let bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
    private static let nanoseconds = bounds.map { Int64($0 * 1e9) }

    private struct State: Sendable {
        var counts = [Int](repeating: 0, count: HistogramCell.bounds.count + 1)
        var sum: Int64 = 0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) {
        let place = Self.nanoseconds.firstIndex { duration <= $0 } ?? Self.nanoseconds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum &+= duration
        }
    }

    func samples(_ labels: [MetricFamily.Label]) -> [MetricFamily.Sample] {
        let state = state.withLock { $0 }
        var total = 0
        var samples: [MetricFamily.Sample] = []
        for (index, count) in state.counts.enumerated() {
            total += count
            let bound = index < Self.bounds.count ? Exposition.number(Self.bounds[index]) : "+Inf"
            samples.append(
                MetricFamily.Sample(Double(total), labels + [MetricFamily.Label("le", bound)], suffix: "_bucket")
            )
        }
        samples.append(MetricFamily.Sample(Double(state.sum) / 1e9, labels, suffix: "_sum"))
        samples.append(MetricFamily.Sample(Double(total), labels, suffix: "_count"))
        return samples
    }
}
