import Testing
import Values

@Suite("The binary over pipes")
struct ProtocolPipeTests {
    private func initialize(_ version: String = "2025-11-25") -> String {
        request("initialize", id: "0", #"{"protocolVersion":"\#(version)","capabilities":{}}"#)
    }

    private func pong(_ id: String) -> String { #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"# }

    @Test("Every version opens", arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
    func opens(_ version: String) throws {
        let tandem = try TandemProcess()
        try tandem.send(initialize(version) + #"{"jsonrpc":"2.0","method":"notifications/initialized"}"# + "\n")
        let result = try JSON(parsing: try #require(try tandem.next()))["result"]
        #expect(result?["protocolVersion"] == .string(version))
        #expect(result?["serverInfo"]?["name"] == "tandem")
        #expect(result?["capabilities"] == ["tools": [:], "resources": ["subscribe": true]])
        tandem.endInput()
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("initialize and tools/list in one write, with the command named")
    func pipelinedOpening() throws {
        let tandem = try TandemProcess(["mcp"])
        try tandem.send(initialize() + request("tools/list"))
        _ = try tandem.next()
        let tools = try JSON(parsing: try #require(try tandem.next()))["result"]?["tools"]?.array
        #expect(tools?.map { $0["name"] } == ["catalog-search", "execute-operation"])
    }

    @Test("The modern version after the handshake of a legacy one, and the reverse")
    func alternates() throws {
        let discover = request("server/discover", id: #""d""#, "{\(modernMeta)}")
        for lines in [[initialize(), discover], [discover, initialize()]] {
            let tandem = try TandemProcess()
            try tandem.send(
                lines.joined() + request("tools/list", id: "2", "{\(modernMeta)}") + request("tools/list", id: "3")
            )
            tandem.endInput()
            let replies = try tandem.rest().map { try JSON(parsing: $0) }
            #expect(replies.count == 4)
            #expect(replies.allSatisfy { $0["result"] != nil })
            #expect(replies[2]["result"]?["resultType"] == "complete")
            #expect(replies[3]["result"]?["resultType"] == nil)
        }
    }

    @Test("Input that comes byte by byte")
    func byteByByte() throws {
        let tandem = try TandemProcess()
        for byte in request("ping", id: #""ü""#).utf8 { try tandem.write([byte]) }
        #expect(try tandem.next() == pong(#""ü""#))
    }

    @Test("Lines of a megabyte")
    func longLines() throws {
        let tandem = try TandemProcess()
        let id = "\"" + String(repeating: "i", count: 1 << 20) + "\""
        for _ in 1...3 {
            try tandem.send(request("ping", id: #""short""#))
            #expect(try tandem.next() == pong(#""short""#))
            // The answer is as long as the request, so it is read only after all of that is written.
            try tandem.send(request("ping", id: id))
            #expect(try tandem.next() == pong(id))
        }
    }

    @Test("2,000 requests in one write, none read before all are written")
    func pipelined() throws {
        let tandem = try TandemProcess()
        let ids = (1...2000).map(String.init)
        try tandem.send(initialize() + ids.map { request("tools/list", id: $0) }.joined())
        tandem.endInput()
        let answered = try tandem.rest().dropFirst().map { try JSON(parsing: $0)["id"]?.int }
        let expected = ids.map { Int64($0) }
        let first = zip(answered, expected).first { $0 != $1 }
        #expect(answered == expected, "\(answered.count) answers, the first other one is \(String(describing: first))")
    }

    @Test("CRLF, blank lines, a byte order mark and a last line without an end")
    func framing() throws {
        let tandem = try TandemProcess()
        try tandem.send("\u{FEFF}" + #"{"jsonrpc":"2.0","id":1,"method":"ping"}"# + "\r\n\r\n \n")
        try tandem.send(#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#)
        tandem.endInput()
        #expect(try tandem.rest() == [pong("1"), pong("2")])
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("Ids come back as they were written", arguments: [#""1""#, "1", "9007199254740993", #""""#])
    func ids(_ id: String) throws {
        let tandem = try TandemProcess()
        try tandem.send(request("ping", id: id))
        #expect(try tandem.next() == pong(id))
    }

    @Test("Bad input is answered, and the server goes on")
    func badInput() throws {
        let tandem = try TandemProcess()
        let rows: [(String, Int64?)] = [
            ("nonsense", -32700), ("NaN", -32700), (String(repeating: "[", count: 1000), -32700),
            (#"{"id":1,"method":"ping"}"#, -32600), (#"{"jsonrpc":"2.0","id":1}"#, -32600),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600), ("1", -32600), ("[]", -32600),
            (#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, -32602),
            (#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#, -32602),
            (#"{"jsonrpc":"2.0","id":1,"method":"nope"}"#, -32601),
            (#"{"jsonrpc":"2.0","method":"notifications/nope"}"#, nil), (#"{"jsonrpc":"2.0","id":1,"result":{}}"#, nil),
        ]
        for (line, code) in rows {
            try tandem.send(line + "\n" + request("ping", id: #""after""#))
            if let code {
                #expect(try JSON(parsing: try #require(try tandem.next()))["error"]?["code"] == .int(code), "\(line)")
            }
            #expect(try tandem.next() == pong(#""after""#), "\(line)")
        }
        try tandem.write([0x22, 0xFF, 0x22, 0x0A])
        #expect(try JSON(parsing: try #require(try tandem.next()))["error"]?["code"] == -32700)
    }

    @Test("A line of more than 16 MiB is skipped")
    func tooLong() throws {
        let tandem = try TandemProcess()
        try tandem.write([UInt8](repeating: 0x78, count: 17 << 20) + [0x0A])
        try tandem.send(request("ping"))
        #expect(try JSON(parsing: try #require(try tandem.next()))["error"]?["code"] == -32700)
        #expect(try tandem.next() == pong("1"))
    }

    @Test("Batches in 2025-03-26 only")
    func batches() throws {
        let batch = #"[{"jsonrpc":"2.0","id":1,"method":"ping"},{"jsonrpc":"2.0","id":"1","method":"ping"}]"# + "\n"
        let tandem = try TandemProcess()
        try tandem.send(initialize("2025-03-26") + batch + initialize("2025-11-25") + batch)
        tandem.endInput()
        let lines = try tandem.rest()
        #expect(lines[1] == "[\(pong("1")),\(pong(#""1""#))]")
        #expect(try JSON(parsing: lines[3])["error"]?["code"] == -32600)
    }

    @Test("Calls that can't be one are invalid params")
    func invalidCalls() throws {
        let tandem = try TandemProcess()
        try tandem.send(initialize())
        _ = try tandem.next()
        for params in ["{}", #"{"name":1}"#, #"{"name":"nope"}"#, #"{"name":"catalog-search","arguments":[]}"#] {
            try tandem.send(request("tools/call", params))
            #expect(try JSON(parsing: try #require(try tandem.next()))["error"]?["code"] == -32602, "\(params)")
        }
    }
}
