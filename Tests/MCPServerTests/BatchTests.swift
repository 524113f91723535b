import Testing
import Values

@testable import MCPServer

@Suite("Batches (2025-03-26)")
struct BatchTests {
    @Test("One array answers all requests of a batch")
    func answersTogether() async throws {
        let client = MemoryClient(version: "2025-03-26")
        client.send(
            "[" + legacy("ping") + #",{"jsonrpc":"2.0","method":"notifications/initialized"},1,"#
                + legacy("tools/call", id: #""c""#, #"{"name":"plain"}"#) + "," + legacy("nope", id: "3") + "]"
        )
        let lines = await client.finish()
        #expect(lines.count == 2)
        // The order is not promised: a call is answered once it is done.
        let answers = try JSON(parsing: lines[1]).array?.map(\.text).sorted()
        #expect(
            answers == [
                #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: a message must be an object, not an integer."}}"#,
                #"{"jsonrpc":"2.0","id":"c","result":{"content":[{"type":"text","text":"{}"}]}}"#,
                #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
                #"{"jsonrpc":"2.0","id":3,"error":{"code":-32601,"message":"Method not found: nope."}}"#,
            ]
        )
    }

    @Test("A batch of notifications is not answered")
    func notifications() async {
        let client = MemoryClient(version: "2025-03-26")
        client.send(#"[{"jsonrpc":"2.0","method":"notifications/initialized"},{"jsonrpc":"2.0","id":1,"result":{}}]"#)
        #expect(await client.finish().count == 1)
    }

    @Test("An empty batch is one invalid request")
    func empty() {
        var transcript = Transcript("2025-03-26")
        #expect(
            transcript.send("[]")
                == #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: the batch is empty."}}"#
        )
    }

    @Test("initialize must not be in a batch")
    func initialize() async {
        let client = MemoryClient(version: "2025-03-26")
        client.send("[" + legacy("initialize", #"{"protocolVersion":"2025-11-25"}"#) + "]")
        #expect(
            await client.finish().last
                == #"[{"jsonrpc":"2.0","id":1,"error":{"code":-32600,"message":"Invalid request: initialize must not be in a batch."}}]"#
        )
    }

    @Test("A cancelled member is missing, and the rest does not wait for it")
    func cancelled() async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate)], version: "2025-03-26")
        _ = try await client.next()
        client.send("[" + legacy("tools/call", id: "1", #"{"name":"slow"}"#) + "," + legacy("ping", id: "2") + "]")
        client.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#)
        #expect(try await client.next() == #"[{"jsonrpc":"2.0","id":2,"result":{}}]"#)
        gate.open()
        #expect(await client.finish().count == 2)
    }

    @Test("Other versions have no batches", arguments: [nil, "2024-11-05", "2025-06-18", "2025-11-25"])
    func otherVersions(_ version: String?) {
        var transcript = Transcript(version)
        let answer =
            #"{"jsonrpc":"2.0","error":{"code":-32600,"message":"Invalid request: batches exist in protocol version 2025-03-26 only."}}"#
        #expect(transcript.send("[\(legacy("ping"))]") == answer)
        #expect(transcript.send("[]") == answer)
    }
}
