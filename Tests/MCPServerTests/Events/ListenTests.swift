import Testing
import Values

@testable import MCPServer

@Suite("Streams of notifications (2026-07-28)", .timeLimit(.minutes(1)))
struct ListenTests {
    private let uri = "tandem://realtime/subscriptions/s"

    private func listen(_ id: String, _ uris: String..., kinds: String = "") -> String {
        let list = JSON(uris).text
        return modern("subscriptions/listen", id: id, #","notifications":{"resourceSubscriptions":\#(list)\#(kinds)}"#)
    }

    private func meta(_ id: String) -> String { #""_meta":{"io.modelcontextprotocol/subscriptionId":\#(id)}"# }

    private func acknowledged(_ id: String, _ uris: String...) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{\#(meta(id)),"notifications":{"resourceSubscriptions":\#(JSON(uris).text)}}}"#
    }

    private func updated(_ id: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{\#(meta(id)),"uri":"\#(uri)"}}"#
    }

    private func ended(_ id: String) -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"result":{"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":\#(id),"io.modelcontextprotocol/serverInfo":{"name":"test","title":"Test","version":"1.0"}}}}"#
    }

    private func cancel(_ id: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    }

    @Test("It is acknowledged, tells, and ends with a result", arguments: ["7", #""7""#, "18446744073709551616"])
    func lives(_ id: String) async throws {
        let events = TestEvents("s")
        let client = MemoryClient(version: nil, events: events)
        client.send(listen(id, uri))
        #expect(try await client.next() == acknowledged(id, uri))
        events.happen("a", to: "s")
        #expect(try await client.next() == updated(id))
        events.happen("b", to: "s")
        client.send(modern("resources/read", id: #""r""#, #","uri":"\#(uri)""#))
        #expect(try await client.next()?.contains(#"\"events\":[\"a\",\"b\"]"#) == true)
        events.happen("c", to: "s")
        #expect(try await client.next() == updated(id))
        #expect(await client.finish().last == ended(id))
        #expect(events.followers == 0)
    }

    @Test("A cancelled one is silent, also in the end")
    func cancelled() async throws {
        let events = TestEvents("s")
        let client = MemoryClient(version: nil, events: events)
        client.send(listen("7", uri))
        #expect(try await client.next() == acknowledged("7", uri))
        client.send(cancel("7"))
        events.happen("a", to: "s")
        try await Task.sleep(for: .milliseconds(300))
        #expect(events.followers == 0)
        #expect(await client.finish() == [acknowledged("7", uri)])
    }

    @Test("Each stream that asked is told, and no other; their ids stay taken")
    func several() async throws {
        let events = TestEvents("s", "t")
        let client = MemoryClient(version: nil, events: events)
        client.send(listen("1", uri))
        #expect(try await client.next() == acknowledged("1", uri))
        client.send(listen(#""1""#, uri))
        #expect(try await client.next() == acknowledged(#""1""#, uri))
        client.send(listen("2", "tandem://realtime/subscriptions/t"))
        _ = try await client.next()
        client.send(listen("1", uri))
        #expect(try await client.next()?.contains("still running") == true)
        events.happen("a", to: "s")
        let told = [try await client.next(), try await client.next()]
        #expect(Set(told) == [updated("1"), updated(#""1""#)])
        #expect(await client.finish().suffix(3) == [ended("1"), ended(#""1""#), ended("2")])
    }

    @Test("What there is none of is left out of the acknowledgement")
    func leavesOut() async throws {
        let client = MemoryClient(version: nil, events: TestEvents("s"))
        let kinds = #","toolsListChanged":true,"promptsListChanged":true"#
        client.send(listen("1", uri, "file:///x", "tandem://realtime/subscriptions/no", kinds: kinds))
        #expect(try await client.next() == acknowledged("1", uri))
        client.send(modern("subscriptions/listen", id: "2", #","notifications":{"toolsListChanged":true}"#))
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{\#(meta("2")),"notifications":{}}}"#
        )
    }

    @Test("A stream and a subscription of the older eras are told each in its own way")
    func bothEras() async throws {
        let events = TestEvents("s")
        let client = MemoryClient(events: events)
        _ = try await client.next()
        client.send(legacy("resources/subscribe", #"{"uri":"\#(uri)"}"#))
        _ = try await client.next()
        client.send(listen("7", uri))
        #expect(try await client.next() == acknowledged("7", uri))
        events.happen("a", to: "s")
        let plain = #"{"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"\#(uri)"}}"#
        #expect(Set([try await client.next(), try await client.next()]) == [plain, updated("7")])
    }

    @Test("More than 100 are not opened")
    func isBounded() async throws {
        let client = MemoryClient(version: nil, events: TestEvents())
        for number in 0...100 {
            client.send(modern("subscriptions/listen", id: "\(number)", #","notifications":{}"#))
            #expect(try await client.next()?.contains("-32603") == (number == 100))
        }
    }
}
