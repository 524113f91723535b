import Testing
import Values

@testable import Engine

@Suite("Subscriptions of the hub")
struct HubSubscriptionTests {
    private static let open = query("equal", "status", "open")

    @Test func oneDeliveryForAllSubscriptionsThatMatch() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "c", ["rows", "documents"])
        hub.subscribe(id, "a", ["rows"], Self.open)
        hub.subscribe(id, "b", ["rows"], query("equal", "status", "closed"))
        hub.publish(["rows", "documents"], to: ["any", "guests"], ["status": "open"])
        #expect(hub.matches(id) == ["a c"])
    }

    @Test func channelsAreWholeNames() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["documents.*", "row", "rows.", "Rows", ""])
        hub.publish(["documents.x", "rows", "rows.create"], to: ["any"])
        #expect(hub.matches(id) == [])
    }

    @Test func idsBelongToTheirConnection() {
        var hub = TestHub()
        let (one, two) = (hub.connect(), hub.connect())
        hub.subscribe(one, "a", ["rows"])
        hub.subscribe(two, "a", ["files"])
        #expect(hub.hub.unsubscribe(two, ["a"]) == [true])
        hub.publish(["rows", "files"], to: ["any"])
        #expect(hub.matches(one) == ["a"])
        #expect(hub.matches(two) == [])
    }

    @Test func aKnownIDGetsNewQueriesForTheChannelsThatAreNamed() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows", "files"], Self.open)
        hub.subscribe(id, "a", ["files", "teams"])
        let payload: JSON = ["status": "closed"]
        for (channel, expected) in [("rows", [String]()), ("files", ["a"]), ("teams", ["a"])] {
            hub.publish([channel], to: ["any"], payload)
            #expect(hub.matches(id) == expected, "\(channel)")
        }
        hub.publish(["rows"], to: ["any"], ["status": "open"])
        #expect(hub.matches(id) == ["a"])
    }

    @Test func ofAnIDThatStandsTwiceTheLastOneCounts() throws {
        var hub = TestHub()
        let id = hub.connect()
        let answer = try hub.hub.subscribe(
            id,
            [
                SubscriptionRequest(id: "a", channels: ["rows"]), SubscriptionRequest(id: "b", channels: ["rows"]),
                SubscriptionRequest(id: "a", channels: ["files"]),
            ]
        )
        #expect(answer.map(\.id) == ["a", "b", "a"])
        #expect(answer.map(\.channels) == [["rows"], ["rows"], ["files"]])
        hub.publish(["rows"], to: ["any"])
        hub.publish(["files"], to: ["any"])
        #expect(hub.matches(id) == ["b", "a"])
    }

    @Test func anEndedOneCanBeginAgain() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        #expect(hub.hub.unsubscribe(id, ["a", "a"]) == [true, false])
        hub.subscribe(id, "a", ["files"])
        hub.publish(["rows"], to: ["any"])
        hub.publish(["files"], to: ["any"])
        #expect(hub.matches(id) == ["a"])
    }

    @Test func selectingEverythingOutweighsOtherQueries() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"], Self.open, query("select", nil, "*"))
        hub.publish(["rows"], to: ["any"], ["status": "closed"])
        #expect(hub.matches(id) == ["a"])
    }

    @Test func nothingIsLeftOfWhatEnded() {
        var hub = TestHub()
        let ids = (0..<20).map { number in hub.connect(user: "u\(number)", "team:red", "label:x") }
        for (number, id) in ids.enumerated() {
            hub.subscribe(id, "a", ["account", "rows", "rows"], query("equal", "n", .int(Int64(number)), 7))
            hub.subscribe(id, "b", ["account.update", "rows", "c\(number)"])
            hub.subscribe(id, "b", ["rows"], Self.open)
        }
        hub.publish(["rows"], to: ["users"], ["n": 7])
        for id in ids.prefix(10) { #expect(hub.hub.unsubscribe(id, ["a", "b"]) == [true, true]) }
        for id in ids { hub.hub.disconnect(id) }
        #expect(hub.isEmpty)
    }

    @Test func channelsThatNoEventCanHaveAreNotKept() throws {
        var hub = TestHub()
        let id = hub.connect()
        let long = String(repeating: "x", count: 513)
        let answer = try hub.hub.subscribe(id, [SubscriptionRequest(id: "a", channels: [long])])
        #expect(answer.map(\.channels) == [[long]])
        #expect(hub.hub.groups.count == 0 && hub.hub.index.isEmpty)
    }

    @Test func aConnectionMayHaveOnlySoMuch() throws {
        var hub = TestHub {
            $0.subscriptions = 3
            $0.channels = 5
            $0.queryBytes = 200
        }
        let id = hub.connect()
        func subscribe(_ name: String, _ channels: Int, _ queries: JSON...) -> Int? {
            let request = SubscriptionRequest(
                id: name,
                channels: (0..<channels).map { "c\($0)" },
                queries: try! EventQueries(parsing: queries)
            )
            do throws(AppError) {
                _ = try hub.hub.subscribe(id, [request])
                return nil
            } catch {
                return error.code.status
            }
        }
        #expect(subscribe("a", 3) == nil)
        #expect(subscribe("b", 3) == 1013)
        #expect(subscribe("b", 2) == nil)
        // What is replaced doesn't count twice.
        #expect(subscribe("a", 3, query("equal", "a", .string(String(repeating: "x", count: 130)))) == nil)
        #expect(subscribe("b", 1, query("equal", "a", "x")) == 1013)
        #expect(subscribe("c", 0) == nil)
        #expect(subscribe("d", 0) == 1013)
        #expect(hub.hub.unsubscribe(id, ["a", "c"]) == [true, true])
        #expect(subscribe("d", 3, query("equal", "a", "x")) == nil)
        #expect(subscribe("e", 0) == nil)
        hub.publish(["c0"], to: ["any"], ["a": "x"])
        #expect(hub.matches(id) == ["b d"])
    }

    @Test func thereMayBeOnlySoManyConnections() throws {
        var hub = TestHub { $0.connections = 2 }
        let first = hub.connect()
        _ = hub.connect()
        #expect(throws: AppError.self) { try hub.hub.connect(.key) }
        hub.hub.disconnect(first)
        _ = try hub.hub.connect(.key)
    }
}
