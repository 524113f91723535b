import Testing
import Values

@testable import MCPServer

@Suite("Asking about resources")
struct ResourceRequestTests {
    private static let missing = "tandem://realtime/subscriptions/"

    @Test("Resources are declared where events are told, and only there", arguments: ProtocolVersion.allCases)
    func capabilities(_ version: ProtocolVersion) throws {
        let line =
            version == .modern
            ? modern("server/discover") : legacy("initialize", #"{"protocolVersion":"\#(version.rawValue)"}"#)
        var with = Transcript(hasEvents: true)
        #expect(
            try with.json(line)["result"]?["capabilities"] == ["tools": [:], "resources": ["subscribe": true]]
        )
        var without = Transcript()
        #expect(try without.json(line)["result"]?["capabilities"] == ["tools": [:]])
    }

    @Test(
        "What is the URI of no resource is not found",
        arguments: [
            "", "x", "file:///etc/passwd", "tandem://realtime", missing, missing + "a/b", missing + "-",
            missing + String(repeating: "a", count: 37), "tandem://realtime/channels/",
            "tandem://realtime/channels/rows,", "tandem://realtime/channels/%4", "tandem://realtime/channels/%zz",
            "tandem://realtime/channels/a/b", "tandem://realtime/channels/%ff", "TANDEM://realtime/channels/rows",
            "tandem://realtime/channels/" + String(repeating: "a", count: 5000),
        ]
    )
    func badURIs(_ uri: String) throws {
        let params = JSON.object(["uri": .string(uri)]).text
        for version in ProtocolVersion.legacy {
            for method in ["resources/read", "resources/subscribe", "resources/unsubscribe"] {
                var transcript = Transcript(version.rawValue, hasEvents: true)
                let error = try transcript.json(legacy(method, params))["error"]
                #expect(error?["code"] == -32002)
                #expect(error?["data"] == ["uri": .string(uri)])
            }
        }
        var transcript = Transcript(hasEvents: true)
        let error = try transcript.json(modern("resources/read", "," + params.dropFirst().dropLast()))["error"]
        #expect(error?["code"] == -32602)
        #expect(error?["data"] == ["uri": .string(uri)])
    }

    @Test("A URI is a string", arguments: ["{}", #"{"uri":1}"#, #"{"uri":null}"#])
    func needsURI(_ params: String) throws {
        var transcript = Transcript("2025-11-25", hasEvents: true)
        #expect(try transcript.json(legacy("resources/read", params))["error"]?["code"] == -32602)
    }

    @Test(
        "Channels are separated by commas and may be escaped",
        arguments: [
            ("rows", ["rows"]), ("a.b,c", ["a.b", "c"]), ("a%2Cb", ["a,b"]), ("%C3%BC,%e2%82%ac", ["ü", "€"]),
        ]
    )
    func channels(_ part: String, _ channels: [String]) {
        let uri = EventURI("tandem://realtime/channels/" + part)
        #expect(uri?.target == .channels(channels))
        #expect(uri?.text == "tandem://realtime/channels/" + part)
    }

    @Test("Each era has its own way to subscribe")
    func subscribing() throws {
        let uri = #""uri":"tandem://realtime/subscriptions/s""#
        for method in ["resources/subscribe", "resources/unsubscribe"] {
            var transcript = Transcript(hasEvents: true)
            #expect(try transcript.json(modern(method, "," + uri))["error"]?["code"] == -32601)
        }
        var transcript = Transcript("2025-11-25", hasEvents: true)
        #expect(transcript.send(legacy("resources/subscribe", "{\(uri)}"))?.hasPrefix("[ask subscribe") == true)
        let listen = modern("subscriptions/listen", #","notifications":{"resourceSubscriptions":["a","a"]}"#)
        #expect(transcript.send(listen) == "[ask listen(Optional([]))]")
    }

    @Test("Nothing is served before the version is known", arguments: ["resources/list", "resources/templates/list"])
    func needsInitialize(_ method: String) throws {
        var transcript = Transcript(hasEvents: true)
        #expect(try transcript.json(legacy(method))["error"]?["code"] == -32602)
    }

    @Test(
        "No cursor was ever handed out",
        arguments: ["resources/list", "resources/templates/list"],
        [#""x""#, #""""#, "1"]
    )
    func cursors(_ method: String, _ cursor: String) throws {
        var transcript = Transcript("2025-11-25", hasEvents: true)
        #expect(try transcript.json(legacy(method, #"{"cursor":\#(cursor)}"#))["error"]?["code"] == -32602)
        #expect(try transcript.json(modern(method, #","cursor":\#(cursor)"#))["error"]?["code"] == -32602)
    }

    @Test("There is a template for channels")
    func templates() throws {
        var transcript = Transcript("2024-11-05", hasEvents: true)
        let reply = try transcript.json(legacy("resources/templates/list"))["result"]
        #expect(reply?.object?.keys == ["resourceTemplates"])
        #expect(reply?["resourceTemplates"]?.array?.first?["uriTemplate"] == "tandem://realtime/channels/{channels}")
        let current = try transcript.json(modern("resources/templates/list"))["result"]
        #expect(current?.object?.keys == ["resultType", "resourceTemplates", "ttlMs", "cacheScope", "_meta"])
    }

    @Test(
        "What is listened to must be said in the right form",
        arguments: [
            "", #","notifications":[]"#, #","notifications":{"resourceSubscriptions":"x"}"#,
            #","notifications":{"resourceSubscriptions":[1]}"#,
            #","notifications":{"resourceSubscriptions":["#
                + Array(repeating: #""a""#, count: 101).joined(separator: ",")
                + "]}",
        ]
    )
    func badStreams(_ params: String) throws {
        var transcript = Transcript(hasEvents: true)
        #expect(try transcript.json(modern("subscriptions/listen", params))["error"]?["code"] == -32602)
    }

    @Test("A stream can't be part of a batch, a list can")
    func batches() async throws {
        let client = MemoryClient(version: "2025-03-26", events: TestEvents("s"))
        let listen = modern("subscriptions/listen", id: "1", #","notifications":{}"#)
        client.send("[\(listen),\(legacy("resources/list", id: "2"))]")
        let answers = try JSON(parsing: try #require(await client.finish().last))
        let byID = Dictionary(uniqueKeysWithValues: (answers.array ?? []).map { ($0["id"]?.int, $0) })
        #expect(byID[1]?["error"]?["code"] == -32600)
        #expect(byID[2]?["result"]?["resources"]?.array?.first?["uri"] == "tandem://realtime/subscriptions/s")
    }
}
