package import Catalog
import Engine
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle
package import Telemetry

/// HTTP and realtime on one port: Appwrite's REST API, and its WebSocket.
package struct HTTPFront: Service {
    private let configuration: HTTPConfiguration
    private let catalog: Catalog
    private let projects: any ProjectSource
    private let metrics: MetricsRegistry?
    private let log: Logger
    private let onReady: @Sendable (Int) -> Void
    /// How sockets are served; only tests want anything else.
    var realtime = RealtimeSettings()
    var hub = HubLimits()

    /// - Parameters:
    ///   - metrics: where is recorded what happens; nil for nowhere.
    ///   - onReady: called with the port once the front answers.
    package init(
        _ configuration: HTTPConfiguration,
        catalog: Catalog,
        projects: any ProjectSource,
        metrics: MetricsRegistry? = nil,
        log: Logger,
        onReady: @escaping @Sendable (_ port: Int) -> Void
    ) {
        self.configuration = configuration
        self.catalog = catalog
        self.projects = projects
        self.metrics = metrics
        self.log = log
        self.onReady = onReady
    }

    package func run() async throws {
        // Besides connections there are files of the store.
        FileLimit.raise(to: configuration.limits.connections + 1000)
        let meters = metrics.map { FrontMeters($0) }
        let sockets = RealtimeSockets(projects, realtime, hub, meters: meters, log: log)
        if let metrics { FrontMeters.watch(sockets, in: metrics) }
        let responder = RESTResponder(catalog, projects: projects, configuration, metrics: metrics, log: log)
        let server = FrontServer(configuration, sockets: sockets, meters: meters, room: responder.room) {
            await responder.respond(to: $0, from: $1, refused: $2)
        }
        let application = Application(
            responder: responder,
            server: server.builder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "Tandem",
                backlog: 1024,
                availableConnectionsDelegate: ConnectionCount(configuration.limits.connections, meters)
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? configuration.port) },
            logger: log
        )
        try await application.run()
        await sockets.finish()
    }
}
