import Logging
import Storage
import Synchronization
import Testing
import Values

@testable import Engine

@Suite("Jobs", .timeLimit(.minutes(2)))
struct JobQueueTests {
    @Test(arguments: Backend.available)
    func aLeasedJobIsNobodyElses(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let id = try await engine.enqueue("work")
            let first = try await engine.lease(id, "a")
            #expect(first?.job == Job(kind: "work", payload: ["n": 1]))
            #expect(try await engine.lease(id, "b") == nil)
            #expect(try await engine.due() == [])
            engine.clock.advance(milliseconds: 29_999)
            #expect(try await engine.lease(id, "b") == nil)
            engine.clock.advance(milliseconds: 1)
            #expect(try await engine.due() == [id])
            #expect(try await engine.lease(id, "b") != nil)
            #expect(try await engine.store.write { try JobQueue.complete(id, for: "a", in: $0) } == false)
            #expect(try await engine.store.write { try JobQueue.complete(id, for: "b", in: $0) } == true)
            #expect(try await engine.lease(id, "c") == nil)
        }
    }

    @Test(arguments: Backend.available)
    func theOneThatWasTooSlowCannotTakeALeaseBack(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let id = try await engine.enqueue("work")
            let slow = try #require(try await engine.lease(id, "slow"))
            engine.clock.advance(milliseconds: 30_000)
            _ = try await engine.lease(id, "fast")
            let now = engine.clock.wallClock.now
            try await engine.store.write { session in
                try JobQueue.renew(id, for: "slow", at: now, in: session)
                try JobQueue.fail(slow, for: "slow", "too late", at: now, in: session)
            }
            let record = try #require(try await engine.job(id))
            #expect(record.owner == "fast")
            #expect(record.attempts == 0)
            engine.clock.advance(milliseconds: 20_000)
            let later = engine.clock.wallClock.now
            try await engine.store.write { try JobQueue.renew(id, for: "fast", at: later, in: $0) }
            engine.clock.advance(milliseconds: 20_000)
            #expect(try await engine.lease(id, "slow") == nil)
        }
    }

    @Test(arguments: Backend.available)
    func aFailedJobComesBackLaterEachTimeAndDiesAfterTenTries(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let tries = Mutex(0)
            let runner = engine.runner("work") { _ in
                tries.withLock { $0 += 1 }
                throw StoreError(.internalFault, "no luck")
            }
            let id = try await engine.enqueue("work")
            for attempt in 1...10 as ClosedRange<Int64> {
                #expect(try await runner.drain() == 1)
                let record = try #require(try await engine.job(id))
                #expect(record.attempts == attempt)
                #expect(record.error == "no luck")
                #expect(record.state == (attempt == 10 ? "dead" : "pending"))
                #expect(try await runner.drain() == 0)
                let base = min(300_000, Int64(500) << (attempt - 1))
                engine.clock.advance(milliseconds: base - 1)
                #expect(try await runner.drain() == 0)
                engine.clock.advance(milliseconds: base / 4 + 1)
            }
            engine.clock.advance(milliseconds: 3_600_000)
            #expect(try await runner.drain() == 0)
            #expect(tries.withLock { $0 } == 10)
        }
    }

    @Test(arguments: Backend.available)
    func aJobOfAnUnknownKindWaitsForAProcessThatKnowsIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let id = try await engine.enqueue("future")
            #expect(try await engine.engine.jobs.drain() == 1)
            let record = try #require(try await engine.job(id))
            #expect(record.state == "pending")
            #expect(record.error.contains("future"))
            engine.clock.advance(milliseconds: 1000)
            let runner = engine.runner("future") { run in try await run.end { _ in } }
            #expect(try await runner.drain() == 1)
            #expect(try await engine.job(id) == nil)
        }
    }

    @Test("Where no lease can be written, the runner gives up until the next time", arguments: Backend.available)
    func fullStore(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let id = try await engine.enqueue("work")
            let store = FullStore(base: engine.store)
            #expect(try await engine.runner("work", on: store) { run in try await run.end { _ in } }.drain() == 0)
            #expect(try await engine.job(id)?.state == "pending")
            #expect(try await engine.runner("work") { run in try await run.end { _ in } }.drain() == 1)
            #expect(try await engine.job(id) == nil)
        }
    }

    @Test(arguments: Backend.available)
    func whatWasTakenOverIsWrittenOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let id = try await engine.enqueue("work")
            let fast = engine.runner("work") { run in try await run.end { try $0.bumpSchemaVersion() } }
            let before = try await engine.store.read { try $0.schemaVersion() }
            let slow = engine.runner("work") { run in
                engine.clock.advance(milliseconds: 31_000)
                #expect(try await fast.drain() == 1)
                await #expect(throws: LeaseLost.self) { try await run.end { try $0.bumpSchemaVersion() } }
                throw LeaseLost()
            }
            #expect(try await slow.drain() == 1)
            #expect(try await engine.job(id) == nil)
            #expect(try await engine.store.read { try $0.schemaVersion() } == before + 1)
        }
    }

    @Test("A clock that is set back makes no job wait for it", arguments: Backend.available)
    func clockThatGoesBack(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let failing = Mutex(true)
            let runner = engine.runner("work") { run in
                if failing.withLock({ $0 }) { throw StoreError(.internalFault, "no luck") }
                try await run.end { _ in }
            }
            let tried = try await engine.enqueue("work")
            #expect(try await runner.drain() == 1)
            let held = try await engine.enqueue("work")
            #expect(try await engine.lease(held, "dead") != nil)
            let new = try await engine.enqueue("work")
            engine.clock.step(milliseconds: -3_600_000)
            failing.withLock { $0 = false }
            #expect(try await engine.due() == [new])
            #expect(try await runner.drain() == 1)
            #expect(try await engine.job(new) == nil)
            engine.clock.advance(milliseconds: 625)
            #expect(try await runner.drain() == 1)
            #expect(try await engine.job(tried) == nil)
            engine.clock.advance(milliseconds: JobQueue.leaseMilliseconds)
            #expect(try await runner.drain() == 1)
            #expect(try await engine.job(held) == nil)
        }
    }

    @Test(arguments: Backend.available)
    func manyRunnersDoEveryJobOnceInOrder(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            var ids: [String] = []
            for _ in 0..<40 { ids.append(try await engine.enqueue("work")) }
            #expect(try await engine.due() == ids)
            let done = Mutex<[String]>([])
            try await withThrowingTaskGroup { group in
                for _ in 0..<4 {
                    let runner = engine.runner("work") { run in
                        try await run.end { _ in }
                        done.withLock { $0.append(run.leased.id) }
                    }
                    group.addTask { try await runner.drain() }
                }
                try await group.waitForAll()
            }
            #expect(done.withLock { $0.sorted() } == ids.sorted())
        }
    }
}

