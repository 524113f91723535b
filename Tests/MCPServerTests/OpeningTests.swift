import Testing
import Values

@testable import MCPServer

@Suite("Opening a session")
struct OpeningTests {
    @Test(
        "initialize echoes every version it can select",
        arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"]
    )
    func echoesVersion(_ version: String) {
        var transcript = Transcript()
        #expect(
            transcript.send(legacy("initialize", #"{"protocolVersion":"\#(version)","capabilities":{}}"#))
                == #"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"\#(version)","capabilities":{"tools":{}},"#
                + #""serverInfo":{"name":"test","title":"Test","version":"1.0"},"instructions":"Ask."}}"#
        )
        #expect(transcript.session.version?.rawValue == version)
    }

    @Test(
        "initialize answers any other version with the newest that has a handshake",
        arguments: ["2026-07-28", "1999-01-01", ""]
    )
    func negotiates(_ version: String) throws {
        var transcript = Transcript()
        let reply = try transcript.json(legacy("initialize", #"{"protocolVersion":"\#(version)"}"#))
        #expect(reply["result"]?["protocolVersion"] == "2025-11-25")
    }

    @Test(
        "initialize without a version is refused",
        arguments: [nil, "{}", #"{"protocolVersion":1}"#, #"{"protocolVersion":null}"#]
    )
    func needsVersion(_ params: String?) {
        var transcript = Transcript()
        #expect(
            transcript.send(legacy("initialize", params))
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params: \"protocolVersion\" must be a string."}}"#
        )
        #expect(transcript.session.version == nil)
    }

    @Test("A second initialize selects again")
    func renegotiates() {
        var transcript = Transcript("2025-11-25")
        _ = transcript.send(legacy("initialize", #"{"protocolVersion":"2025-03-26"}"#))
        #expect(transcript.session.version == .v2025_03_26)
    }

    @Test("ping answers before and after initialize")
    func pings() {
        var transcript = Transcript()
        #expect(transcript.send(legacy("ping", id: #""p""#)) == #"{"jsonrpc":"2.0","id":"p","result":{}}"#)
        _ = transcript.send(legacy("initialize", #"{"protocolVersion":"2025-11-25"}"#))
        #expect(transcript.send(legacy("ping", id: "7", "{}")) == #"{"jsonrpc":"2.0","id":7,"result":{}}"#)
    }

    @Test("Tools are not served before the version is known", arguments: ["tools/list", "tools/call"])
    func needsInitialize(_ method: String) {
        var transcript = Transcript()
        #expect(
            transcript.send(legacy(method, #"{"name":"echo"}"#))
                == #"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid params: send initialize first, or name the protocol version in \"_meta\"."}}"#
        )
    }

    @Test("Tools are served without waiting for notifications/initialized")
    func servesAtOnce() {
        var transcript = Transcript("2025-06-18")
        #expect(transcript.send(legacy("tools/call", #"{"name":"echo"}"#)) == "[call echo {}]")
        #expect(transcript.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
    }

    @Test(
        "What is not served is an unknown method in every state",
        arguments: [
            "resources/list", "resources/read", "prompts/list", "prompts/get", "logging/setLevel",
            "completion/complete",
            "tasks/list", "notifications/initialized", "Ping", "",
        ]
    )
    func unknownMethods(_ method: String) {
        let answer = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"Method not found: \#(method)."}}"#
        var fresh = Transcript()
        #expect(fresh.send(legacy(method)) == answer)
        var opened = Transcript("2025-11-25")
        #expect(opened.send(legacy(method)) == answer)
        #expect(opened.send(modern(method)) == answer)
    }
}
