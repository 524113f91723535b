import AsyncHTTPClient
import Engine
import NIOCore
import TestSupport
import Testing
import Values

@testable import Outgoing

@Suite("Servers that only this machine can reach", .timeLimit(.minutes(1)))
struct RefusedTargetTests {
    @Test(arguments: [
        "127.0.0.1", "localhost", "LocalHost", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.1", "[::1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "0", "[::]", "10.0.0.1", "169.254.169.254", "2852039166",
        "[fd00:ec2::254]", "[64:ff9b::7f00:1]", "192.168.0.1", "100.64.0.1", "[fe80::1]",
    ])
    func getNothingHoweverTheirAddressIsWritten(_ host: String) async throws {
        try await withServer { _ in
            .answer(200, "secret")
        } body: { server, _ in
            let outgoing = HTTPOutgoing(allowsPrivate: false)
            let request = OutgoingRequest("GET", "http://\(host):\(server.port)/", timeout: .seconds(20))
            #expect(await kind(outgoing, request) == .refused)
            #expect(server.connections == 0)
            await outgoing.close()
        }
    }

    @Test(arguments: ["169.254.169.254", "[fd00:ec2::254]", "[::ffff:127.0.0.1]", "0.0.0.0", "[64:ff9b::7f00:1]"])
    func getNothingEvenWherePrivateAddressesAreOpen(_ host: String) async throws {
        try await withServer { _ in
            .answer(200, "secret")
        } body: { server, outgoing in
            #expect(await kind(outgoing, OutgoingRequest("GET", "http://\(host):\(server.port)/")) == .refused)
            #expect(server.connections == 0)
        }
    }

    @Test func areNamedWithTheCure() async throws {
        let outgoing = HTTPOutgoing(allowsPrivate: false)
        let error = await #expect(throws: OutgoingError.self) {
            try await outgoing.send(OutgoingRequest("GET", "http://127.0.0.1:9/"))
        }
        #expect(
            error?.description == "Nothing is sent to '127.0.0.1': its address 127.0.0.1 is a loopback address. "
                + "Name a public server, or start Tandem with --allow-private-webhooks."
        )
        await outgoing.close()
    }

    @Test func areNotReachedByARedirect() async throws {
        try await withServer { request in
            .answer(
                302,
                "",
                headers: ["Location": request.path == "/loop" ? "/loop" : "http://169.254.169.254/latest/"]
            )
        } body: { server, outgoing in
            func ask(_ path: String, follows: Bool) -> OutgoingRequest {
                OutgoingRequest("GET", server.origin + path, followsRedirects: follows)
            }
            let answer = try await outgoing.send(ask("/", follows: false))
            #expect(answer.status == 302)
            #expect(await kind(outgoing, ask("/", follows: true)) == .refused)
            #expect(await kind(outgoing, ask("/loop", follows: true)) == .broken)
            #expect(server.requests.filter { $0.path == "/loop" }.count == 6)
        }
    }

    @Test func followsRedirectsWithoutWhatShowsWhoAsks() async throws {
        try await withServer { request in
            switch request.path {
            case "/here": .answer(307, "", headers: ["Location": "/there"])
            case "/other":
                .answer(303, "", headers: ["Location": "http://localhost:\(request.headers["x-port"]!)/there"])
            default: .answer(200, "\(request.method) \(request.body) \(request.headers["authorization"] ?? "-")")
            }
        } body: { server, outgoing in
            func ask(_ path: String) async throws -> String {
                let headers = [("Authorization", "Bearer x"), ("X-Port", "\(server.port)")]
                let body = Array("hello".utf8)
                return try await outgoing.send(
                    OutgoingRequest("POST", server.origin + path, headers: headers, body: body, followsRedirects: true)
                ).text
            }
            let (here, other) = (try await ask("/here"), try await ask("/other"))
            #expect(here == "POST hello Bearer x")
            #expect(other == "GET  -")
        }
    }

    /// To the system both names mean 127.0.0.1, where the server is. The client is bound to another address of this
    /// machine: it takes that for its own host, and gives the connection up where it was led elsewhere.
    @Test(arguments: ["localhost", "127.1"])
    func areNotReachedByANameThatChangesItsMeaning(_ host: String) async throws {
        try await withServer { _ in
            .answer(200, "secret")
        } body: { server, _ in
            let clients = PinnedClients()
            let key = PinnedClients.Key(host: "localhost", address: try #require(NetworkAddress("127.0.0.2")))
            await #expect(throws: (any Error).self) {
                try await clients.with(key) { client in
                    try await client.execute(.init(url: "http://\(host):\(server.port)/"), timeout: .seconds(5))
                }
            }
            #expect(server.requests.isEmpty)
            await clients.close()
        }
    }
}
