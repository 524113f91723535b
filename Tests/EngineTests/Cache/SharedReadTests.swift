import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Lists that many ask for at once", .timeLimit(.minutes(1)))
struct SharedReadTests {
    /// An engine on a store that counts, which has a table of two rows.
    private func withCounting(_ backend: Backend, _ body: (Engine, CountingStore) async throws -> Void) async throws {
        try await withEngine(backend) { maker in
            try await maker.makeRows("a", "b")
            let store = CountingStore(backend.store(maker.folder))
            let engine = Engine(catalog: .embedded, store: store, clock: maker.clock.wallClock)
            do { try await body(engine, store) } catch {
                await engine.close()
                throw error
            }
            await engine.close()
        }
    }

    private static let invocation = Invocation("tablesDB.listRows", ["databaseId": "d", "tableId": "t", "ttl": 30])

    /// Starts so many calls, and waits until all but those that read wait.
    private func start(_ count: Int, reading: Int, _ engine: Engine) async throws -> [Task<
        Result<Response, AppError>, Never
    >] {
        let tasks = (0..<count).map { _ in
            Task { () -> Result<Response, AppError> in
                do throws(AppError) { return .success(try await engine.execute(Self.invocation)) } catch {
                    return .failure(error)
                }
            }
        }
        try await until { engine.lists.statistics.waits >= count - reading }
        return tasks
    }

    @Test(arguments: Backend.available)
    func aThousandMakeOneReadOfTheStore(_ backend: Backend) async throws {
        try await withCounting(backend) { engine, store in
            store.hold()
            let tasks = try await start(1000, reading: 1, engine)
            try await until { store.reads > 0 }
            store.release()
            var outcomes: [CacheOutcome?: Int] = [:]
            for task in tasks {
                let response = try await task.value.get()
                outcomes[response.cache, default: 0] += 1
                #expect(try JSON(parsing: response.encoded)["total"] == 2)
            }
            #expect(store.reads == 1)
            #expect(outcomes == [.miss: 1, .hit: 999])
            // And those that come later none.
            #expect(try await engine.execute(Self.invocation).cache == .hit)
            #expect(store.reads == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aHitAsksTheStoreOnceASecondOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { maker in
            try await maker.makeRows("a")
            let store = CountingStore(maker.store)
            let engine = Engine(catalog: .embedded, store: store, clock: maker.clock.wallClock)
            _ = try await engine.execute(Self.invocation)
            store.startCounting()
            for _ in 0..<50 { #expect(try await engine.execute(Self.invocation).cache == .hit) }
            #expect(store.reads == 0)
            for step in 1...10 {
                maker.clock.advance(milliseconds: 1000)
                for _ in 0..<50 { #expect(try await engine.execute(Self.invocation).cache == .hit) }
                #expect(store.reads == step)
            }
        }
    }

    @Test func aHitOfAnAPIKeyAsksTheEmbeddedStoreOnlyAfterACommit() async throws {
        try await withEngine(.sqlite) { maker in
            try await maker.makeRows("a")
            try await maker.call("project.createKey", ["keyId": "k", "name": "K", "scopes": ["rows.read"]])
            let store = CountingStore(maker.store)
            let engine = Engine(catalog: .embedded, store: store, clock: maker.clock.wallClock)
            var invocation = Self.invocation
            invocation.actor = .apiKey("k")
            for _ in 0..<2 { _ = try await engine.execute(invocation) }
            for reads in [0, 1, 1] {
                store.startCounting()
                for _ in 0..<50 { #expect(try await engine.execute(invocation).cache == .hit) }
                #expect(store.reads == reads)
                try await maker.on("createRow", ["rowId": "unique()", "data": ["n": 1]])
            }
        }
    }

    @Test func aFailureIsSharedAndForgotten() async throws {
        try await withCounting(.sqlite) { engine, store in
            store.hold()
            let tasks = try await start(20, reading: 1, engine)
            try await until { store.reads > 0 }
            store.release(failing: StoreError(.timeout, "too long"))
            for task in tasks {
                guard case .failure(let error) = await task.value else {
                    Issue.record("it succeeded")
                    continue
                }
                #expect(error.code == .databaseTimeout)
            }
            #expect(store.reads == 1)
            let again = try await engine.execute(Self.invocation)
            #expect(again.cache == .miss)
        }
    }

    @Test func whoIsCancelledLeavesTheReadToOthers() async throws {
        try await withCounting(.sqlite) { engine, store in
            store.hold()
            let first = Task { try await engine.execute(Self.invocation) }
            try await until { store.reads > 0 }
            let others = try await start(5, reading: 0, engine)
            first.cancel()
            store.release(failing: StoreError(.cancelled, "the work was stopped"))
            _ = await first.result
            var outcomes: [CacheOutcome?: Int] = [:]
            for task in others { outcomes[try await task.value.get().cache, default: 0] += 1 }
            #expect(outcomes == [.miss: 1, .hit: 4])
            #expect(store.reads == 2)
        }
    }
}
