import Testing
import Values

@testable import HTTPServer

@Suite("Connections of HTTP/1.1", .timeLimit(.minutes(3)))
struct ConnectionTests {
    private static let ping = "GET /v1/ping HTTP/1.1\r\nHost: localhost\r\n\r\n"

    /// Sends some bytes over a connection of its own, and returns the statuses of what is answered until it is closed.
    private func exchange(_ front: TestFront, _ text: String, finishes: Bool = false) async -> [Int] {
        let connection = RawConnection(port: front.port)
        defer { connection.close() }
        connection.send(text)
        if finishes { connection.finish() }
        var statuses: [Int] = []
        while let answer = await connection.answer() { statuses.append(answer.status) }
        return statuses
    }

    @Test("several requests come over one connection, also before the first is answered")
    func keepsAlive() async throws {
        try await withFront { front in
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            for _ in 0..<3 {
                connection.send(Self.ping)
                #expect(await connection.answer()?.status == 200)
            }
            connection.send(Self.ping + Self.ping + Self.ping)
            for _ in 0..<3 { #expect(await connection.answer()?.text == "Pong!") }
        }
    }

    @Test("a connection ends when its client says so, or is of HTTP/1.0")
    func closesWhenAsked() async throws {
        try await withFront { front in
            let close = "GET /v1/ping HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            #expect(await exchange(front, close + Self.ping) == [200])
            #expect(await exchange(front, "GET /v1/ping HTTP/1.0\r\n\r\n") == [200])
            #expect(await exchange(front, Self.ping, finishes: true) == [200])
            let upgrade = "GET /v1/ping HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
            #expect(await exchange(front, upgrade) == [200])
        }
    }

    @Test(
        "what is no HTTP is answered with 400 and closed",
        arguments: [
            "nonsense\r\n\r\n", "GET /v1/ping HTTP/1.1\r\n\r\n", "GET /v1/ping HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
            "GET /v1/ping HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n",
            "POST /v1/account HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\nabc",
            "POST /v1/account HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
            "POST /v1/account HTTP/1.1\r\nHost: a\r\nX-Appwrite-Project: default\r\nContent-Type: application/json\r\n"
                + "Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        ]
    )
    func refusesNonsense(_ text: String) async throws {
        try await withFront { front in
            #expect(await exchange(front, text) == [400])
            #expect(await exchange(front, Self.ping + text) == [200, 400])
        }
    }

    @Test("a head that is too long, or has too many fields, is answered with 431")
    func boundsHeads() async throws {
        var limits = HTTPLimits()
        limits.headBytes = 4096
        limits.headFields = 20
        try await withFront(limits: limits) { front in
            let head = "GET /v1/ping HTTP/1.1\r\nHost: a\r\n"
            let long = String(repeating: "x", count: 5000)
            let fields = (0..<30).map { "X-F\($0): y\r\n" }.joined()
            for text in [
                head + "X-Long: \(long)\r\n\r\n", head + fields + "\r\n", "GET /\(long)", head + "X-Long: \(long)",
            ] {
                #expect(await exchange(front, text) == [431])
            }
            // A long body is no long head.
            let row = "POST /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 9000\r\n\r\n"
            #expect(await exchange(front, row + String(repeating: "x", count: 9000), finishes: true) == [404])
        }
    }

    @Test("a client that trickles is told so in the end, one that says nothing is closed")
    func closesSlowClients() async throws {
        var limits = HTTPLimits()
        limits.headSeconds = 1
        limits.bodySeconds = 1
        try await withFront(limits: limits) { front in
            #expect(await exchange(front, "GET /v1/ping HTT") == [408])
            #expect(await exchange(front, "") == [])
            #expect(await exchange(front, Self.ping) == [200])
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            connection.send(Self.ping)
            #expect(await connection.answer()?.status == 200)
            connection.send("GET")
            #expect(await connection.answer()?.status == 408)
            let post =
                "POST /v1/account HTTP/1.1\r\nHost: a\r\nX-Appwrite-Project: default\r\n"
                + "Content-Type: application/json\r\nContent-Length: 10\r\n\r\n{"
            #expect(await exchange(front, post) == [408])
        }
    }

    @Test("a client that waits for a word before it sends its body gets it")
    func saysContinue() async throws {
        try await withFront { front in
            let connection = RawConnection(port: front.port)
            defer { connection.close() }
            let body = #"{"userId":"a","email":"a@example.org","password":"correct horse"}"#
            connection.send(
                "POST /v1/account HTTP/1.1\r\nHost: a\r\nX-Appwrite-Project: default\r\nExpect: 100-continue\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            )
            #expect(await connection.answer(toHead: true)?.status == 100)
            connection.send(body)
            #expect(await connection.answer()?.status == 201)
        }
    }

    @Test("a request for a socket that can't become one is answered")
    func refusesUpgrades() async throws {
        try await withFront { front in
            let plain = "GET /v1/realtime?project=default HTTP/1.1\r\nHost: localhost\r\n\r\n"
            #expect(await exchange(front, plain) == [426])
            #expect(await exchange(front, Self.ping + SocketClient.request()) == [200, 426])
            let wrong = [
                SocketClient.request().replacing("Version: 13", with: "Version: 8"),
                SocketClient.request().replacing("Sec-WebSocket-Key", with: "X-Key"),
                SocketClient.request().replacing("GET", with: "POST"),
            ]
            for text in wrong { #expect(await exchange(front, text) == [400], "\(text)") }
            let elsewhere = SocketClient.request().replacing("/v1/realtime", with: "/v1/ping")
            #expect(await exchange(front, elsewhere) == [200])
        }
    }

    @Test("a front that stops lets what was asked be answered, and closes what is idle")
    func drains() async throws {
        try await withFront(FrontOptions()) { front, stop in
            let idle = RawConnection(port: front.port)
            let busy = RawConnection(port: front.port)
            defer {
                idle.close()
                busy.close()
            }
            idle.send(Self.ping)
            #expect(await idle.answer()?.status == 200)
            let body = #"{"userId":"a","email":"a@example.org","password":"correct horse"}"#
            busy.send(
                "POST /v1/account HTTP/1.1\r\nHost: a\r\nX-Appwrite-Project: default\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n{"
            )
            try await Task.sleep(for: .milliseconds(100))
            await stop()
            #expect(await idle.answer() == nil)
            busy.send(String(body.dropFirst()))
            let answer = await busy.answer()
            #expect(answer?.status == 201)
            #expect(answer?.field("connection") == "close")
            #expect(await busy.answer() == nil)
        }
    }
}
