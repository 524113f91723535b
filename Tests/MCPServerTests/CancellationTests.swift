import Testing
import Values

@testable import MCPServer

@Suite("Cancelling and progress")
struct CancellationTests {
    private func cancel(_ id: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id),"reason":"test"}}"#
    }

    private func slowCall(_ id: String) -> String {
        legacy("tools/call", id: id, #"{"name":"slow","_meta":{"progressToken":"t"}}"#)
    }

    @Test("A cancelled call is silent, however it ends", arguments: ["5", #""5""#, "18446744073709551616", #""""#])
    func silent(_ id: String) async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate)])
        _ = try await client.next()
        client.send(slowCall(id))
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"t","progress":1}}"#
        )
        client.send(cancel(id), legacy("ping", id: #""p""#))
        #expect(try await client.next() == #"{"jsonrpc":"2.0","id":"p","result":{}}"#)
        gate.open()
        #expect(await client.finish().count == 3)
    }

    @Test("A cancelled call's task is cancelled")
    func stops() async throws {
        let client = MemoryClient()
        client.send(legacy("tools/call", id: "5", #"{"name":"endless"}"#), cancel("5"))
        #expect(await client.finish().count == 1)
    }

    @Test("Ids are matched with their type; unknown and finished ones are ignored")
    func typeSensitive() async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate)])
        client.send(legacy("tools/call", id: "5", #"{"name":"slow"}"#), cancel(#""5""#), cancel("6"))
        gate.open()
        let lines = await client.finish()
        #expect(lines.last?.hasPrefix(#"{"jsonrpc":"2.0","id":5,"result""#) == true)
        client.send(cancel("5"))
        #expect(await client.finish().count == 2)
    }

    @Test("The id of a cancelled call can be used again while its task still runs")
    func reuse() async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate), .echo])
        _ = try await client.next()
        client.send(legacy("tools/call", id: "5", #"{"name":"slow"}"#), cancel("5"))
        client.send(legacy("tools/call", id: "5", #"{"name":"echo","arguments":{"again":true}}"#))
        #expect(try await client.next()?.contains(#""structuredContent":{"again":true}"#) == true)
        gate.open()
        #expect(await client.finish().count == 2)
    }

    @Test("Progress is strictly increasing and comes before the answer", arguments: [#""t""#, "7"])
    func progress(_ token: String) async throws {
        let client = MemoryClient()
        client.send(legacy("tools/call", id: "5", #"{"name":"counting","_meta":{"progressToken":\#(token)}}"#))
        let lines = await client.finish()
        #expect(
            lines.dropFirst() == [
                #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":1,"total":2,"message":"half"}}"#,
                #"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":\#(token),"progress":2,"total":2}}"#,
                #"{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"{}"}],"structuredContent":{}}}"#,
            ]
        )
    }

    @Test("Without a token there is no progress", arguments: ["", #","_meta":{}"#, #","_meta":{"progressToken":1.5}"#])
    func noToken(_ meta: String) async throws {
        let client = MemoryClient()
        client.send(legacy("tools/call", id: "5", #"{"name":"counting"\#(meta)}"#))
        #expect(await client.finish().count == 2)
    }
}
