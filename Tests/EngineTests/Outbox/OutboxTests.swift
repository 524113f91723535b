import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Messages that wait")
struct OutboxTests {
    @Test(arguments: Backend.available)
    func areReadWithTheKey(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let id = try await engine.send("ann@example.org", "s3cr3t-of-ann")
            let message: JSON = [
                "$id": .string(id), "$createdAt": "2026-11-22T08:00:00.000+00:00", "kind": "email",
                "purpose": "recovery", "userId": "ann", "recipient": "ann@example.org", "subject": "Hello",
                "body": "Your secret is s3cr3t-of-ann.", "details": ["secret": "s3cr3t-of-ann"], "state": "waiting",
                "expire": "2026-11-22T09:00:00.000+00:00",
            ]
            #expect(try await engine.call("outbox.get", ["messageId": .string(id)]) == message)
            #expect(try await engine.call("outbox.list") == ["total": 1, "messages": [message]])
        }
    }

    @Test(arguments: Backend.available)
    func areFoundByTheirRecipient(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.send("ann@example.org", "1")
            try await engine.send("bob@example.org", "2")
            try await engine.send("ann@example.org", "3")
            func secrets(_ queries: JSON...) async throws -> [JSON]? {
                let answer = try await engine.call("outbox.list", ["queries": .array(queries)])
                return answer["messages"]?.each("details").map { $0["secret"] ?? .null }
            }
            #expect(try await secrets(query("equal", "recipient", "ann@example.org")) == ["1", "3"])
            #expect(try await secrets(query("orderDesc", "$createdAt"), query("limit", nil, 1)) == ["3"])
            #expect(try await secrets(query("equal", "purpose", "invitation")) == [])
        }
    }

    @Test(arguments: Backend.available)
    func areGoneOnceTheyHaveExpired(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let id = try await engine.send("ann@example.org", "1", seconds: 60)
            engine.clock.advance(milliseconds: 60_000)
            #expect(try await engine.call("outbox.list")["total"] == 0)
            let unknown = Refusal("message_not_found", 404, "messageId")
            #expect(try await engine.refusal("outbox.get", ["messageId": .string(id)]) == unknown)
            let other = try await engine.send("bob@example.org", "2")
            let left = try await engine.store.read { session in
                try session.rows(RowQuery(limit: 10), in: IdentityTables.outbox).map(\.id)
            }
            #expect(left == [other])
        }
    }

    @Test(arguments: Backend.available)
    func holdNothingInClear(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.send("ann@example.org", "s3cr3t-of-ann")
            #expect(try await !backend.holds("s3cr3t-of-ann", engine.folder))
        }
    }

    @Test(arguments: [Actor.guest, .user("ann")])
    func areForNobodyElse(_ actor: Actor) async throws {
        try await withEngine(.sqlite) { engine in
            for (operation, arguments) in [("outbox.list", [:]), ("outbox.get", ["messageId": "m"])]
                as [(String, JSONObject)]
            {
                let refused = try await engine.refusal(operation, arguments, as: actor)
                #expect(refused == Refusal("general_unauthorized_scope", 401))
            }
        }
    }
}

extension TestEngine {
    /// Adds a message, as operations do.
    @discardableResult
    fileprivate func send(_ recipient: String, _ secret: String, seconds: Int64 = 3600) async throws -> String {
        let now = clock.wallClock.now
        let call = Call(
            operation: Catalog.embedded.operation("outbox.list")!,
            arguments: [:],
            actor: .key,
            now: now,
            clock: clock.wallClock
        )
        let pipeline = engine.pipeline
        return try await pipeline.store.write { session in
            try Outbox.add(
                kind: .email,
                purpose: "recovery",
                user: "ann",
                recipient: recipient,
                subject: "Hello",
                body: "Your secret is \(secret).",
                details: ["secret": .string(secret)],
                expire: Timestamp(milliseconds: now.milliseconds + seconds * 1000),
                try WriteContext(call, writing: session, pipeline)
            )
        }
    }
}
