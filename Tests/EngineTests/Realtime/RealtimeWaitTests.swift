import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Waiting for events", .timeLimit(.minutes(3)))
struct RealtimeWaitTests {
    private let rows = "tablesdb.d.tables.t.rows"

    private func prepare(_ engine: TestEngine) async throws {
        try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
        try await engine.on(
            "createTable",
            [
                "name": "T", "permissions": ["read(\"users\")", "create(\"users\")"], "rowSecurity": true,
                "columns": [["key": "s", "type": "varchar", "size": 20], ["key": "n", "type": "integer"]],
            ]
        )
    }

    private func add(_ id: String, _ n: Int64, _ engine: TestEngine) async throws {
        try await engine.on("createRow", ["rowId": .string(id), "data": ["s": "x", "n": .int(n)]])
    }

    private func names(_ answer: JSON) -> [String] { answer["events"]?.array?.map { $0["event"]?.string ?? "" } ?? [] }

    private func created(_ ids: String...) -> [String] { ids.map { "databases.d.tables.t.rows.\($0).create" } }

    @Test(arguments: Backend.available)
    func tellsWhatHappenedSinceTheSubscription(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            try await add("before", 1, engine)
            let made = try await engine.call("realtime.subscribe", ["channels": [.string(rows)]])
            let id = made["subscriptionId"]!
            #expect(made["expire"] == .string(engine.clock.wallClock.now.adding(seconds: 3600).text))
            try await add("one", 1, engine)
            try await add("two", 2, engine)
            let first = try await engine.call("realtime.wait", ["subscriptionId": id])
            #expect(names(first) == created("one", "two"))
            #expect(first["dropped"] == false)
            let event = first["events"]!.array![0]
            #expect(event["payload"]?["$id"] == "one")
            #expect(event["payload"]?["n"] == 1)
            #expect(event["channels"] == [.string(rows)])
            #expect(event["timestamp"] == .string(engine.clock.wallClock.now.text))
            // It remembers how far it was told, and goes back where a cursor says so.
            #expect(names(try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0])) == [])
            let again = try await engine.call("realtime.wait", ["subscriptionId": id, "cursor": made["cursor"]!])
            #expect(names(again) == created("one", "two"))
        }
    }

    @Test(arguments: Backend.available)
    func waitsForWhatComes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            async let answer = engine.call("realtime.wait", ["channels": [.string(rows + ".create")], "timeout": 100])
            // From now on means from the call on; before that it hears nothing.
            try await Task.sleep(for: .milliseconds(300))
            try await engine.on("updateTable", ["name": "U", "permissions": ["read(\"users\")"]])
            try await add("one", 1, engine)
            #expect(names(try await answer) == created("one"))
        }
    }

    @Test(arguments: Backend.available)
    func hearsOfAnotherProcess(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            async let answer = other.call("realtime.wait", ["channels": ["rows"], "timeout": 100])
            try await Task.sleep(for: .milliseconds(300))
            try await add("one", 1, engine)
            #expect(names(try await answer) == created("one"))
            await other.engine.close()
        }
    }

    /// Each event is told to one of them, whoever is faster.
    @Test(arguments: Backend.available)
    func twoWhoWaitWithOneSubscriptionShareWhatComes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let other = TestEngine(backend, engine.folder, clock: engine.clock)
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            @Sendable func waitForAll(_ engine: TestEngine) async throws -> [String] {
                var heard: [String] = []
                while true {
                    let new = names(try await engine.call("realtime.wait", ["subscriptionId": id, "max": 3]))
                    heard += new
                    if new.contains(where: { $0.contains("rows.end") }) { return heard }
                }
            }
            async let first = waitForAll(engine)
            async let second = waitForAll(other)
            for number in 0..<40 { try await add("r\(number)", 0, engine) }
            // One end for each of them; who has heard one waits no more.
            for number in 0..<20 {
                try await add("end\(number)", 0, engine)
                try await Task.sleep(for: .milliseconds(20))
            }
            let heard = [try await first, try await second]
            await other.engine.close()
            let rows = heard.joined().filter { !$0.contains("rows.end") }
            #expect(Set(rows).count == 40)
            #expect(rows.count == 40)
            for one in heard { #expect(Set(one).count == one.count) }
        }
    }

    /// Away, or there and unable to say what became of a write.
    @Test(arguments: Backend.available, [AwayStore.State.away, .silent])
    func goesOnWhenTheStoreIsAwayForAMoment(_ backend: Backend, _ state: AwayStore.State) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let store = AwayStore(base: engine.store)
            let other = Engine(catalog: .embedded, store: store, clock: engine.clock.wallClock)
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            async let answer = other.execute(
                Invocation("realtime.wait", ["subscriptionId": id, "timeout": 60], as: nil)
            )
            try await Task.sleep(for: .milliseconds(300))
            store.is(state)
            try await add("one", 1, engine)
            try await Task.sleep(for: .milliseconds(300))
            store.is(.there)
            #expect(names(try JSON(parsing: try await answer.encoded)) == created("one"))
            #expect(names(try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0])) == [])
            await #expect(throws: AppError.self) {
                store.is(.away)
                _ = try await other.execute(
                    Invocation("realtime.wait", ["subscriptionId": id, "timeout": 60], as: nil)
                )
            }
            // Closing it would close the store of both.
            await other.feed.close()
        }
    }

    @Test(arguments: Backend.available)
    func endsWithNothingWhenTheTimeIsOver(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let answer = try await engine.call("realtime.wait", ["channels": ["rows"], "timeout": 1])
            #expect(answer["events"] == [])
            try await add("one", 1, engine)
            let next = try await engine.call("realtime.wait", ["channels": ["rows"], "cursor": answer["cursor"]!])
            #expect(names(next) == created("one"))
        }
    }

    @Test(arguments: Backend.available)
    func asksThePayload(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let made = try await engine.call(
                "realtime.subscribe",
                [
                    "channels": ["rows"],
                    "queries": [["method": "greaterThan", "attribute": "n", "values": [1]]],
                ]
            )
            for number in 1...3 { try await add("r\(number)", Int64(number), engine) }
            let answer = try await engine.call("realtime.wait", ["subscriptionId": made["subscriptionId"]!])
            #expect(names(answer) == created("r2", "r3"))
            let refusal = try await engine.refusal(
                "realtime.subscribe",
                ["channels": ["rows"], "queries": [["method": "startsWith", "attribute": "s", "values": ["x"]]]]
            )
            #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
        }
    }

    /// A bulk is one record and one event for each row.
    @Test(arguments: Backend.available)
    func cutsALongAnswerBetweenTheRowsOfABulk(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let id = try await engine.call("realtime.subscribe", ["channels": ["rows"]])["subscriptionId"]!
            let bulk = (0..<7).map { JSON.object(["$id": .string("b\($0)"), "n": .int(Int64($0))]) }
            try await engine.on("createRows", ["rows": .array(bulk)])
            try await add("one", 1, engine)
            var seen: [[String]] = []
            for _ in 0..<4 {
                let arguments: JSONObject = ["subscriptionId": id, "max": 3, "timeout": 0]
                seen.append(names(try await engine.call("realtime.wait", arguments)))
            }
            let bulkNames = (0..<7).map { "databases.d.tables.t.rows.b\($0).create" }
            #expect(seen == [Array(bulkNames[0..<3]), Array(bulkNames[3..<6]), [bulkNames[6]] + created("one"), []])
        }
    }

    @Test(arguments: Backend.available)
    func tellsOnlyWhatTheCallerMayReadAtThatMoment(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine)
            let (ann, bob) = (Actor.user("ann"), Actor.user("bob"))
            let subscribe: JSONObject = ["channels": ["rows"]]
            let annID = try await engine.call("realtime.subscribe", subscribe, as: ann)["subscriptionId"]!
            let guestID = try await engine.call("realtime.subscribe", subscribe, as: .guest)["subscriptionId"]!
            try await engine.on("updateTable", ["name": "T", "permissions": [], "rowSecurity": true])
            let own: JSON = ["read(\"user:ann\")"]
            try await engine.on("createRow", ["rowId": "hers", "data": [:], "permissions": own])
            try await engine.on("createRow", ["rowId": "his", "data": [:], "permissions": ["read(\"user:bob\")"]])
            try await engine.on("createRow", ["rowId": "open", "data": [:], "permissions": ["read(\"any\")"]])
            func heard(_ id: JSON, _ actor: Actor) async throws -> [String] {
                names(try await engine.call("realtime.wait", ["subscriptionId": id, "timeout": 0], as: actor))
            }
            #expect(try await heard(annID, ann) == created("hers", "open"))
            #expect(try await heard(guestID, .guest) == created("open"))
            // Nobody waits with the subscription of somebody else.
            let refusal = try await engine.refusal("realtime.wait", ["subscriptionId": annID], as: bob)
            #expect(refusal == Refusal("realtime_subscription_not_found", 404, "subscriptionId"))
        }
    }

    /// Who was invited by the key is known to the key; to members it is what the project's policy says.
    @Test(arguments: Backend.available)
    func keepsToThePrivacyOfMembers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for (id, name) in [("ann", "Ann"), ("bob", "Bob")] {
                let email = "\(id)@example.org"
                try await engine.call(
                    "users.create",
                    ["userId": .string(id), "email": .string(email), "name": .string(name)]
                )
            }
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"])
            func join(_ user: JSON) async throws {
                try await engine.call("teams.createMembership", ["teamId": "red", "userId": user, "roles": ["player"]])
            }
            try await join("ann")
            let ann = Actor.user("ann")
            let mine = try await engine.call("realtime.subscribe", ["channels": ["memberships"]])
            let hers = try await engine.call("realtime.subscribe", ["channels": ["memberships"]], as: ann)
            let filtered = try await engine.call(
                "realtime.subscribe",
                [
                    "channels": ["memberships"],
                    "queries": [["method": "equal", "attribute": "userName", "values": ["Bob"]]],
                ],
                as: ann
            )
            try await join("bob")
            func payload(_ made: JSON, _ actor: Actor) async throws -> JSON? {
                let arguments: JSONObject = ["subscriptionId": made["subscriptionId"]!, "timeout": 0]
                return try await engine.call("realtime.wait", arguments, as: actor)["events"]!.array!.first?["payload"]
            }
            let open = try await payload(mine, .key)
            #expect(open?["userName"] == "Bob")
            #expect(open?["userId"] == "bob")
            let closed = try await payload(hers, ann)
            #expect(closed?["roles"] == ["player"])
            for key in ["userName", "userEmail", "userId"] { #expect(closed?[key] == "", "\(key)") }
            #expect(try await payload(filtered, ann) == nil)
        }
    }

    @Test(arguments: Backend.available)
    func listsAndEndsSubscriptions(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let ann = Actor.user("ann")
            let arguments: JSONObject = ["channels": ["account"], "ttl": 60]
            let made = try await engine.call("realtime.subscribe", arguments, as: ann)
            let mine = try await engine.call("realtime.subscribe", ["channels": ["rows"]])
            func ids(_ actor: Actor) async throws -> [JSON] {
                let list = try await engine.call("realtime.list", as: actor)
                return list["subscriptions"]!.array!.map { $0["subscriptionId"]! }
            }
            #expect(try await ids(ann) == [made["subscriptionId"]!])
            #expect(try await ids(.key) == [made["subscriptionId"]!, mine["subscriptionId"]!])
            let refusal = try await engine.refusal(
                "realtime.unsubscribe",
                ["subscriptionId": mine["subscriptionId"]!],
                as: ann
            )
            #expect(refusal.status == 404)
            engine.clock.advance(milliseconds: 61_000)
            #expect(try await ids(ann) == [])
            let late = try await engine.refusal("realtime.wait", ["subscriptionId": made["subscriptionId"]!], as: ann)
            #expect(late == Refusal("realtime_subscription_not_found", 404, "subscriptionId"))
            try await engine.call("realtime.unsubscribe", ["subscriptionId": mine["subscriptionId"]!])
            #expect(try await ids(.key) == [])
        }
    }

    @Test func saysThatSomethingWasDropped() async throws {
        try await withEngine(.sqlite) { engine in
            try await prepare(engine)
            let made = try await engine.call("realtime.subscribe", ["channels": ["rows"]])
            for number in 0..<5 { try await add("r\(number)", 0, engine) }
            try await engine.store.trimLog(to: LogBounds(bytes: 1))
            let answer = try await engine.call("realtime.wait", ["subscriptionId": made["subscriptionId"]!])
            #expect(answer["dropped"] == true)
            #expect(answer["events"] == [])
            try await add("later", 0, engine)
            let next = try await engine.call("realtime.wait", ["channels": ["rows"], "cursor": answer["cursor"]!])
            #expect(names(next) == created("later"))
            #expect(next["dropped"] == false)
        }
    }

    struct Refused: Sendable {
        var arguments: JSONObject
        var refusal: Refusal
    }

    @Test(arguments: [
        Refused(
            arguments: ["channels": ["rows"], "cursor": "no cursor"],
            refusal: Refusal("general_cursor_not_found", 400, "cursor")
        ),
        Refused(
            arguments: ["channels": ["rows"], "cursor": "12+x"],
            refusal: Refusal("general_cursor_not_found", 400, "cursor")
        ),
        Refused(
            arguments: ["channels": ["rows"], "cursor": "12+-1"],
            refusal: Refusal("general_cursor_not_found", 400, "cursor")
        ),
        Refused(
            arguments: ["channels": ["rows"], "subscriptionId": "x"],
            refusal: Refusal("general_argument_invalid", 400, "subscriptionId")
        ),
        Refused(arguments: [:], refusal: Refusal("general_argument_invalid", 400, "subscriptionId")),
    ])
    func refusesWhatMakesNoSense(_ refused: Refused) async throws {
        try await withEngine(.sqlite) { engine in
            let refusal = try await engine.refusal("realtime.wait", refused.arguments)
            #expect(refusal == refused.refusal)
        }
    }

    @Test func endsWithItsTask() async throws {
        try await withEngine(.sqlite) { engine in
            try await prepare(engine)
            let waiting = Task { try await engine.call("realtime.wait", ["channels": ["rows"], "timeout": 300]) }
            try await Task.sleep(for: .milliseconds(100))
            waiting.cancel()
            await #expect(throws: (any Error).self) { try await waiting.value }
        }
    }
}
