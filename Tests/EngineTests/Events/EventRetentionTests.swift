import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("How long events are kept")
struct EventRetentionTests {
    @Test(arguments: [
        ("7d,1GB", EventRetention(seconds: 604_800, bytes: 1_000_000_000)),
        ("500MB,12h", EventRetention(seconds: 43_200, bytes: 500_000_000)),
        ("90s", EventRetention(seconds: 90)), ("3m", EventRetention(seconds: 180)),
        ("20KB", EventRetention(bytes: 20_000)), ("5B", EventRetention(bytes: 5)), ("off", EventRetention()),
    ])
    func isReadFromText(_ text: String, _ retention: EventRetention) {
        #expect(EventRetention(text) == retention)
    }

    @Test(arguments: [
        "", "7", "d", "7 d", "0d", "-1d", "7d,", ",1GB", "7d,2d", "1GB,2GB", "7w", "1gb", "7d;1GB", "1.5d",
        "99999999999999999999d", "9223372036854775807d", "9223372036854775807GB", "4000000d", "OFF",
    ])
    func refusesWhatIsNone(_ text: String) {
        #expect(EventRetention(text) == nil)
    }

    @Test func bindsTheLog() async throws {
        try await withEngine(.sqlite) { engine in
            let clock = engine.clock
            let short = Engine(
                catalog: .embedded,
                store: engine.store,
                retention: EventRetention(seconds: 60),
                clock: clock.wallClock
            )
            for name in ["a", "b"] {
                try await engine.call("tablesDB.create", ["databaseId": .string(name), "name": "N"])
                clock.advance(milliseconds: 40_000)
            }
            #expect(try await short.trimLog() == 1)
            var reader = EventReader(engine.store)
            #expect(try await reader.next().map(\.name) == ["databases.b.create"])
            #expect(try await engine.engine.trimLog() == 0)
        }
    }
}
