import Storage
import Testing
import Values

@testable import Engine

@Suite("Webhooks that are deleted", .timeLimit(.minutes(2)))
struct WebhookRemovalTests {
    private func count(of webhook: String, _ engine: TestEngine) async throws -> Int {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("webhookId", .equal, [.string(webhook)])]
        return try await engine.store.read { [query] session in
            try session.count(query, in: WebhookTables.deliveries, cap: 10_000)
        }
    }

    /// Few go with the webhook itself, of many the rest goes in batches before the call answers.
    @Test(arguments: Backend.available, [3, 1100])
    func takeTheirDeliveriesAlong(_ backend: Backend, _ events: Int) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            for id in ["gone", "stays"] { try await engine.makeWebhook(["databases.*.tables.*.rows.*"], id: id) }
            for start in stride(from: 0, to: events, by: 100) {
                let rows = (start..<min(events, start + 100)).map { JSON.object(["$id": .string("r\($0)"), "n": 1]) }
                try await engine.on("createRows", ["rows": .array(rows)])
            }
            receiver.answers { _ in .error(.unreachable) }
            #expect(try await count(of: "gone", engine) == events)
            try await engine.call("webhooks.delete", ["webhookId": "gone"])
            #expect(try await count(of: "gone", engine) == 0)
            #expect(try await count(of: "stays", engine) == events)
            #expect(try await engine.ids(in: SystemTables.jobs) == [])
        }
    }

    /// What was on its way when the webhook was deleted leaves nothing behind.
    @Test(arguments: Backend.available)
    func whileTheyAreTold(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            receiver.answers(after: .milliseconds(300)) { _ in .status(500) }
            async let tries = engine.engine.deliveries.drain()
            try await receiver.isAsked()
            try await engine.call("webhooks.delete", ["webhookId": "hook"])
            #expect(try await tries == 1)
            #expect(try await count(of: "hook", engine) == 0)
        }
    }
}
