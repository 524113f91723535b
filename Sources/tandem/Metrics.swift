import CoreMetrics
import HTTPServer
import Logging
import ServiceLifecycle
import Telemetry

/// What is measured in this process, and the front that tells it.
struct Metrics: Service {
    let registry = MetricsRegistry()
    private let address: HTTPAddress
    private let log: Logger

    /// nil where nobody wants to know.
    /// - Parameter http: where the process answers HTTP.
    /// - Throws: ``Failure`` with status 2 where that is the same address.
    init?(_ settings: Settings, http: HTTPAddress?, _ backend: Backend, _ log: Logger) throws {
        guard let address = settings.metrics else { return nil }
        guard http.map({ !$0.collides(with: address) }) ?? true else {
            throw Failure.usage("--metrics and --http can't share a port: metrics have an address of their own")
        }
        self.address = address
        self.log = log
        MetricsSystem.bootstrap(registry)
        registry.add(ProcessFigures.source(version: Tandem.version))
        let source = EngineSource(backend.projects)
        registry.add { await source.families() }
    }

    func run() async throws {
        let front = MetricsFront(host: address.host, port: address.port, registry, log: log) {
            [host = address.host] port in
            writeError("tandem: metrics at http://\(HTTPAddress(host: host, port: port).text)/metrics")
        }
        do { try await front.run() } catch {
            throw Failure(status: 1, message: "tandem: can't answer metrics at \(address.text): \(error)")
        }
    }
}

extension HTTPAddress {
    /// Whether two can't be listened at together.
    func collides(with other: HTTPAddress) -> Bool {
        guard port == other.port, port != 0 else { return false }
        func isEverywhere(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }
        return host == other.host || isEverywhere(host) || isEverywhere(other.host)
    }
}
