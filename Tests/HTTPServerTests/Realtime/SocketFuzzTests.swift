import TestSupport
import Testing
import Values

@testable import HTTPServer

/// Random clients: whatever they send, the front closes them with a code or answers, and serves the next one.
@Suite("Sockets and random clients", .timeLimit(.minutes(5)))
struct SocketFuzzTests {
    @Test(arguments: [1, 2, 3, 4])
    func survive(_ seed: UInt64) async throws {
        var options = FrontOptions()
        options.realtime.farewell = .milliseconds(50)
        try await withFront(options) { front, _ in
            try await front.makeTable("notes", readers: "any", "users")
            let session = try await front.signUp("ann")
            var random = SplitMix64(seed: seed)
            for round in 0..<25 {
                let client = try #require(await SocketClient(front))
                let bytes = Self.bytes(session, &random)
                let isPolite = Bool.random(using: &random)
                async let sent = onThread { client.connection.send(bytes) }
                if round % 5 == 0 { try await front.makeRow("notes", "r\(seed)x\(round)") }
                _ = await sent
                if isPolite {
                    client.send(0x88, [0x03, 0xE8])
                    client.connection.finish()
                    for _ in 0..<500 { if await client.hear() == .end { break } }
                }
                client.close()
            }
            let last = try #require(await SocketClient(front))
            defer { last.close() }
            #expect(await last.hear().type == "connected")
            #expect(await last.ask(#"{"type":"ping"}"#).type == "pong")
        }
    }

    private static func bytes(_ session: String, _ random: inout SplitMix64) -> [UInt8] {
        var all: [UInt8] = []
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            var text = Array(message(session, &random).utf8)
            switch Int.random(in: 0..<10, using: &random) {
            case 0 where !text.isEmpty:
                text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
            case 1: text.removeLast(min(text.count, 3))
            default: break
            }
            switch Int.random(in: 0..<12, using: &random) {
            case 0: all += (0..<20).map { _ in UInt8.random(in: 0...255, using: &random) }
            case 1: all += SocketClient.frame(UInt8.random(in: 0...255, using: &random), text)
            case 2:
                let cut = Int.random(in: 0...text.count, using: &random)
                all += SocketClient.frame(0x01, Array(text[..<cut])) + SocketClient.frame(0x80, Array(text[cut...]))
            case 3: all += SocketClient.frame(0x89, Array(text.prefix(125)))
            default: all += SocketClient.frame(0x81, text)
            }
        }
        return all
    }

    private static func message(_ session: String, _ random: inout SplitMix64) -> String {
        let channels = ["rows", "account", "files", "a.b", "", "account.ann", "presences", "\u{1F375}"]
        let channel = channels.randomElement(using: &random)!
        let id = ["\"a\"", "\"unique()\"", "7", "null", "\"-\""].randomElement(using: &random)!
        let query = [
            "", #""{\"method\":\"equal\",\"attribute\":\"rank\",\"values\":[1]}""#, #""nonsense""#, "1",
            #""{\"method\":\"select\",\"values\":[\"*\"]}""#,
        ].randomElement(using: &random)!
        switch Int.random(in: 0..<8, using: &random) {
        case 0: return #"{"type":"ping"}"#
        case 1: return #"{"type":"authentication","data":{"session":"\#(session)"}}"#
        case 2: return #"{"type":"authentication","data":{"session":"x"}}"#
        case 3: return #"{"type":"unsubscribe","data":[{"subscriptionId":\#(id)}]}"#
        case 4: return #"{"type":"presence","data":{"status":"here","presenceId":\#(id)}}"#
        case 5: return String(repeating: "[", count: Int.random(in: 0..<200, using: &random))
        default:
            return
                #"{"type":"subscribe","data":[{"subscriptionId":\#(id),"channels":["\#(channel)"],"queries":[\#(query)]}]}"#
        }
    }
}