/// A store that can be read only, as if its disk was full.
private struct FullStore: ForwardingStore {
    let base: any DocumentStore

    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R {
        throw StoreError(.full, "the disk is full")
    }

    func define(_ change: SchemaChange, then body: @escaping @Sendable (any WriteSession) throws -> Void) async throws {
        throw StoreError(.full, "the disk is full")
    }
}

/// What a test looks at in the row of a job.
private struct JobRecord {
    var state: String
    var owner: String
    var error: String
    var attempts: Int64?
}

extension TestEngine {
    fileprivate func enqueue(_ kind: String) async throws -> String {
        let (now, id) = (clock.wallClock.now, clock.wallClock.makeID())
        return try await store.write { try JobQueue.add(Job(kind: kind, payload: ["n": 1]), at: now, id: id, to: $0) }
    }

    fileprivate func lease(_ id: String, _ owner: String) async throws -> LeasedJob? {
        let now = clock.wallClock.now
        return try await store.write { try JobQueue.lease(id, for: owner, at: now, in: $0) }
    }

    fileprivate func due() async throws -> [String] {
        let now = clock.wallClock.now
        return try await store.read { try JobQueue.due(at: now, limit: 100, in: $0) }
    }

    fileprivate func job(_ id: String) async throws -> JobRecord? {
        try await store.read { session in
            try session.row(id, in: SystemTables.jobs).map { row in
                let record = Record(row, SystemTables.jobs)
                return JobRecord(
                    state: record.string("state"),
                    owner: record.string("owner"),
                    error: record.string("error"),
                    attempts: record["attempts"].int
                )
            }
        }
    }

    fileprivate func runner(
        _ kind: String,
        on store: (any DocumentStore)? = nil,
        _ perform: @escaping @Sendable (JobRun) async throws -> Void
    ) -> JobRunner {
        var log = Logger(label: "test")
        log.logLevel = .critical
        return JobRunner(store ?? self.store, [JobHandler(kind: kind, perform: perform)], clock.wallClock, log)
    }
}
