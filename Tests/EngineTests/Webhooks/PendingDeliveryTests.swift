import Storage
import Synchronization
import Testing
import Values

@testable import Engine

/// The bench does the same with 100,000 events and over HTTP.
@Suite("A receiver that is down for long", .timeLimit(.minutes(2)))
struct PendingDeliveryTests {
    private static let rows = 50
    private static let changes = 60

    /// What a runner holds in memory is what it has leased.
    private func held(_ engine: TestEngine) async throws -> Int {
        var query = RowQuery(limit: 1)
        query.filters = [.compare("owner", .notEqual, [""])]
        return try await engine.store.read { [query] session in
            try session.count(query, in: WebhookTables.deliveries, cap: 10_000)
        }
    }

    @Test(arguments: Backend.available)
    func getsEverythingInOrderOnceItIsBackAndTakesLittleMemoryMeanwhile(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            let rows = (0..<Self.rows).map { JSON.object(["$id": .string("r\($0)"), "n": 0]) }
            try await engine.on("createRows", ["rows": .array(rows)])
            try await engine.makeWebhook(["databases.*.tables.*.rows.*.update"])
            for number in 1...Self.changes {
                try await engine.on("updateRows", ["data": ["n": .int(Int64(number))]])
            }
            let watch = Task {
                var most = 0
                while !Task.isCancelled {
                    // A look that is under way at the end is stopped.
                    do { most = max(most, try await held(engine)) } catch { if !Task.isCancelled { throw error } }
                    try? await Task.sleep(for: .milliseconds(20))
                }
                return most
            }

            receiver.answers { _ in .error(.unreachable) }
            for _ in 0..<60 {
                try await engine.engine.deliveries.drain()
                engine.clock.advance(milliseconds: 10_000)
            }
            // Of each row only the oldest event was tried, five times in ten minutes.
            #expect(receiver.requests.count == 5 * Self.rows)
            #expect(try await engine.health() == [0, true])
            receiver.forget()

            receiver.answers { _ in .status(200) }
            engine.clock.advance(milliseconds: 600_000)
            #expect(try await engine.engine.deliveries.drain() == Self.rows * Self.changes)
            watch.cancel()
            let most = try await watch.value
            #expect((1...DeliveryBoard.capacityPerWebhook).contains(most))
            var told: [String: [Int64]] = [:]
            for body in receiver.bodies {
                let row = try JSON(parsing: body)
                told[row["$id"]?.string ?? "", default: []].append(row["n"]?.int ?? 0)
            }
            #expect(told.count == Self.rows)
            #expect(told.values.allSatisfy { $0 == (1...Int64(Self.changes)).map { $0 } })
        }
    }
}
