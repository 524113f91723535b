import Engine
import Testing
import Values

@testable import MCPServer

@Suite("Mentioning news in results", .timeLimit(.minutes(1)))
struct NoteTests {
    /// Does what the real tool does when a model has subscribed or waited.
    private static func tool(_ name: String, _ act: @escaping @Sendable (EventWatcher, EventURI) -> Void) -> Tool {
        var tool = Tool.echo.definition
        tool.name = name
        return Tool(tool) { arguments, context in
            let uri = EventURI(subscription: arguments["id"]?.string ?? "")
            if let events = context.events { act(events, uri) }
            return .json(encoded: Array("{}".utf8), structured: true, isError: false, takesNote: false)
        }
    }

    private static let tools =
        Tool.testTools + [
            tool("subscribe") { $0.mention($1, as: nil) },
            tool("subscribeAsAnn") { $0.mention($1, as: .actor(.user("ann"))) },
            tool("wait") { $0.waited(for: $1, as: nil, upTo: nil) },
            tool("unsubscribe") { events, uri in events.forget(uri) },
        ]

    /// The result of a call.
    private func call(_ client: MemoryClient, _ tool: String, _ id: String = "") async throws -> JSON? {
        client.send(legacy("tools/call", #"{"name":"\#(tool)","arguments":{"id":"\#(id)"}}"#))
        return try JSON(parsing: try #require(try await client.next()))["result"]
    }

    private func note(_ client: MemoryClient, _ tool: String = "echo") async throws -> String? {
        let result = try await call(client, tool)
        let content = try #require(result?["content"]?.array)
        return content.count > 1 ? content.last?["text"]?.string : nil
    }

    /// The note that comes within some time.
    private func awaited(_ client: MemoryClient) async throws -> String? {
        for _ in 0..<100 {
            if let note = try await note(client) { return note }
            try await Task.sleep(for: .milliseconds(20))
        }
        return nil
    }

    private func open(_ events: TestEvents) async throws -> MemoryClient {
        let client = MemoryClient(tools: Self.tools, events: events)
        _ = try await client.next()
        return client
    }

    @Test("News are mentioned once, until somebody has waited")
    func onceUntilRead() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        _ = try await call(client, "subscribe", "s")
        #expect(try await note(client) == nil)
        events.happen("a", to: "s")
        #expect(try await awaited(client) == #"1 subscription has news: realtime.wait {"subscriptionId":"s"}"#)
        events.happen("b", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await note(client) == nil)
        _ = try await events.source.wait(["subscriptionId": "s"])
        _ = try await call(client, "wait", "s")
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await note(client) == nil)
        events.happen("c", to: "s")
        #expect(try await awaited(client) == #"1 subscription has news: realtime.wait {"subscriptionId":"s"}"#)
    }

    @Test("It is a text of its own, in every era, and changes nothing else")
    func form() async throws {
        let events = TestEvents("s")
        events.happen("a", to: "s")
        let client = try await open(events)
        _ = try await call(client, "subscribe", "s")
        var result: JSON?
        for _ in 0..<100 where result?["content"]?.array?.count != 2 {
            try await Task.sleep(for: .milliseconds(20))
            client.send(modern("tools/call", #","name":"echo","arguments":{"a":1}"#))
            result = try JSON(parsing: try #require(try await client.next()))["result"]
        }
        #expect(
            result?["content"] == [
                ["type": "text", "text": #"{"a":1}"#],
                ["type": "text", "text": #"1 subscription has news: realtime.wait {"subscriptionId":"s"}"#],
            ]
        )
        #expect(result?["structuredContent"] == ["a": 1])
    }

    @Test("Errors and results about events mention nothing")
    func whereNot() async throws {
        let events = TestEvents("s", "t")
        let client = try await open(events)
        _ = try await call(client, "subscribe", "s")
        events.happen("a", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        for tool in ["failing", "subscribe"] {
            #expect(try await call(client, tool, "t")?["content"]?.array?.count == 1)
        }
        #expect(try await awaited(client) != nil)
    }

    @Test("Several subscriptions are named together, those of others with whom they are for")
    func several() async throws {
        let events = TestEvents("s", "t")
        events.happen("a", to: "s")
        events.happen("b", to: "t")
        let client = try await open(events)
        _ = try await call(client, "subscribe", "s")
        _ = try await call(client, "subscribeAsAnn", "t")
        // Each is looked at once, as there is something.
        while events.peeks < 2 { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(300))
        #expect(
            try await awaited(client)
                == #"2 subscriptions have news: realtime.wait {"subscriptionId":"s"}, {"subscriptionId":"t"} as user:ann"#
        )
    }

    @Test("An ended subscription is not mentioned")
    func forgets() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        _ = try await call(client, "subscribe", "s")
        events.happen("a", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        _ = try await call(client, "unsubscribe", "s")
        #expect(try await note(client) == nil)
        #expect(events.followers == 0)
    }

    @Test("Who never subscribed costs nothing")
    func costsNothing() async throws {
        let events = TestEvents("s")
        let client = try await open(events)
        events.happen("a", to: "s")
        for _ in 0..<10 { #expect(try await note(client) == nil) }
        #expect(events.followers == 0)
        #expect(events.peeks == 0)
    }
}
