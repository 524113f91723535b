package import Catalog
import Engine
import HTTPTypes
import Hummingbird
package import Logging
import NIOCore
import ServiceLifecycle

/// HTTP and realtime on one port: Appwrite's REST API, and its WebSocket.
package struct HTTPFront: Service {
    private let configuration: HTTPConfiguration
    private let catalog: Catalog
    private let projects: any ProjectSource
    private let log: Logger
    private let onReady: @Sendable (Int) -> Void
    /// How sockets are served; only tests want anything else.
    var realtime = RealtimeSettings()
    var hub = HubLimits()

    /// - Parameter onReady: called with the port once the front answers.
    package init(
        _ configuration: HTTPConfiguration,
        catalog: Catalog,
        projects: any ProjectSource,
        log: Logger,
        onReady: @escaping @Sendable (_ port: Int) -> Void
    ) {
        self.configuration = configuration
        self.catalog = catalog
        self.projects = projects
        self.log = log
        self.onReady = onReady
    }

    package func run() async throws {
        // Besides connections there are files of the store.
        FileLimit.raise(to: configuration.limits.connections + 1000)
        let sockets = RealtimeSockets(projects, realtime, hub, log: log)
        let responder = RESTResponder(catalog, projects: projects, configuration, log: log)
        let application = Application(
            responder: responder,
            server: FrontServer(configuration: configuration, sockets: sockets, responder: responder).builder,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "Tandem",
                backlog: 1024,
                availableConnectionsDelegate: .maximum(configuration.limits.connections, logger: log)
            ),
            onServerRunning: { onReady($0.localAddress?.port ?? configuration.port) },
            logger: log
        )
        try await application.run()
        await sockets.finish()
    }
}
