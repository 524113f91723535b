import Testing
import Values

@testable import MCPServer

@Suite("Requests without a handshake (2026-07-28)")
struct ModernTests {
    private static let serverInfo =
        #""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"test","title":"Test","version":"1.0"}}"#

    @Test("server/discover says what there is")
    func discovers() {
        var transcript = Transcript()
        #expect(
            transcript.send(modern("server/discover", id: #""d""#))
                == #"{"jsonrpc":"2.0","id":"d","result":{"resultType":"complete","#
                + #""supportedVersions":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"#
                + #""capabilities":{"tools":{}},"instructions":"Ask.","ttlMs":3600000,"cacheScope":"public",\#(Self.serverInfo)}}"#
        )
    }

    @Test("tools/list has the envelope of its version")
    func lists() {
        var transcript = Transcript(tools: [.echo])
        let tool =
            #"{"name":"echo","title":"Echo","description":"A tool of the tests.","inputSchema":{"type":"object"},"#
            + #""annotations":{"readOnlyHint":true,"destructiveHint":false,"idempotentHint":true,"openWorldHint":false}}"#
        #expect(
            transcript.send(modern("tools/list"))
                == #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","tools":[\#(tool)],"ttlMs":3600000,"cacheScope":"public",\#(Self.serverInfo)}}"#
        )
        var opened = Transcript("2025-11-25", tools: [.echo])
        #expect(opened.send(legacy("tools/list")) == #"{"jsonrpc":"2.0","id":1,"result":{"tools":[\#(tool)]}}"#)
    }

    @Test("A call is answered in the envelope of its version")
    func calls() async throws {
        let client = MemoryClient(version: nil)
        client.send(modern("tools/call", #","name":"echo","arguments":{"a":1}"#))
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","id":1,"result":{"resultType":"complete","content":[{"type":"text","text":"{\"a\":1}"}],"#
                + #""structuredContent":{"a":1},\#(Self.serverInfo)}}"#
        )
    }

    @Test(
        "An incomplete envelope is invalid params",
        arguments: [
            #"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":[]}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28"}}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/clientCapabilities":{}}}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":1,"io.modelcontextprotocol/clientCapabilities":{}}}}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"nonsense","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"1999-01-01","io.modelcontextprotocol/clientCapabilities":[]}}}"#,
        ]
    )
    func incompleteEnvelope(_ line: String) throws {
        var transcript = Transcript()
        let reply = try transcript.json(line)
        #expect(reply["error"]?["code"] == -32602)
        #expect(reply["id"] == 1)
    }

    @Test(
        "Another version in the envelope is named before the method is looked at",
        arguments: ["1999-01-01", "2025-11-25"]
    )
    func unsupportedVersion(_ version: String) {
        var transcript = Transcript()
        let line =
            #"{"jsonrpc":"2.0","id":9,"method":"nonsense","params":{"_meta":{"io.modelcontextprotocol/protocolVersion":"\#(version)","io.modelcontextprotocol/clientCapabilities":{}}}}"#
        #expect(
            transcript.send(line)
                == #"{"jsonrpc":"2.0","id":9,"error":{"code":-32022,"message":"Unsupported protocol version","data":{"#
                + #""supported":["2026-07-28","2025-11-25","2025-06-18","2025-03-26","2024-11-05"],"requested":"\#(version)"}}}"#
        )
    }

    @Test(
        "What the version removed is an unknown method",
        arguments: ["ping", "initialize", "subscriptions/listen", "logging/setLevel"]
    )
    func removedMethods(_ method: String) throws {
        var transcript = Transcript("2025-11-25")
        let reply = try transcript.json(modern(method, #","protocolVersion":"2025-11-25""#))
        #expect(reply["error"]?["code"] == -32601)
        if method == "initialize" {
            #expect(reply["error"]?["data"]?["supported"]?.strings?.first == "2026-07-28")
        }
    }

    @Test("Both kinds of message alternate on one session")
    func alternates() {
        var transcript = Transcript()
        #expect(transcript.send(modern("tools/call", #","name":"echo""#)) == "[call echo {}]")
        #expect(transcript.session.version == nil)
        _ = transcript.send(legacy("initialize", #"{"protocolVersion":"2024-11-05"}"#))
        #expect(transcript.send(legacy("tools/call", #"{"name":"plain"}"#)) == "[call plain {}]")
        #expect(transcript.send(modern("tools/call", #","name":"echo""#)) == "[call echo {}]")
        #expect(transcript.session.version == .v2024_11_05)
    }
}
