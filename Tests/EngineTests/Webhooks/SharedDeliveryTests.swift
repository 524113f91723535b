import Storage
import Testing
import Values

@testable import Engine

@Suite("Processes that deliver together", .timeLimit(.minutes(2)))
struct SharedDeliveryTests {
    @Test(arguments: Backend.available)
    func neverSendOneDeliveryTwiceAtTheSameTime(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook(["users.*"])
            for number in 0..<20 {
                let id = "u\(number)"
                try await engine.makeUser(id)
                try await engine.call("users.updateName", ["userId": .string(id), "name": "A"])
                try await engine.call("users.updateName", ["userId": .string(id), "name": "B"])
            }
            receiver.answers(after: .milliseconds(5)) { _ in .status(200) }
            let others = [engine.twin(receiver), engine.twin(receiver)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for member in [engine] + others {
                    group.addTask { _ = try await member.engine.deliveries.drain() }
                }
                try await group.waitForAll()
            }
            // Whoever was last may have left some to those who had gone.
            try await engine.engine.deliveries.drain()
            for other in others { await other.engine.close() }
            #expect(receiver.overlaps == 0)
            #expect(receiver.requests.count == 60)
            #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 60)
            for number in 0..<20 {
                let mine = receiver.requests.filter { $0.events[0].hasPrefix("users.u\(number).") }
                let names = try mine.map { try JSON(parsing: $0.body ?? [])["name"] ?? .null }
                #expect(names == ["", "A", "B"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func takeOverWhatAProcessHasLeased(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            let now = engine.clock.wallClock.now
            let sealed = engine.engine.deliveries.store
            let leased = try await engine.leaseForTheDead()
            #expect(leased.count == 1)
            #expect(try await engine.engine.deliveries.drain() == 0)
            engine.clock.advance(milliseconds: DeliveryQueue.leaseMilliseconds)
            #expect(try await engine.engine.deliveries.drain() == 1)
            // What the first one says afterwards does not count.
            let late = DeliveryResult(id: leased[0].id, at: now, milliseconds: 1, status: 500)
            _ = try await sealed.write { session in
                try DeliveryQueue.acknowledge([late], names: [:], for: "dead", at: now, in: session)
            }
            #expect(try await engine.states() == ["delivered"])
            #expect(receiver.requests.count == 1)
        }
    }

    /// Sent, but not acknowledged: it comes a second time, under the same id.
    @Test(arguments: Backend.available)
    func sendAgainWhatNobodyAcknowledged(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            receiver.answers { _ in .error(.cancelled) }
            try await engine.engine.deliveries.drain()
            #expect(try await engine.deliveries().each("attempts") == [0])
            receiver.answers { _ in .status(200) }
            #expect(try await engine.engine.deliveries.drain() == 0)
            engine.clock.advance(milliseconds: DeliveryQueue.leaseMilliseconds)
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(receiver.requests.count == 2)
            #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 1)
        }
    }

    /// What it had leased is its own, and nothing of it is under way any more.
    @Test(arguments: Backend.available)
    func goOnAtOnceAfterTheStoreWasAway(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            let store = AwayStore(base: engine.engine.deliveries.store)
            let runner = DeliveryRunner(
                store,
                receiver,
                engine.engine.feed,
                WakeSignal(),
                project: "default",
                timeout: DeliveryRequest.timeout,
                engine.clock.wallClock,
                engine.engine.log
            )
            try await engine.makeWebhook()
            for id in ["a", "b", "c"] { try await engine.makeUser(id) }
            receiver.answers { _ in
                store.is(.away)
                return .status(200)
            }
            await #expect(throws: StoreError.self) { try await runner.drain() }
            await #expect(throws: StoreError.self) { try await runner.drain() }
            store.is(.there)
            receiver.answers { _ in .status(200) }
            #expect(try await runner.drain() == 3)
            #expect(try await engine.states() == ["delivered", "delivered", "delivered"])
            #expect(receiver.overlaps == 0)
            #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 3)
        }
    }

    @Test(arguments: Backend.available)
    func aServerHearsOfCommitsAndSendsAtOnce(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            let house = Task { await engine.engine.keepHouse() }
            try await engine.makeWebhook()
            let other = engine.twin(receiver)
            try await other.makeUser("ann")
            for _ in 0..<500 where receiver.requests.isEmpty { try await Task.sleep(for: .milliseconds(20)) }
            house.cancel()
            await house.value
            await other.engine.close()
            #expect(receiver.requests.count == 1)
        }
    }
}
