import NIOSSL
import Testing
import Values

@testable import HTTPServer

@Suite("Clients of HTTP/2 that take their time", .timeLimit(.minutes(2)))
struct StreamTests {
    private func withSecureFront(
        _ body: @escaping @Sendable (_ front: TestFront, _ tls: TLSConfiguration) async throws -> Void
    ) async throws {
        let certificate = try TestCertificate()
        defer { certificate.remove() }
        var options = FrontOptions()
        options.certificate = certificate.files
        options.limits.headSeconds = 1
        options.limits.bodySeconds = 1
        try await withFront(options) { front, _ in
            try await body(front, try TestCertificate.trust())
        }
    }

    @Test("a request is answered")
    func answers() async throws {
        try await withSecureFront { front, tls in
            let sent = StreamClient.beginning() + StreamClient.head("/v1/ping")
            let frames = try await StreamClient.frames(front, tls, sending: sent) { $0.text == "Pong!" }
            #expect(frames.last?.text == "Pong!")
        }
    }

    @Test("a body that does not come whole in its time is answered with 408")
    func wantsBodies() async throws {
        try await withSecureFront { front, tls in
            let head = StreamClient.head("/v1/account", isPost: true, [("x-appwrite-project", "default")], ends: false)
            let frames = try await StreamClient.frames(front, tls, sending: StreamClient.beginning() + head)
            let answer = try #require(frames.first { $0.kind == StreamClient.Frame.data && $0.stream == 1 })
            #expect(try JSON(parsing: answer.payload)["code"] == 408)
        }
    }

    @Test("an answer that nobody takes is given up, a short one and a long one", arguments: [10, 9000])
    func givesUpAnswers(_ length: Int) async throws {
        try await withSecureFront { front, tls in
            // What is not there is said with its name.
            let path = "/v1/" + String(repeating: "x", count: length)
            let sent = StreamClient.beginning(window: 1) + StreamClient.head(path)
            let frames = try await StreamClient.frames(front, tls, sending: sent)
            #expect(frames.contains { $0.kind == StreamClient.Frame.data && $0.payload.count == 1 })
            #expect(frames.contains { $0.kind == StreamClient.Frame.reset && $0.stream == 1 })
        }
    }

    @Test("a head with too many fields is answered with 431")
    func boundsHeads() async throws {
        try await withSecureFront { front, tls in
            let fields = (0..<150).map { ("x-\($0)", "y") }
            let sent = StreamClient.beginning() + StreamClient.head("/v1/ping", fields)
            let frames = try await StreamClient.frames(front, tls, sending: sent) { $0.kind == StreamClient.Frame.data }
            #expect(try JSON(parsing: frames.last?.payload ?? [])["code"] == 431)
        }
    }

    @Test("a connection on which nothing is asked is closed, whether its client says good-bye or not")
    func closesIdleConnections() async throws {
        try await withSecureFront { front, tls in
            let idle = try await StreamClient.frames(front, tls, sending: StreamClient.beginning())
            #expect(idle.contains { $0.kind == StreamClient.Frame.goAway })
            let sent = StreamClient.beginning() + StreamClient.head("/v1/ping")
            let asked = try await StreamClient.frames(front, tls, sending: sent)
            #expect(asked.contains { $0.text == "Pong!" })
            #expect(asked.contains { $0.kind == StreamClient.Frame.goAway })
        }
    }

    @Test("a front that stops does not wait for a client that says nothing")
    func endsWithTheFront() async throws {
        let certificate = try TestCertificate()
        defer { certificate.remove() }
        var options = FrontOptions()
        options.certificate = certificate.files
        try await withFront(options) { front, stop in
            let tls = try TestCertificate.trust()
            async let frames = StreamClient.frames(front, tls, sending: StreamClient.beginning())
            try await Task.sleep(for: .milliseconds(500))
            let began = ContinuousClock.now
            await stop()
            #expect(try await frames.contains { $0.kind == StreamClient.Frame.goAway })
            #expect(ContinuousClock.now - began < .seconds(10))
        }
    }

    @Test("long bodies share their room, and give it back")
    func sharesRoom() async throws {
        var limits = HTTPLimits()
        limits.allBodyBytes = 200_000
        try await withFront(limits: limits) { front in
            func attempt(_ length: Int) async throws -> RawConnection.Answer? {
                let body = #"{"name":"\#(String(repeating: "x", count: length))"}"#
                return try await front.send("POST", "/v1/account", [], body)
            }
            for _ in 0..<3 {
                #expect(try await attempt(150_000)?.status == 400)
                let refused = try await attempt(250_000)
                #expect(refused?.status == 503)
                #expect(refused?.field("retry-after") == "1")
            }
            // While one comes, there is less room for others, but short ones always have it.
            let slow = RawConnection(port: front.port)
            defer { slow.close() }
            let text = String(repeating: "x", count: 150_000)
            slow.send(
                TestFront.request("POST", "/v1/account", [], #"{"name":""# + text + text).prefix(150_000).description
            )
            var isBusy = false
            for _ in 0..<100 where !isBusy {
                isBusy = try await attempt(150_000)?.status == 503
                if !isBusy { try await Task.sleep(for: .milliseconds(20)) }
            }
            #expect(isBusy)
            #expect(try await attempt(10_000)?.status == 400)
        }
    }
}
