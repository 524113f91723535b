import ArgumentParser
import Engine
import Glibc
import Logging
import MCPServer
import ServiceLifecycle
import Storage
import Telemetry
import UnixSignals
import Values

/// `tandem mcp`, the default.
struct ServeMCP: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Speak the Model Context Protocol on stdin and stdout (the default)."
    )

    @OptionGroup var options: Options

    func run() async throws {
        let settings = try Settings(options)
        let log = settings.log
        greet()
        let streams = StandardStreams.claim()
        let backend = Backend(settings, log: log)
        let engine: @Sendable () -> Engine = { backend.engine }
        let metrics = try Metrics(settings, http: settings.http, backend, log)
        let observer = CallObserver("mcp", metrics: metrics?.registry, log: log)
        let server = Server(
            identity: ServerIdentity(
                name: "tandem",
                title: "Tandem",
                version: Tandem.version,
                instructions: Instructions.text
            ),
            tools: [
                .catalogSearch(observer) { backend.catalog },
                .executeOperation(settings.execution, observer, engine),
            ],
            events: settings.servesEvents ? engine : nil,
            input: streams.input,
            output: streams.output,
            executor: backend.store.executor
        )
        var services = [ServiceGroupConfiguration.ServiceConfiguration(service: backend)]
        if let address = settings.http {
            let front = backend.front(at: address, metrics?.registry, log: log)
            // The others end gracefully only: a task that is cancelled would wait for its input for ever.
            services.append(.init(service: front, failureTerminationBehavior: .gracefullyShutdownGroup))
        }
        if let metrics {
            services.append(.init(service: metrics, failureTerminationBehavior: .gracefullyShutdownGroup))
        }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services + [
                    .init(
                        service: ProtocolService(server: server),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
                logger: log
            )
        )
        do { try await group.run() } catch {
            await backend.close()
            if let failure = error as? Failure { throw failure }
            let place = settings.http.map { "can't answer at \($0.text): " } ?? ""
            throw Failure(status: 1, message: "tandem: \(place)\(error)")
        }
        await backend.close()
    }

    /// A person who starts this on a terminal wants to know what it is.
    private func greet() {
        guard isatty(0) == 1, isatty(2) == 1 else { return }
        writeError("tandem \(Tandem.version): an MCP server; it waits for JSON-RPC on stdin (Ctrl-D ends it).")
        writeError(
            "To register it in an editor: {\"mcpServers\":{\"tandem\":{\"command\":\"\(path)\",\"args\":[\"mcp\"]}}}"
        )
    }

    private var path: String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink("/proc/self/exe", $0.baseAddress!.assumingMemoryBound(to: CChar.self), $0.count)
        }
        return count > 0 ? String(decoding: buffer.prefix(count), as: UTF8.self) : "tandem"
    }
}

/// The protocol as a service: graceful shutdown ends it like the end of its input.
private struct ProtocolService: Service {
    let server: Server

    func run() async {
        await withGracefulShutdownHandler {
            await server.run()
        } onGracefulShutdown: {
            server.shutdown()
        }
    }
}

extension Settings {
    /// Whether the catalog has the operations that events are read with.
    fileprivate var servesEvents: Bool {
        guard let services else { return true }
        return services.contains { Spelling.folded($0) == Spelling.folded("realtime") }
    }

    fileprivate var execution: Tool.Execution {
        Tool.Execution(skipsConfirmation: skipsConfirmation, maximumAnswer: maximumAnswer)
    }
}
