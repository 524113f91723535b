import Testing
import Values

@testable import MCPServer

@Suite("Calling tools")
struct ToolCallTests {
    @Test("A result is text and structured content")
    func echoes() async throws {
        let client = MemoryClient()
        _ = try await client.next()
        client.send(
            legacy("tools/call", id: "5", #"{"name":"echo","arguments":{"text":"a\"b\n","big":9007199254740993}}"#)
        )
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","id":5,"result":{"content":[{"type":"text","text":"#
                + #""{\"text\":\"a\\\"b\\n\",\"big\":9007199254740993}"}],"#
                + #""structuredContent":{"text":"a\"b\n","big":9007199254740993}}}"#
        )
    }

    @Test("A result can do without structured content")
    func plain() async throws {
        let client = MemoryClient()
        _ = try await client.next()
        client.send(legacy("tools/call", #"{"name":"plain"}"#))
        #expect(
            try await client.next() == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":"{}"}]}}"#
        )
    }

    @Test("What the model can mend is a result with isError")
    func fails() async throws {
        let client = MemoryClient()
        _ = try await client.next()
        client.send(legacy("tools/call", #"{"name":"failing"}"#))
        let error =
            #"{"error":{"code":400,"type":"general_argument_invalid","message":"It is wrong.","argument":"data.title","hint":"Make it right."}}"#
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text","text":\#(JSON.string(error).text)}],"structuredContent":\#(error),"isError":true}}"#
        )
    }

    @Test("A tool can refuse a call as invalid params")
    func refuses() async throws {
        let client = MemoryClient()
        _ = try await client.next()
        client.send(legacy("tools/call", #"{"name":"refusing"}"#))
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params: no such thing."}}"#
        )
    }

    @Test(
        "A call that can't be one is invalid params in every version",
        arguments: [
            ("{}", #""name" must be a string"#),
            (#"{"name":1}"#, #""name" must be a string"#),
            (#"{"name":null}"#, #""name" must be a string"#),
            (#"{"name":"nope"}"#, #"unknown tool "nope"; the tools are echo"#),
            (#"{"name":"Echo"}"#, #"unknown tool "Echo"; the tools are echo"#),
            (#"{"name":"echo","arguments":[]}"#, #""arguments" must be an object, not an array"#),
            (#"{"name":"echo","arguments":"{}"}"#, #""arguments" must be an object, not a string"#),
        ]
    )
    func invalidCalls(_ params: String, _ reason: String) {
        let answer =
            #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":\#(JSON.string("Invalid params: \(reason).").text)}}"#
        for version in ProtocolVersion.legacy {
            var transcript = Transcript(version.rawValue, tools: [.echo])
            #expect(transcript.send(legacy("tools/call", params)) == answer)
        }
        var transcript = Transcript(tools: [.echo])
        let members = params == "{}" ? "" : "," + params.dropFirst().dropLast()
        #expect(transcript.send(modern("tools/call", members)) == answer)
    }

    @Test(
        "Absent and null arguments are empty ones",
        arguments: [#"{"name":"echo"}"#, #"{"name":"echo","arguments":null}"#]
    )
    func noArguments(_ params: String) {
        var transcript = Transcript("2025-11-25")
        #expect(transcript.send(legacy("tools/call", params)) == "[call echo {}]")
    }

    @Test("No cursor was ever handed out", arguments: [#""x""#, #""""#, "1"])
    func unknownCursor(_ cursor: String) {
        let answer = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params: unknown cursor."}}"#
        var transcript = Transcript("2025-11-25")
        #expect(transcript.send(legacy("tools/list", #"{"cursor":\#(cursor)}"#)) == answer)
        #expect(transcript.send(modern("tools/list", #","cursor":\#(cursor)"#)) == answer)
    }

    @Test("An id that is still running can't be used again")
    func duplicateID() async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate), .echo])
        _ = try await client.next()
        client.send(
            legacy("tools/call", id: "5", #"{"name":"slow"}"#),
            legacy("tools/call", id: "5", #"{"name":"echo"}"#)
        )
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","id":5,"error":{"code":-32600,"message":"Invalid request: a request with this id is still running."}}"#
        )
        client.send(legacy("tools/call", id: #""5""#, #"{"name":"echo"}"#))
        #expect(try await client.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":"5","result""#) == true)
        gate.open()
        #expect(try await client.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":5,"result""#) == true)
        client.send(legacy("tools/call", id: "5", #"{"name":"echo"}"#))
        #expect(try await client.next()?.hasPrefix(#"{"jsonrpc":"2.0","id":5,"result""#) == true)
    }

    @Test("Calls run side by side while the reader goes on")
    func concurrent() async throws {
        let gate = Gate()
        let client = MemoryClient(tools: [.slow(gate)])
        for id in 1...100 { client.send(legacy("tools/call", id: "\(id)", #"{"name":"slow"}"#)) }
        client.send(legacy("ping", id: #""p""#))
        _ = try await client.next()
        #expect(try await client.next() == #"{"jsonrpc":"2.0","id":"p","result":{}}"#)
        gate.open()
        #expect(await client.finish().count == 102)
    }
}
