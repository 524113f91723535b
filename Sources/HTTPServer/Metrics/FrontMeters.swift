import CoreMetrics
import Telemetry

/// What the front records about its connections.
struct FrontMeters: Sendable {
    /// Connections that are open, those of sockets included.
    let connections: Meter
    let full: Counter
    let refused: Counter
    let socketsRefused: Counter
    let messages: Counter

    init(_ registry: MetricsRegistry) {
        func counter(_ name: String, _ help: String) -> Counter {
            registry.describe(name, help)
            return Counter(label: name, factory: registry)
        }
        let open = "tandem_http_connections"
        registry.describe(open, "Connections that are open, those of WebSockets included.")
        connections = Meter(label: open, factory: registry)
        full = counter(
            "tandem_http_connections_full_total",
            "Times at which no further connection was taken because as many were open as may be."
        )
        refused = counter(
            "tandem_http_requests_refused_total",
            "Requests that were answered without being read whole: no HTTP, too long or too slow."
        )
        socketsRefused = counter(
            "tandem_realtime_sockets_refused_total",
            "WebSockets that were opened and turned away."
        )
        messages = counter("tandem_realtime_messages_sent_total", "Messages that were sent over WebSockets.")
    }

    /// Tells how many sockets there are whenever that is read.
    static func watch(_ sockets: RealtimeSockets, in registry: MetricsRegistry) {
        registry.add { [weak sockets] in
            guard let sockets else { return [] }
            return [
                MetricFamily("tandem_realtime_sockets", .gauge, "WebSockets that are open.", Double(sockets.count)),
                MetricFamily(
                    "tandem_realtime_subscriptions",
                    .gauge,
                    "Subscriptions of all WebSockets.",
                    Double(sockets.subscriptions)
                ),
            ]
        }
    }
}
