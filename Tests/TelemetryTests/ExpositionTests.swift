import CoreMetrics
import Testing

@testable import Telemetry

@Suite("The text that Prometheus reads")
struct ExpositionTests {
    private func text(_ families: [MetricFamily]) -> String {
        String(decoding: Exposition.text(families), as: UTF8.self)
    }

    @Test("Has help, type and samples, in the order of the names")
    func order() {
        let families = [
            MetricFamily("b_total", .counter, "Second.", 3),
            MetricFamily("a", .gauge, "", [MetricFamily.Sample(0.25, [MetricFamily.Label("x", "1")])]),
            MetricFamily("c", .gauge, "Nobody knows.", []),
        ]
        #expect(
            text(families) == """
                # TYPE a gauge
                a{x="1"} 0.25
                # HELP b_total Second.
                # TYPE b_total counter
                b_total 3

                """
        )
    }

    @Test("Escapes what would end a label or a line")
    func escapes() {
        let label = MetricFamily.Label("x", "a\"b\\c\nd")
        let family = MetricFamily("a", .gauge, "One\\two\nthree \"four\"", [MetricFamily.Sample(1, [label])])
        #expect(
            text([family]) == #"""
                # HELP a One\\two\nthree "four"
                # TYPE a gauge
                a{x="a\"b\\c\nd"} 1

                """#
        )
    }

    @Test(
        "Writes numbers that Prometheus reads",
        arguments: [
            (0.0, "0"), (-3, "-3"), (1e15, "1000000000000000"), (0.0005, "0.0005"), (.infinity, "+Inf"),
            (-.infinity, "-Inf"), (.nan, "NaN"),
        ]
    )
    func numbers(_ value: Double, _ text: String) { #expect(Exposition.number(value) == text) }

    @Test(
        "Makes names of anything",
        arguments: [
            ("http.requests-sent", "http_requests_sent"), ("2xx", "_2xx"), ("a:b", "a:b"), ("ä", "_"), ("", "_"),
        ]
    )
    func names(_ name: String, _ made: String) { #expect(Exposition.name(name) == made) }
}
