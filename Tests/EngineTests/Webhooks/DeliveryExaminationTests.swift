import Storage
import Testing
import Values

@testable import Engine

@Suite("What doctor says of webhooks")
struct DeliveryExaminationTests {
    private func finding(_ engine: TestEngine) async throws -> Finding? {
        try await Examination.findings(engine.store).first { $0.subject == "webhooks" }
    }

    @Test(arguments: Backend.available)
    func countsWhatWaitsAndWhatWasGivenUp(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            #expect(try await finding(engine) == nil)
            try await engine.call(
                "webhooks.create",
                ["webhookId": "hook", "url": "https://hooks.example.com/in", "name": "All", "events": ["users.*"]]
            )
            #expect(try await finding(engine) == nil)
            try await engine.makeUser("ann", name: "Ann")
            try await engine.makeUser("bob", name: "Bob")
            let waits = try #require(try await finding(engine))
            #expect(waits.level == .ok)
            #expect(waits.text.hasPrefix("2 events wait"))
            let id = try #require(try await engine.deliveries().first?["$id"]?.string)
            let now = engine.clock.wallClock.now
            try await engine.store.write { session in
                let change = Record.change(WebhookTables.deliveries, at: now, ["state": "dead", "lane": .null])
                _ = try session.update(id, change, in: WebhookTables.deliveries)
            }
            let dead = try #require(try await finding(engine))
            #expect(dead.level == .warning)
            #expect(dead.text.hasPrefix("1 events were given up and 1 wait"))
        }
    }
}
