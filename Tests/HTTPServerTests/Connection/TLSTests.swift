import AsyncHTTPClient
import Catalog
import Engine
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Testing
import Values

@testable import HTTPServer

@Suite("Connections over TLS", .timeLimit(.minutes(3)))
struct TLSTests {
    private func withSecureFront(_ body: @escaping @Sendable (TestFront) async throws -> Void) async throws {
        let certificate = try TestCertificate()
        defer { certificate.remove() }
        var options = FrontOptions()
        options.certificate = certificate.files
        options.limits.headSeconds = 2
        try await withFront(options) { front, _ in try await body(front) }
    }

    @Test("a client chooses between HTTP/2 and HTTP/1.1", arguments: [true, false])
    func choosesTheVersion(_ isNew: Bool) async throws {
        try await withSecureFront { front in
            var configuration = HTTPClient.Configuration(tlsConfiguration: try TestCertificate.trust())
            configuration.httpVersion = isNew ? .automatic : .http1Only
            let client = HTTPClient(configuration: configuration)
            let base = "https://localhost:\(front.port)"
            let pong = try await client.execute(HTTPClientRequest(url: base + "/v1/ping"), timeout: .seconds(10))
            #expect(pong.version == (isNew ? .http2 : .http1_1))
            #expect(String(buffer: try await pong.body.collect(upTo: 100)) == "Pong!")
            let realtime = HTTPClientRequest(url: base + "/v1/realtime?project=default")
            let refused = try await client.execute(realtime, timeout: .seconds(10))
            #expect(refused.status == .upgradeRequired)
            _ = try await refused.body.collect(upTo: 1000)
            try await client.shutdown()
        }
    }

    /// What comes over a connection of its own after some bytes were sent, until it is closed or the text is there.
    private func exchange(_ front: TestFront, _ text: String, until end: String) async throws -> String {
        let context = try NIOSSLContext(configuration: try TestCertificate.trust())
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: front.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let tls = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
                    try channel.pipeline.syncOperations.addHandler(tls)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: text))
            var heard = ""
            for try await part in inbound {
                heard += String(buffer: part)
                if heard.contains(end) { break }
            }
            return heard
        }
    }

    @Test("a WebSocket opens over TLS")
    func opensASocket() async throws {
        try await withSecureFront { front in
            let heard = try await exchange(front, SocketClient.request(), until: "}}")
            #expect(heard.hasPrefix("HTTP/1.1 101"))
            #expect(heard.contains(#"{"type":"connected","data":{"channels":[],"subscriptions":[],"user":null}}"#))
        }
    }

    @Test("a client that greets nobody is closed")
    func closesMuteClients() async throws {
        try await withSecureFront { front in
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            #expect(await connection.rest() == [])
        }
    }

    @Test("a certificate that can't be read is said at once")
    func refusesBadFiles() async throws {
        var options = FrontOptions()
        options.certificate = HTTPCertificate(chain: "/nonexistent/chain.pem", key: "/nonexistent/key.pem")
        let front = HTTPFront(
            HTTPConfiguration(port: 0, tls: options.certificate),
            catalog: .embedded,
            projects: NoProjects(),
            log: .init(label: "test")
        ) { _ in Issue.record("it answers") }
        await #expect(throws: (any Error).self) { try await front.run() }
    }
}

private struct NoProjects: ProjectSource {
    func engine(of project: String) async throws(AppError) -> Engine {
        throw AppError(.projectNotFound, "There is no such project.")
    }

    func administrator(session: String, of project: String) async throws(AppError) -> Actor {
        throw AppError(.userUnauthorized, "Nobody is an administrator here.")
    }
}
