import ArgumentParser
import Engine
import HTTPServer
import Logging
import ServiceLifecycle
import Telemetry
import UnixSignals
import Values

/// `tandem serve`: HTTP and realtime without stdio.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer Appwrite's REST API and realtime protocol.",
        discussion: """
            Programs that use an SDK of Appwrite set its endpoint to http://HOST:PORT/v1. The address goes to stderr once \
            the server answers; SIGTERM lets requests under way finish.

            EXAMPLES
              tandem serve                                       at 127.0.0.1:8080, data in ~/.local/share/tandem
              tandem serve --http 0.0.0.0:80 --mongodb mongodb://db1,db2/?replicaSet=rs0
              tandem serve --http 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem
              tandem serve --metrics 127.0.0.1:9464              Prometheus reads http://127.0.0.1:9464/metrics
              tandem serve --ephemeral --http 127.0.0.1:0        a free port, and a store that is gone afterwards
              curl -H 'X-Appwrite-Project: default' -H "X-Appwrite-Key: $KEY" http://127.0.0.1:8080/v1/tablesdb
            """
    )

    @OptionGroup var options: Options

    func run() async throws {
        let settings = try Settings(options)
        let log = settings.log
        let backend = Backend(settings, log: log)
        let address = settings.http ?? HTTPAddress.usual
        let metrics = try Metrics(settings, http: address, backend, log)
        let front = backend.front(at: address, metrics?.registry, log: log)
        // A store that can't be opened is said at once, and not at the first request.
        let engine = backend.engine
        do { _ = try await engine.execute(Invocation("project.get", as: .key)) } catch {
            await backend.close()
            throw Failure(status: 1, message: "tandem: \(error.message)")
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [.init(service: backend), .init(service: front)]
                    + (metrics.map { [.init(service: $0)] } ?? []),
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
                logger: log
            )
        )
        do { try await group.run() } catch {
            await backend.close()
            if let failure = error as? Failure { throw failure }
            throw Failure(status: 1, message: "tandem: can't answer at \(address.text): \(error)")
        }
        await backend.close()
    }
}

extension Backend {
    /// The front that answers for the projects of this process.
    func front(at address: HTTPAddress, _ metrics: MetricsRegistry?, log: Logger) -> HTTPFront {
        HTTPFront(
            HTTPConfiguration(
                host: address.host,
                port: address.port,
                tls: settings.certificate,
                proxies: settings.proxies
            ),
            catalog: catalog,
            projects: projects,
            metrics: metrics,
            log: log
        ) { [scheme = settings.scheme] port in
            writeError("tandem: \(scheme)://\(HTTPAddress(host: address.host, port: port).text)/v1")
        }
    }
}

extension ProjectDirectory: ProjectSource {}

/// Where to answer HTTP.
struct HTTPAddress: Sendable, Equatable {
    var host: String
    var port: Int

    static let usual = HTTPAddress(host: "127.0.0.1", port: 8080)

    init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Reads `HOST:PORT`, an address of IPv6 standing in brackets.
    init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
            (0...65535).contains(port)
        else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        guard !host.isEmpty, !host.contains("[") else { return nil }
        self.init(host: String(host), port: port)
    }

    var text: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
