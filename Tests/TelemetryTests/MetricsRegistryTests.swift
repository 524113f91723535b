import CoreMetrics
import Testing

@testable import Telemetry

@Suite("The registry of metrics")
struct MetricsRegistryTests {
    private let registry = MetricsRegistry()

    private func text() async -> String { String(decoding: Exposition.text(await registry.families()), as: UTF8.self) }

    @Test("Records what swift-metrics knows, under names as Prometheus has them")
    func kinds() async {
        Counter(label: "hits", dimensions: [("who", "a")], factory: registry).increment(by: 2)
        Counter(label: "hits", dimensions: [("who", "a")], factory: registry).increment()
        Meter(label: "open", factory: registry).set(7)
        Meter(label: "open", factory: registry).decrement(by: 2.5)
        Gauge(label: "level", factory: registry).record(4)
        Recorder(label: "sizes", dimensions: [], aggregate: true, factory: registry).record(10)
        Recorder(label: "sizes", dimensions: [], aggregate: true, factory: registry).record(2.5)
        FloatingPointCounter(label: "spent", factory: registry).increment(by: 2.5)
        #expect(
            await text() == """
                # TYPE hits_total counter
                hits_total{who="a"} 3
                # TYPE level gauge
                level 4
                # TYPE open gauge
                open 4.5
                # TYPE sizes summary
                sizes_sum 12.5
                sizes_count 2
                # TYPE spent_total counter
                spent_total 2

                """
        )
    }

    @Test("Sorts durations into steps, each of which holds those before it")
    func histogram() async {
        let timer = Timer(label: "took", factory: registry)
        timer.recordNanoseconds(500_000)
        timer.recordNanoseconds(500_001)
        timer.recordSeconds(20)
        let lines = await text().split(separator: "\n")
        #expect(lines.first == "# TYPE took_seconds histogram")
        #expect(lines.contains("took_seconds_bucket{le=\"0.0005\"} 1"))
        #expect(lines.contains("took_seconds_bucket{le=\"0.001\"} 2"))
        #expect(lines.contains("took_seconds_bucket{le=\"10\"} 2"))
        #expect(lines.contains("took_seconds_bucket{le=\"+Inf\"} 3"))
        #expect(lines.contains("took_seconds_sum 20.001000001"))
        #expect(lines.last == "took_seconds_count 3")
    }

    @Test("Keeps a name for the kind that it had first, and no more series than it may")
    func bounds() async {
        let registry = MetricsRegistry(limit: 2)
        Counter(label: "a_total", factory: registry).increment()
        Meter(label: "a_total", factory: registry).set(9)
        for number in 0..<5 {
            Counter(label: "b_total", dimensions: [("n", "\(number)")], factory: registry).increment()
        }
        let text = String(decoding: Exposition.text(await registry.families()), as: UTF8.self)
        #expect(text == "# TYPE a_total counter\na_total 1\n# TYPE b_total counter\nb_total{n=\"0\"} 1\n")
    }

    @Test("Asks its sources whenever it is read")
    func sources() async {
        registry.add { [MetricFamily("now", .gauge, "Help.", 1)] }
        #expect(await text() == "# HELP now Help.\n# TYPE now gauge\nnow 1\n")
    }

    @Test("Counts calls by operation and class of status")
    func calls() async {
        let meter = CallMeter(registry, front: "http")
        meter.record("health.get", status: 200, .milliseconds(3))
        meter.record("health.get", status: 204, .milliseconds(3))
        meter.record("health.get", status: 404, .seconds(3))
        meter.record(CallMeter.noOperation, status: 999, .zero)
        let lines = await text().split(separator: "\n")
        func total(_ operation: String, _ status: String) -> String {
            "tandem_requests_total{front=\"http\",operation=\"\(operation)\",status=\"\(status)\"}"
        }
        #expect(lines.contains("\(total("health.get", "2xx")) 2"))
        #expect(lines.contains("\(total("health.get", "4xx")) 1"))
        #expect(lines.contains("\(total("none", "5xx")) 1"))
        let duration = "tandem_request_duration_seconds"
        let labels = "front=\"http\",operation=\"health.get\""
        #expect(lines.contains("\(duration)_bucket{\(labels),le=\"0.005\"} 2"))
        #expect(lines.contains("\(duration)_sum{\(labels)} 3.006"))
        #expect(lines.contains("\(duration)_count{\(labels)} 3"))
    }

    @Test("Knows what the system knows of the process")
    func process() async {
        let families = await ProcessFigures.source(version: "1.2.3")()
        func value(_ name: String) -> Double { families.first { $0.name == name }?.samples.first?.value ?? -1 }
        #expect(value("tandem_build_info") == 1)
        #expect(value("process_cpu_seconds_total") > 0)
        #expect(value("process_resident_memory_bytes") > 1_000_000)
        #expect(value("process_virtual_memory_bytes") >= value("process_resident_memory_bytes"))
        #expect(value("process_open_fds") > 2)
        #expect(value("process_max_fds") >= value("process_open_fds"))
        #expect(value("process_start_time_seconds") > 1_600_000_000)
    }
}
