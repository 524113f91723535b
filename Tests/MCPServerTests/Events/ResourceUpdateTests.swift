import Testing
import Values

@testable import MCPServer

@Suite("Telling of events by notifications", .timeLimit(.minutes(1)))
struct ResourceUpdateTests {
    private let uri = "tandem://realtime/subscriptions/s"
    private let channels = "tandem://realtime/channels/rows"

    private func ask(_ method: String, id: String = "1", _ uri: String) -> String {
        legacy("resources/" + method, id: id, #"{"uri":"\#(uri)"}"#)
    }

    private func updated(_ uri: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"\#(uri)"}}"#
    }

    private func done(_ id: String = "1") -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"# }

    private func open(_ events: TestEvents, _ version: ProtocolVersion = .v2025_11_25) async throws -> MemoryClient {
        let client = MemoryClient(version: version.rawValue, events: events)
        _ = try await client.next()
        return client
    }

    private func read(_ client: MemoryClient, _ uri: String) async throws -> [JSON] {
        client.send(ask("read", id: #""r""#, uri))
        let content = try JSON(parsing: try #require(try await client.next()))["result"]?["contents"]?.array?.first
        #expect(content?["uri"] == .string(uri))
        #expect(content?["mimeType"] == "application/json")
        return try JSON(parsing: try #require(content?["text"]?.string))["events"]?.array ?? []
    }

    @Test("One notification, and no other before the resource is read", arguments: ProtocolVersion.legacy)
    func coalesces(_ version: ProtocolVersion) async throws {
        let events = TestEvents("s")
        let client = try await open(events, version)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        for number in 1...5 { events.happen("a\(number)", to: "s") }
        #expect(try await client.next() == updated(uri))
        events.happen("a6", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await read(client, uri) == ["a1", "a2", "a3", "a4", "a5", "a6"])
        events.happen("b", to: "s")
        #expect(try await client.next() == updated(uri))
        #expect(try await read(client, uri) == ["b"])
        #expect(await client.finish().count == 6)
    }

    @Test("What was there before is told once the client has subscribed")
    func tellsWhatWaits() async throws {
        let events = TestEvents("s")
        events.happen("early", to: "s")
        let client = try await open(events)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        #expect(try await client.next() == updated(uri))
    }

    @Test("At most one notification in 100 ms, however fast the client reads")
    func isSlow() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        let began = ContinuousClock.now
        for number in 0..<5 {
            events.happen("e\(number)", to: "s")
            #expect(try await client.next() == updated(uri))
            #expect(try await read(client, uri).count == 1)
        }
        #expect(ContinuousClock.now - began >= .milliseconds(400))
    }

    @Test("Nothing is told after unsubscribing, and nothing is followed any more")
    func unsubscribes() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        #expect(events.followers == 0)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        #expect(events.followers == 1)
        client.send(ask("unsubscribe", id: "2", uri))
        #expect(try await client.next() == done("2"))
        #expect(events.followers == 0)
        events.happen("a", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        // To unsubscribe again does no harm.
        client.send(ask("unsubscribe", id: "3", uri))
        #expect(try await client.next() == done("3"))
        #expect(await client.finish().count == 4)
    }

    @Test("A subscription that is not there is not found", arguments: ["read", "subscribe"])
    func notFound(_ method: String) async throws {
        let client = try await open(TestEvents())
        client.send(ask(method, uri))
        let answer = try JSON(parsing: try #require(try await client.next()))
        #expect(answer["error"]?["code"] == -32002)
        #expect(answer["error"]?["data"] == ["uri": .string(uri)])
        client.send(modern("resources/read", id: "2", #","uri":"\#(uri)""#))
        #expect(try JSON(parsing: try #require(try await client.next()))["error"]?["code"] == -32602)
    }

    @Test("A subscription that ends is watched no longer")
    func ends() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        events.end("s")
        while events.followers > 0 { try await Task.sleep(for: .milliseconds(10)) }
        #expect(await client.finish().count == 2)
    }

    @Test("A store that is down for a moment is looked into again")
    func survives() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        client.send(ask("subscribe", uri))
        #expect(try await client.next() == done())
        events.setDown(true)
        events.happen("a", to: "s")
        try await Task.sleep(for: .milliseconds(200))
        events.setDown(false)
        #expect(try await client.next() == updated(uri))
    }

    @Test("Channels are heard of from the first time on")
    func hearsChannels() async throws {
        let events = TestEvents()
        let client = try await open(events)
        events.happen("unheard", to: "rows")
        #expect(try await read(client, channels) == [])
        events.happen("a", to: "rows")
        #expect(try await read(client, channels) == ["a"])
        client.send(ask("subscribe", channels))
        #expect(try await client.next() == done())
        events.happen("b", to: "rows")
        #expect(try await client.next() == updated(channels))
        #expect(try await read(client, channels) == ["b"])
    }

    @Test("Lists are those of each era")
    func lists() async throws {
        let client = try await open(TestEvents("s"))
        client.send(legacy("resources/list"))
        let old = try JSON(parsing: try #require(try await client.next()))["result"]
        let resource: JSON = [
            "uri": .string(uri), "name": "s", "title": "Events on rows",
            "description": "What has happened on rows since the last time, until soon.",
            "mimeType": "application/json",
        ]
        #expect(old == ["resources": [resource]])
        client.send(modern("resources/list"))
        let new = try JSON(parsing: try #require(try await client.next()))["result"]
        #expect(new?["resources"] == [resource])
        #expect(new?.object?.keys == ["resultType", "resources", "ttlMs", "cacheScope", "_meta"])
    }

    @Test("More than 500 resources are not watched")
    func isBounded() async throws {
        let client = try await open(TestEvents())
        for number in 0...500 {
            client.send(ask("subscribe", id: "\(number)", "tandem://realtime/channels/c\(number)"))
            let answer = try #require(try await client.next())
            #expect(answer.contains("-32603") == (number == 500))
        }
    }
}
