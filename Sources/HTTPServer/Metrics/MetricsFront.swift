import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Telemetry

/// Answers `GET /metrics` for Prometheus, at an address of its own: what a process does is not for those who use it.
package struct MetricsFront: Service {
    private let host: String
    private let port: Int
    private let registry: MetricsRegistry
    private let log: Logger
    private let onReady: @Sendable (Int) -> Void
    /// Only tests want anything else.
    var limits = Self.usualLimits

    private static let usualLimits = {
        var limits = HTTPLimits()
        limits.bodyBytes = 0
        limits.headBytes = 8 << 10
        limits.headFields = 64
        limits.headSeconds = 30
        limits.bodySeconds = 10
        limits.connections = 64
        limits.drainSeconds = 2
        return limits
    }()

    /// - Parameters:
    ///   - host: the name or address to listen at.
    ///   - port: 0 lets the system choose one.
    ///   - onReady: called with the port once the front answers.
    package init(
        host: String,
        port: Int,
        _ registry: MetricsRegistry,
        log: Logger,
        onReady: @escaping @Sendable (_ port: Int) -> Void
    ) {
        self.host = host
        self.port = port
        self.registry = registry
        self.log = log
        self.onReady = onReady
    }

    package func run() async throws {
        let responder = MetricsResponder(registry: registry)
        let application = Application(
            responder: responder,
            server: FrontServer(HTTPConfiguration(limits: limits)) { request, _, _ in
                await responder.respond(to: request)
            }.builder,
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: port),
                serverName: "Tandem",
                availableConnectionsDelegate: ConnectionCount(limits.connections)
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? port) },
            logger: log
        )
        try await application.run()
    }
}

/// Knows one path.
struct MetricsResponder: HTTPResponder {
    let registry: MetricsRegistry

    func respond(to request: Request, context: RESTContext) async -> Response { await respond(to: request) }

    func respond(to request: Request) async -> Response {
        guard request.uri.path == "/metrics" else { return refusal(.notFound, "Metrics are at /metrics.\n") }
        switch request.method {
        case .get, .head: break
        default:
            var response = refusal(.methodNotAllowed, "Metrics are read with GET.\n")
            response.headers[.allow] = "GET, HEAD"
            return response
        }
        let text = Exposition.text(await registry.families())
        let response = Self.text(.ok, Exposition.contentType, ByteBuffer(bytes: text))
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func refusal(_ status: HTTPResponse.Status, _ text: String) -> Response {
        var response = Self.text(status, "text/plain; charset=utf-8", ByteBuffer(string: text))
        // A body that comes with it is not read.
        response.headers[.connection] = "close"
        return response
    }

    private static func text(_ status: HTTPResponse.Status, _ type: String, _ body: ByteBuffer) -> Response {
        Response(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body)
        )
    }
}
