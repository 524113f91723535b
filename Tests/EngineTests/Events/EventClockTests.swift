import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Events when the clock is set", .timeLimit(.minutes(2)))
struct EventClockTests {
    private static let hour: Int64 = 3_600_000

    private func add(_ id: String, _ engine: TestEngine) async throws {
        try await engine.on("createRow", ["rowId": .string(id), "data": [:]])
    }

    private func ids(_ answer: JSON) -> [String] {
        answer["events"]?.array?.map { $0["payload"]?["$id"]?.string ?? "" } ?? []
    }

    @Test(arguments: Backend.available)
    func theyAreToldInTheOrderInWhichTheyHappened(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            let begin = engine.clock.wallClock.now
            try await add("one", engine)
            engine.clock.step(milliseconds: -Self.hour)
            try await add("two", engine)
            let first = try await engine.call("realtime.wait", ["subscriptionId": id, "max": 1])
            #expect(ids(first) == ["one"])
            engine.clock.step(milliseconds: 2 * Self.hour)
            // By then it would have expired.
            engine.clock.step(milliseconds: -Self.hour)
            try await add("three", engine)
            let rest = try await engine.call("realtime.wait", ["subscriptionId": id])
            #expect(ids(rest) == ["two", "three"])
            #expect(rest["dropped"] == false)
            let stamps = [first, rest].flatMap { $0["events"]!.array! }.map { $0["timestamp"] }
            #expect(stamps == [begin, begin.adding(milliseconds: -Self.hour), begin].map { .string($0.text) })
        }
    }

    /// How long it waits is no matter of the time of day.
    @Test(arguments: Backend.available, [-3_600_000, 3_000_000] as [Int64])
    func whoWaitsGoesOnWaiting(_ backend: Backend, _ step: Int64) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            async let answer = engine.call("realtime.wait", ["subscriptionId": id, "timeout": 60])
            try await Task.sleep(for: .milliseconds(200))
            engine.clock.step(milliseconds: step)
            try await Task.sleep(for: .milliseconds(200))
            try await add("one", engine)
            #expect(ids(try await answer) == ["one"])
            #expect(ids(try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0])) == [])
        }
    }

    @Test(arguments: Backend.available)
    func aSubscriptionEndsByTheTimeOfDay(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let made = try await engine.call("realtime.subscribe", ["channels": ["account"], "ttl": 60])
            let wait: JSONObject = ["subscriptionId": made["subscriptionId"]!, "timeout": 0]
            engine.clock.step(milliseconds: -Self.hour)
            engine.clock.advance(milliseconds: 61_000)
            #expect(try await engine.call("realtime.wait", wait)["dropped"] == false)
            engine.clock.step(milliseconds: Self.hour)
            #expect(try await engine.refusal("realtime.wait", wait).type == "realtime_subscription_not_found")
        }
    }

    /// On MongoDB, records stand in the order of their ids, whose clock does not go back.
    @Test func retentionTakesWhatIsOldAndNothingElse() async throws {
        try await withEngine(.sqlite) { engine in
            let clock = engine.clock
            let short = Engine(
                catalog: .embedded,
                store: engine.store,
                retention: EventRetention(seconds: 60),
                clock: clock.wallClock
            )
            func make(_ name: String) async throws {
                try await engine.call("tablesDB.create", ["databaseId": .string(name), "name": "N"])
            }
            func kept() async throws -> [String] {
                var reader = EventReader(engine.store)
                do { return try await reader.next().map { $0.ids[0] } } catch let error as StoreError
                    where error.kind == .historyLost
                {
                    return try await engine.store.read { session in
                        try session.history(before: nil, limit: 100).reversed()
                            .compactMap { EventRecord(parsing: $0.record)?.ids[0] }
                    }
                }
            }
            try await make("now")
            clock.step(milliseconds: -Self.hour)
            try await make("back")
            #expect(try await short.trimLog() == 0)
            // A clock that says 1970 for a moment takes nothing along.
            let present = clock.wallClock.now.milliseconds
            clock.step(milliseconds: -present)
            try await make("long-ago")
            clock.step(milliseconds: present)
            try await make("after")
            #expect(try await short.trimLog() == 0)
            #expect(try await kept() == ["now", "back", "long-ago", "after"])
            // Nor does one from the future keep what is old behind it.
            clock.advance(milliseconds: 61_000)
            try await make("new")
            #expect(try await short.trimLog() == 4)
            #expect(try await kept() == ["new"])
        }
    }
}
