import Logging
import MCPServer
import ServiceLifecycle
import UnixSignals
import Values

@main
struct Tandem {
    static func main() async throws {
        let streams = StandardStreams.claim()
        let unavailable: Tool.Run = { _, _ in
            .failure(AppError(.storeUnavailable, "No store is connected."))
        }
        let server = Server(
            identity: ServerIdentity(
                name: "tandem",
                title: "Tandem",
                version: "0.1.0",
                instructions: Instructions.text
            ),
            tools: [Tool(.catalogSearch, run: unavailable), Tool(.executeOperation, run: unavailable)],
            input: streams.input,
            output: streams.output
        )
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: ProtocolService(server: server),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint, .sighup],
                logger: Logger(label: "tandem") { _ in SwiftLogNoOpLogHandler() }
            )
        )
        try await group.run()
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
