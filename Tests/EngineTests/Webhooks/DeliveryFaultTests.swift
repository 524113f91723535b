import Outgoing
import Synchronization
import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Receivers that answer badly", .timeLimit(.minutes(1)))
struct DeliveryFaultTests {
    /// What a receiver does, and what the log says of it: the status, or nil for an error.
    static let replies: [(LocalServer.Reply, Int64?, String)] = [
        (.answer(200, "fine"), 200, "delivered"), (.answer(204), 204, "delivered"),
        (.answer(302, headers: ["location": "http://127.0.0.1:1/elsewhere"]), 302, "delivered"),
        (.answer(400, "no"), 400, "pending"), (.answer(503), 503, "pending"), (.reset, nil, "pending"),
        (.garbage, nil, "pending"), (.endless, 200, "delivered"),
    ]

    @Test(arguments: Backend.available, replies.indices)
    func areLogged(_ backend: Backend, _ index: Int) async throws {
        let (reply, status, state) = Self.replies[index]
        try await withServer({ _ in reply }) { server, outgoing in
            try await withOutgoing(backend, outgoing) { engine in
                try await engine.makeWebhook(url: server.origin + "/in?a=1")
                try await engine.makeUser("ann")
                #expect(try await engine.engine.deliveries.drain() == 1)
                let delivery = try #require(try await engine.deliveries().first)
                #expect(delivery["state"] == .string(state))
                #expect(delivery["status"] == status.map { .int($0) } ?? .null)
                #expect((delivery["error"] == nil) == (status != nil))
                let whole = try await engine.call(
                    "webhooks.getDelivery",
                    ["webhookId": "hook", "deliveryId": delivery["$id"] ?? ""]
                )
                #expect((whole["response"]?.string ?? "").utf8.count <= DeliveryResult.keptBytes)
                let request = try #require(server.requests.first)
                #expect(server.requests.count == 1)
                #expect(request.target == "/in?a=1")
                let signature = WebhookSignature.plain(
                    Array(request.body.utf8),
                    to: server.origin + "/in?a=1",
                    secret: "s3cr3t-of-hook"
                )
                #expect(request.headers["x-appwrite-webhook-signature"] == signature)
                #expect(request.headers["x-appwrite-signature"] == signature)
                #expect(request.headers["content-length"] == String(request.body.utf8.count))
            }
        }
    }

    @Test(arguments: Backend.available)
    func areTriedAgain(_ backend: Backend) async throws {
        let count = Mutex(0)
        try await withServer({ _ in
            .answer(
                count.withLock { count in
                    count += 1
                    return count == 1 ? 500 : 200
                }
            )
        }) { server, outgoing in
            try await withOutgoing(backend, outgoing) { engine in
                try await engine.makeWebhook(url: server.origin)
                try await engine.makeUser("ann")
                try await engine.engine.deliveries.drain()
                engine.clock.advance(milliseconds: 10_000)
                try await engine.engine.deliveries.drain()
                #expect(try await engine.states() == ["delivered"])
                #expect(server.requests.map(\.body).count == 2)
                #expect(server.requests[0].body == server.requests[1].body)
                #expect(server.requests[0].headers["webhook-id"] == server.requests[1].headers["webhook-id"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func aPrivateTargetIsRefused(_ backend: Backend) async throws {
        let server = LocalServer { _ in .answer(200) }
        let outgoing = HTTPOutgoing(allowsPrivate: false)
        try await withOutgoing(backend, outgoing) { engine in
            try await engine.makeWebhook(url: server.origin)
            try await engine.makeUser("ann")
            try await engine.engine.deliveries.drain()
            let delivery = try #require(try await engine.deliveries().first)
            #expect(delivery["state"] == "pending")
            #expect(delivery["error"]?.string?.contains("--allow-private-webhooks") == true)
            #expect(server.connections == 0)
        }
        await outgoing.close()
        server.stop()
    }

    /// The real limit is 15 seconds, for all of the answer; a byte now and then does not prolong it.
    @Test(arguments: Backend.available, [LocalServer.Reply.silence, .stalled, .dripping])
    func areGivenUpWhenTheirTimeIsOver(_ backend: Backend, _ reply: LocalServer.Reply) async throws {
        #expect(DeliveryRequest.timeout == .seconds(15))
        let isSlow = Mutex(true)
        try await withServer({ _ in isSlow.withLock { $0 } ? reply : .answer(200) }) { server, outgoing in
            try await withOutgoing(backend, outgoing, timeout: .milliseconds(300)) { engine in
                try await engine.makeWebhook(url: server.origin)
                try await engine.makeUser("ann")
                let begin = ContinuousClock.now
                #expect(try await engine.engine.deliveries.drain() == 1)
                #expect(ContinuousClock.now - begin < .seconds(2))
                let delivery = try #require(try await engine.deliveries().first)
                #expect(delivery["state"] == "pending")
                #expect(delivery["status"] == .null)
                #expect(delivery["error"]?.string?.contains("took too long to answer") == true)
                #expect((300...1500).contains(delivery["duration"]?.int ?? 0))
                isSlow.withLock { $0 = false }
                engine.clock.advance(milliseconds: 10_000)
                #expect(try await engine.engine.deliveries.drain() == 1)
                #expect(try await engine.states() == ["delivered"])
            }
        }
    }

    /// Whatever the answer says, nothing is sent to where it points.
    @Test(arguments: Backend.available, [301, 302, 303, 307, 308])
    func leadNowhereByARedirect(_ backend: Backend, _ status: Int) async throws {
        let inner = LocalServer { _ in .answer(200, "secret") }
        try await withServer({ _ in .answer(status, headers: ["location": inner.origin + "/latest"]) }) {
            server,
            outgoing in
            try await withOutgoing(backend, outgoing) { engine in
                try await engine.makeWebhook(url: server.origin)
                try await engine.makeUser("ann")
                try await engine.engine.deliveries.drain()
                let delivery = try #require(try await engine.deliveries().first)
                #expect(delivery["state"] == "delivered")
                #expect(delivery["status"] == .int(Int64(status)))
                #expect(inner.connections == 0)
            }
        }
        inner.stop()
    }

    @Test(arguments: Backend.available)
    func aSlowReceiverHoldsUpNoOther(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["users.*"], id: "slow", url: "https://slow.example.com")
            try await engine.makeWebhook(["users.*"], id: "fast", url: "https://fast.example.com")
            for number in 0..<20 { try await engine.makeUser("u\(number)") }
            receiver.answers(after: .milliseconds(30)) { _ in .status(200) }
            #expect(try await engine.engine.deliveries.drain() == 40)
            // Eight to one server at the most.
            #expect(receiver.width == 16)
        }
    }
}

/// Runs a test with a server on this machine, and a way to it.
private func withServer(
    _ handler: @escaping @Sendable (LocalServer.Request) -> LocalServer.Reply,
    _ body: (LocalServer, HTTPOutgoing) async throws -> Void
) async throws {
    let server = LocalServer(handler)
    let outgoing = HTTPOutgoing(allowsPrivate: true)
    let result: Result<Void, any Error>
    do { result = .success(try await body(server, outgoing)) } catch { result = .failure(error) }
    await outgoing.close()
    server.stop()
    try result.get()
}
