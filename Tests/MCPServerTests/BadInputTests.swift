import Testing
import Values

@testable import MCPServer

@Suite("Bad input")
struct BadInputTests {
    @Test(
        "Text that is no JSON is a parse error without an id",
        arguments: [
            "nonsense", "{", #"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#, "NaN", #"{"id":Infinity}"#, #"{"a":01}"#,
            "{'a':1}", #"{"a":1,}"#, #""open"#, #""\ud800""#, String(repeating: "[", count: 300), "{\"a\":\"\u{1}\"}",
        ]
    )
    func notJSON(_ line: String) throws {
        var transcript = Transcript("2025-11-25")
        let reply = try transcript.json(line)
        #expect(reply["error"]?["code"] == -32700)
        #expect(reply.object?.keys == ["jsonrpc", "error"])
    }

    @Test("Text that is not UTF-8 is a parse error without an id")
    func notUTF8() async {
        let client = MemoryClient(version: nil)
        client.write(Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xFF, 0xFE] + Array("\"}\n".utf8))
        client.send(legacy("ping", id: "2"))
        #expect(
            await client.finish() == [
                #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: text is not UTF-8 at byte 34."}}"#,
                #"{"jsonrpc":"2.0","id":2,"result":{}}"#,
            ]
        )
    }

    @Test(
        "A message that is no request is refused with its id where that can be read",
        arguments: [
            (#"{"id":1,"method":"ping"}"#, JSON.int(1), #""jsonrpc" must be "2.0""#),
            (#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#, "a", #""jsonrpc" must be "2.0""#),
            (#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, 1, #""jsonrpc" must be "2.0""#),
            (#"{"jsonrpc":"2.0","id":1}"#, 1, #""method" is missing"#),
            (#"{"jsonrpc":"2.0"}"#, nil, #""method" is missing"#),
            ("{}", nil, #""method" is missing"#),
            (#"{"jsonrpc":"2.0","id":1,"method":5}"#, 1, #""method" must be a string"#),
            (#"{"jsonrpc":"2.0","method":null}"#, nil, #""method" must be a string"#),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            (#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, nil, #""id" must be a string or an integer"#),
            ("1", nil, "a message must be an object, not an integer"),
            (#""ping""#, nil, "a message must be an object, not a string"),
            ("null", nil, "a message must be an object, not null"),
            ("true", nil, "a message must be an object, not a boolean"),
            ("[]", nil, "batches exist in protocol version 2025-03-26 only"),
            (#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, nil, "batches exist in protocol version 2025-03-26 only"),
        ] as [(String, JSON?, String)]
    )
    func notARequest(_ line: String, _ id: JSON?, _ reason: String) throws {
        var transcript = Transcript("2025-11-25")
        let reply = try transcript.json(line)
        #expect(reply["error"] == ["code": -32600, "message": .string("Invalid request: \(reason).")])
        #expect(reply["id"] == id)
    }

    @Test("Parameters that are no object are invalid params", arguments: ["[]", "null", "1", #""x""#, "true"])
    func paramsNotAnObject(_ params: String) throws {
        var transcript = Transcript("2025-11-25")
        let reply = try transcript.json(legacy("ping", params))
        #expect(reply["error"]?["code"] == -32602)
        #expect(reply["id"] == 1)
    }

    @Test(
        "Notifications and stray responses are never answered",
        arguments: [
            #"{"jsonrpc":"2.0","method":"notifications/unknown"}"#,
            #"{"jsonrpc":"2.0","method":"notifications/initialized","params":[1]}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1.5}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":7}"#,
            #"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}"#,
            #"{"jsonrpc":"2.0","method":"ping"}"#,
            #"{"jsonrpc":"2.0","id":4,"result":{}}"#,
            #"{"jsonrpc":"2.0","id":4,"error":{"code":1,"message":"x"}}"#,
            #"{"jsonrpc":"2.0","error":{"code":1,"message":"x"}}"#,
        ]
    )
    func silent(_ line: String) {
        var transcript = Transcript("2025-11-25")
        #expect(transcript.send(line) == nil)
    }

    @Test(
        "Ids come back exactly as they were written",
        arguments: [
            #""1""#, "1", "0", "-3", "9007199254740993", "9223372036854775807", "-9223372036854775808", #""""#,
            #""ünïcödé 🙂""#, "18446744073709551616", "-99999999999999999999999999",
        ]
    )
    func echoesIDs(_ id: String) {
        var transcript = Transcript()
        #expect(transcript.send(legacy("ping", id: id)) == #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#)
        #expect(
            transcript.send(#"{"params":{"id":1.5,"x":["id"]}, "method":"ping","jsonrpc":"2.0" , "id" : \#(id) }"#)
                == #"{"jsonrpc":"2.0","id":\#(id),"result":{}}"#
        )
    }

    @Test("An error does not repeat a long method")
    func shortens() {
        var transcript = Transcript()
        let reply = transcript.send(legacy(String(repeating: "m", count: 5000)))
        #expect((reply ?? "").utf8.count < 250)
    }

    @Test("Random damage to messages is answered at most once a line and never stops the server")
    func survivesDamage() async throws {
        var random = SplitMix(seed: 42)
        let seeds = [
            legacy("ping"), legacy("tools/list"), legacy("tools/call", #"{"name":"echo","arguments":{"a":[1,2]}}"#),
            modern("tools/list"), #"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#,
        ].map { Array($0.utf8) }
        let client = MemoryClient(version: "2025-03-26")
        let count = 5000
        for _ in 0..<count {
            var line = seeds[Int.random(in: 0..<seeds.count, using: &random)]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                line[Int.random(in: 0..<line.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            client.write(line.filter { $0 != 0x0A } + [0x0A])
        }
        client.send(legacy("ping", id: #""last""#))
        let lines = await client.finish()
        #expect(lines.count <= count + 2)
        #expect(lines.contains(#"{"jsonrpc":"2.0","id":"last","result":{}}"#))
        for line in lines { #expect(throws: Never.self) { try JSON(parsing: line) } }
    }
}

struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
