import Catalog
import Storage
import Synchronization
import Testing
import Values

@testable import Engine

@Suite("Rate limits in the store")
struct LimitStoreTests {
    private let operation = "account.updatePhoneVerification"

    private func secret(of user: String) -> JSONObject { ["userId": .string(user), "secret": "000000"] }

    @Test(arguments: Backend.available)
    func processesShareThem(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { first in
            let second = TestEngine(backend, first.folder, clock: first.clock, limits: true)
            for engine in [first, second] {
                let types = try await engine.outcomes(5, operation, secret(of: "ann"))
                #expect(types == TestEngine.refused(5, with: "user_not_found", limited: 0))
            }
            for engine in [second, first] {
                #expect(try await engine.outcome(operation, secret(of: "ann")) == "general_rate_limit_exceeded")
            }
            await second.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func callsThatMeetAllCount(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { first in
            let second = TestEngine(backend, first.folder, clock: first.clock, limits: true)
            let types = try await withThrowingTaskGroup(of: String.self) { group in
                for number in 0..<64 {
                    let engine = number.isMultiple(of: 2) ? first : second
                    group.addTask { try await engine.outcome("account.createAnonymousSession") }
                }
                return try await group.reduce(into: [:]) { counts, type in counts[type, default: 0] += 1 }
            }
            #expect(types == ["none": 50, "general_rate_limit_exceeded": 14])
            #expect(try await first.call("users.list")["total"] == 50)
            await second.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func nothingTellsWhomTheyAreCountedFor(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let login: JSONObject = ["email": "Whoever@example.org", "password": "a long password"]
            let client = Client(ip: "192.0.2.77")
            let outcome = try await engine.outcome("account.createEmailPasswordSession", login, from: client)
            #expect(outcome == "user_invalid_credentials")
            #expect(
                try await engine.outcome(operation, secret(of: "a-hidden-id"), from: client) == "user_not_found"
            )
            #expect(try await engine.ids(in: IdentityTables.limits).count == 2)
            for text in ["whoever", "Whoever", "a-hidden-id", "192.0.2.77"] {
                #expect(try await !backend.holds(text, engine.folder), "\(text)")
            }
            #expect(try await engine.events().isEmpty)
        }
    }

    @Test(arguments: Backend.available)
    func oldOnesAreRemovedWhileNewOnesCome(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            for number in 0..<150 { _ = try await engine.outcome(operation, secret(of: "early\(number)")) }
            #expect(try await engine.ids(in: IdentityTables.limits).count == 150)
            engine.clock.advance(milliseconds: 3_600_000)
            for number in 0..<150 { _ = try await engine.outcome(operation, secret(of: "late\(number)")) }
            #expect(try await engine.ids(in: IdentityTables.limits).count == 150)
            #expect(
                try await engine.outcomes(10, operation, secret(of: "late0"))
                    == TestEngine.refused(9, with: "user_not_found", limited: 1)
            )
        }
    }

    @Test(arguments: Backend.available)
    func aClockThatWasAheadLocksNobodyOut(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let wrong = secret(of: "ann")
            let year: Int64 = 365 * 86_400_000
            engine.clock.advance(milliseconds: year)
            _ = try await engine.outcomes(10, operation, wrong)
            engine.clock.advance(milliseconds: -year)
            #expect(try await engine.outcomes(2, operation, wrong) == TestEngine.refused(0, with: "", limited: 2))
            engine.clock.advance(milliseconds: 360_000)
            #expect(
                try await engine.outcomes(2, operation, wrong)
                    == TestEngine.refused(1, with: "user_not_found", limited: 1)
            )
        }
    }

    @Test(arguments: Backend.available)
    func whatCannotBeCountedIsNotDone(_ backend: Backend) async throws {
        try await withEngine(backend, limits: true) { engine in
            let store = FailingStore(engine.store)
            let other = Engine(catalog: .embedded, store: store, clock: engine.clock.wallClock)
            store.fail(writes: 1)
            let invocation = Invocation("account.createAnonymousSession", as: .guest)
            let error = await #expect(throws: AppError.self) { try await other.execute(invocation) }
            #expect(error.map { Refusal($0) } == Refusal("store_unavailable", 503))
            #expect(try await engine.call("users.list")["total"] == 0)
            _ = try await other.execute(invocation)
            #expect(try await engine.call("users.list")["total"] == 1)
        }
    }
}

/// A store whose next writes fail, as if others held it.
private final class FailingStore: ForwardingStore {
    let base: any DocumentStore
    private let failing = Mutex(0)

    init(_ base: any DocumentStore) {
        self.base = base
    }

    func fail(writes: Int) { failing.withLock { $0 = writes } }

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        let fails = failing.withLock { count in
            defer { count = max(0, count - 1) }
            return count > 0
        }
        if fails { throw StoreError(.busy, "another process holds the store") }
        return try await base.write(grouped: grouped, body)
    }
}
