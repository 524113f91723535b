import Storage
import Synchronization
import Testing
import Values

@testable import Engine

@Suite("The feed of events", .timeLimit(.minutes(2)))
struct EventFeedTests {
    /// What a listener has heard.
    private final class Heard: Sendable {
        private let state = Mutex<(begins: Int, names: [String])>((0, []))

        var begins: Int { state.withLock { $0.begins } }
        var names: [String] { state.withLock { $0.names } }

        func note(_ news: EventFeed.News) {
            state.withLock { state in
                switch news {
                case .begins: state.begins += 1
                case .records(let records):
                    state.names += records.compactMap { EventRecord(parsing: $0.record)?.name }
                }
            }
        }
    }

    private func make(_ names: String..., in engine: TestEngine) async throws {
        for name in names {
            try await engine.call("tablesDB.create", ["databaseId": .string(name), "name": .string(name)])
        }
    }

    private func wait(for isTrue: () -> Bool) async throws {
        while !isTrue() { try await Task.sleep(for: .milliseconds(2)) }
    }

    @Test(arguments: Backend.available)
    func tellsEverybodyWhatIsCommitted(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let (first, second) = (Heard(), Heard())
            let one = engine.engine.feed.listen { first.note($0) }
            try await wait { first.begins == 1 }
            let other = engine.engine.feed.listen { second.note($0) }
            try await make("a", "b", "c", in: engine)
            for heard in [first, second] {
                try await wait { heard.names.count == 3 }
                #expect(heard.names == ["databases.a.create", "databases.b.create", "databases.c.create"])
            }
            withExtendedLifetime((one, other)) {}
        }
    }

    @Test(arguments: Backend.available)
    func saysWhetherWhoComesNowHearsEverything(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let feed = engine.engine.feed
            #expect(!feed.isFollowing)
            let heard = Heard()
            let listening = feed.listen { heard.note($0) }
            try await wait { heard.begins == 1 }
            #expect(feed.isFollowing)
            let late = Heard()
            let other = feed.listen { late.note($0) }
            try await make("a", in: engine)
            try await wait { late.names.count == 1 }
            #expect(late.begins == 0)
            withExtendedLifetime((listening, other)) {}
            await feed.close()
            #expect(!feed.isFollowing)
        }
    }

    @Test(arguments: Backend.available)
    func tellsNothingToWhoHasGone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let (gone, here) = (Heard(), Heard())
            var one: EventFeed.Listening? = engine.engine.feed.listen { gone.note($0) }
            let other = engine.engine.feed.listen { here.note($0) }
            try await wait { gone.begins == 1 && here.begins == 1 }
            withExtendedLifetime(one) {}
            one = nil
            try await make("a", in: engine)
            try await wait { here.names.count == 1 }
            #expect(gone.names.isEmpty)
            withExtendedLifetime(other) {}
        }
    }

    @Test(arguments: Backend.available)
    func hearsOfAnotherProcess(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let heard = Heard()
            let listening = engine.engine.feed.listen { heard.note($0) }
            try await wait { heard.begins == 1 }
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            try await make("a", in: other)
            await other.engine.close()
            try await wait { heard.names == ["databases.a.create"] }
            withExtendedLifetime(listening) {}
        }
    }

    @Test(arguments: Backend.available)
    func wakesWhoWaits(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let bell = EventBell(engine.engine.feed)
            let far = ContinuousClock.now + .seconds(100)
            // It rings once for the beginning.
            #expect(try await bell.wait(until: far))
            #expect(try await !bell.wait(until: .now + .milliseconds(50)))
            async let rang = bell.wait(until: far)
            try await make("a", in: engine)
            #expect(try await rang)
        }
    }
}
