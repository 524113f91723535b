import Engine
import NIOCore
import NIOSSL
import TestSupport
import Testing

@testable import Outgoing

@Suite("Requests to other servers", .timeLimit(.minutes(1)))
struct OutgoingTests {
    @Test func areAnswered() async throws {
        try await withServer { request in
            .answer(207, "\(request.method) \(request.target) \(request.body)", headers: ["X-Kind": "echo"])
        } body: { server, outgoing in
            let request = OutgoingRequest(
                "POST",
                server.origin + "/a?b=c",
                headers: [("Content-Type", "text/plain"), ("Host", "evil.example")],
                body: Array("hello".utf8)
            )
            let answer = try await outgoing.send(request)
            #expect(answer.status == 207)
            #expect(answer.text == "POST /a?b=c hello")
            #expect(answer.header("x-kind") == "echo")
            #expect(!answer.isTruncated)
            let headers = try #require(server.requests.first?.headers)
            #expect(headers["content-type"] == "text/plain")
            #expect(headers["host"] == "127.0.0.1:\(server.port)")
            #expect(headers["user-agent"] == "Tandem")
        }
    }

    @Test func goOverOneConnectionAndOverFewAtOnce() async throws {
        try await withServer { _ in
            .answer(200, "x")
        } body: { server, outgoing in
            for _ in 0..<5 { _ = try await outgoing.send(OutgoingRequest("GET", server.origin)) }
            #expect(server.connections == 1)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<40 {
                    group.addTask { try await outgoing.send(OutgoingRequest("GET", server.origin)).status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(server.connections <= PinnedClients.connectionsPerHost)
        }
    }

    @Test func findHostsByTheirNames() async throws {
        try await withServer { request in
            .answer(200, request.headers["host"] ?? "")
        } body: { server, outgoing in
            let answer = try await outgoing.send(OutgoingRequest("GET", "http://LOCALHOST:\(server.port)/"))
            #expect(answer.text == "localhost:\(server.port)")
        }
    }

    @Test func endWhereTheAnswerIsTooLong() async throws {
        try await withServer { _ in
            .endless
        } body: { server, outgoing in
            let answer = try await outgoing.send(
                OutgoingRequest("GET", server.origin, maximumAnswerBytes: 10_000)
            )
            #expect(answer.isTruncated)
            #expect(answer.body.count == 10_000)
            await eventually { server.open == 0 }
        }
    }

    @Test(arguments: [LocalServer.Reply.silence, .stalled, .endless])
    func endWhenTheirTimeIsUp(_ reply: LocalServer.Reply) async throws {
        try await withServer { _ in
            reply
        } body: { server, outgoing in
            let begin = ContinuousClock.now
            let request = OutgoingRequest(
                "GET",
                server.origin,
                timeout: .milliseconds(300),
                maximumAnswerBytes: .max
            )
            #expect(await kind(outgoing, request) == .timeout)
            #expect(ContinuousClock.now - begin < .seconds(10))
            await eventually { server.open == 0 }
        }
    }

    @Test func endWithTheirCaller() async throws {
        try await withServer { _ in
            .silence
        } body: { server, outgoing in
            let task = Task { await kind(outgoing, OutgoingRequest("GET", server.origin)) }
            await eventually { server.requests.count == 1 }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }

    @Test(arguments: [LocalServer.Reply.reset, .garbage])
    func failWhereTheServerDoes(_ reply: LocalServer.Reply) async throws {
        try await withServer { _ in
            reply
        } body: { server, outgoing in
            let kind = await kind(outgoing, OutgoingRequest("GET", server.origin))
            #expect(kind == .broken || kind == .unreachable)
        }
    }

    @Test func failAtOnceWhereNobodyListens() async throws {
        try await withServer { _ in
            .silence
        } body: { server, outgoing in
            server.stop()
            let begin = ContinuousClock.now
            #expect(await kind(outgoing, OutgoingRequest("GET", server.origin)) == .unreachable)
            #expect(ContinuousClock.now - begin < .seconds(5))
        }
    }

    @Test func goToServersWhoseCertificateIsTrustedAndForTheirName() async throws {
        let server = try await TLSServer()
        let trusting = HTTPOutgoing(
            allowsPrivate: true,
            clients: PinnedClients(trusted: .certificates([try TLSServer.trusted()]))
        )
        let usual = HTTPOutgoing(allowsPrivate: true)
        let (name, address) = ("https://localhost:\(server.port)/", "https://127.0.0.1:\(server.port)/")
        #expect(try await trusting.send(OutgoingRequest("GET", name)).text == "hello")
        #expect(await kind(trusting, OutgoingRequest("GET", address)) == .untrusted)
        #expect(await kind(usual, OutgoingRequest("GET", name)) == .untrusted)
        await trusting.close()
        await usual.close()
        await server.stop()
    }

    @Test func checkNoCertificateWhereThatIsAskedFor() async throws {
        let server = try await TLSServer()
        let outgoing = HTTPOutgoing(allowsPrivate: true)
        let (name, address) = ("https://localhost:\(server.port)/", "https://127.0.0.1:\(server.port)/")
        #expect(try await outgoing.send(OutgoingRequest("GET", name, checksCertificate: false)).text == "hello")
        #expect(try await outgoing.send(OutgoingRequest("GET", address, checksCertificate: false)).text == "hello")
        // The connection that is open is none for those who ask for the check.
        #expect(await kind(outgoing, OutgoingRequest("GET", name)) == .untrusted)
        #expect(try await outgoing.send(OutgoingRequest("GET", name, checksCertificate: false)).text == "hello")
        await outgoing.close()
        await server.stop()
    }

    @Test func doNotWaitForHTTPSWhereNobodySpeaksIt() async throws {
        let server = LocalServer(isMute: true) { _ in .silence }
        let outgoing = HTTPOutgoing(allowsPrivate: true)
        let begin = ContinuousClock.now
        let url = "https://127.0.0.1:\(server.port)/"
        #expect(await kind(outgoing, OutgoingRequest("GET", url, timeout: .milliseconds(500))) == .timeout)
        await outgoing.close()
        #expect(ContinuousClock.now - begin < .seconds(5))
        server.stop()
    }

    @Test func areRefusedAfterTheEnd() async throws {
        try await withServer { _ in
            .answer(200)
        } body: { server, outgoing in
            _ = try await outgoing.send(OutgoingRequest("GET", server.origin))
            await outgoing.close()
            #expect(await kind(outgoing, OutgoingRequest("GET", server.origin)) == .cancelled)
            await eventually { server.open == 0 }
        }
    }

    @Test func keepFewClients() async throws {
        try await withServer { _ in
            .answer(200)
        } body: { server, _ in
            let clients = PinnedClients(limit: 1)
            let outgoing = HTTPOutgoing(allowsPrivate: true, clients: clients)
            for address in ["127.0.0.1", "localhost", "127.1", "127.0.0.1"] {
                _ = try await outgoing.send(OutgoingRequest("GET", "http://\(address):\(server.port)/"))
            }
            await eventually { server.open <= 1 }
            await outgoing.close()
        }
    }

    @Test func forgetClientsThatNobodyUses() async throws {
        try await withServer { _ in
            .answer(200)
        } body: { server, _ in
            let clients = PinnedClients(timeouts: .init(idle: .milliseconds(500)))
            let outgoing = HTTPOutgoing(allowsPrivate: true, clients: clients)
            for name in ["127.0.0.1", "localhost"] {
                _ = try await outgoing.send(OutgoingRequest("GET", "http://\(name):\(server.port)/"))
            }
            #expect(clients.count == 2)
            try await Task.sleep(for: .milliseconds(700))
            _ = try await outgoing.send(OutgoingRequest("GET", "http://localhost:\(server.port)/"))
            #expect(clients.count == 1)
            await outgoing.close()
            #expect(clients.count == 0)
        }
    }
}
