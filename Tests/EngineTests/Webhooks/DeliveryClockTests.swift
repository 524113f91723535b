import Storage
import Testing
import Values

@testable import Engine

@Suite("Deliveries when the clock is set", .timeLimit(.minutes(2)))
struct DeliveryClockTests {
    private static let hour: Int64 = 3_600_000

    private func names(_ receiver: Receiver) -> [String] { receiver.requests.map { $0.events[0] } }

    @Test(arguments: Backend.available)
    func nothingWaitsForOneThatWentBack(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            receiver.answers { _ in .status(503) }
            try await engine.makeUser("ann")
            #expect(try await engine.engine.deliveries.drain() == 1)
            try await engine.makeUser("bob")
            engine.clock.step(milliseconds: -Self.hour)
            try await engine.call("users.updateName", ["userId": "bob", "name": "Bob"])
            receiver.answers { _ in .status(200) }
            receiver.forget()
            // What was not tried goes at once, in the order in which it happened.
            #expect(try await engine.engine.deliveries.drain() == 2)
            #expect(names(receiver) == ["users.bob.create", "users.bob.update.name"])
            // What was tried once waits no longer than others that were.
            engine.clock.advance(milliseconds: 6250)
            #expect(try await engine.engine.deliveries.drain() == 1)
            engine.clock.step(milliseconds: Self.hour)
            #expect(try await engine.engine.deliveries.drain() == 0)
            #expect(try await engine.states() == ["delivered", "delivered", "delivered"])
            #expect(receiver.requests.count == 3)
        }
    }

    /// It has never looked at the clock before.
    @Test(arguments: Backend.available)
    func aNewProcessFindsWhatIsDueLater(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            try await engine.makeUser("bob")
            #expect(try await engine.leaseForTheDead().count == 2)
            try await engine.makeUser("cleo")
            engine.clock.step(milliseconds: -Self.hour)
            let other = engine.twin(receiver)
            #expect(try await other.engine.deliveries.drain() == 1)
            #expect(names(receiver) == ["users.cleo.create"])
            // A lease is a lease, and no longer than one.
            engine.clock.advance(milliseconds: DeliveryQueue.leaseMilliseconds)
            #expect(try await other.engine.deliveries.drain() == 2)
            await other.engine.close()
            #expect(Set(names(receiver)) == ["users.ann.create", "users.bob.create", "users.cleo.create"])
        }
    }

    @Test(arguments: Backend.available)
    func nothingIsSentTwiceAtTheSameTimeWhenItGoesForward(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            let other = engine.twin(receiver)
            #expect(try await other.engine.deliveries.drain() == 0)
            try await engine.makeUser("ann")
            receiver.answers(after: .milliseconds(600)) { _ in .status(200) }
            async let tries = engine.engine.deliveries.drain()
            try await receiver.isAsked()
            // By the time of day the lease has run out, for the one who sends as for the others.
            engine.clock.step(milliseconds: Self.hour)
            #expect(try await other.engine.deliveries.drain() == 0)
            #expect(try await tries == 1)
            engine.clock.step(milliseconds: -Self.hour)
            #expect(try await other.engine.deliveries.drain() == 0)
            await other.engine.close()
            #expect(receiver.requests.count == 1)
            #expect(receiver.overlaps == 0)
            #expect(try await engine.states() == ["delivered"])
        }
    }

    @Test(arguments: Backend.available)
    func aLeaseOfTheDeadHoldsForThirtySecondsAllTheSame(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            #expect(try await engine.engine.deliveries.drain() == 0)
            try await engine.makeUser("ann")
            #expect(try await engine.leaseForTheDead().count == 1)
            engine.clock.step(milliseconds: Self.hour)
            #expect(try await engine.engine.deliveries.drain() == 0)
            engine.clock.advance(milliseconds: DeliveryQueue.leaseMilliseconds - 1)
            #expect(try await engine.engine.deliveries.drain() == 0)
            engine.clock.advance(milliseconds: 1)
            #expect(try await engine.engine.deliveries.drain() == 1)
            #expect(receiver.requests.count == 1)
        }
    }

    /// Such as one whose machine slept.
    @Test(arguments: Backend.available)
    func whoWasAwayLongerThanItsLeaseSendsOnce(_ backend: Backend) async throws {
        try await withWebhooks(backend) { engine, receiver in
            try await engine.makeWebhook()
            try await engine.makeUser("ann")
            receiver.answers(after: .milliseconds(600)) { _ in .status(200) }
            async let tries = engine.engine.deliveries.drain()
            try await receiver.isAsked()
            engine.clock.advance(milliseconds: 2 * DeliveryQueue.leaseMilliseconds)
            #expect(try await tries == 1)
            #expect(receiver.requests.count == 1)
            #expect(try await engine.states() == ["delivered"])
        }
    }
}
