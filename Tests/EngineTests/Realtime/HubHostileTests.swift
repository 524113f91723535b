import TestSupport
import Testing
import Values

@testable import Engine

@Suite("Nothing that a client says harms the hub")
struct HubHostileTests {
    private static let messages = [
        #"{"type":"ping"}"#,
        #"{"type":"subscribe","data":[{"subscriptionId":"a","channels":["account","rows","account.update"],"queries":["#
            + #""{\"method\":\"or\",\"values\":[{\"method\":\"equal\",\"attribute\":\"n\",\"values\":[1,2]},"#
            + #"{\"method\":\"isNull\",\"attribute\":\"m\"}]}","{\"method\":\"equal\",\"attribute\":\"s\",\"values\":[\"x\"]}"]}]}"#,
        #"{"type":"unsubscribe","data":[{"subscriptionId":"a"},{"subscriptionId":"b"}]}"#,
        #"{"type":"authentication","data":{"session":"c2VjcmV0"}}"#,
        #"{"type":"presence","data":{"status":"online","metadata":{"room":1}}}"#,
    ]

    private static func damaged(_ text: String, _ random: inout SplitMix64) -> [UInt8] {
        var bytes = Array(text.utf8)
        for _ in 0..<random.below(4) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            switch random.below(4) {
            case 0: bytes[place] = UInt8(random.below(256))
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place..<min(place + random.below(30), bytes.count)], at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func damagedMessages(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var hub = TestHub { $0.queuedFrames = 20 }
        var ids = (0..<5).map { $0 == 0 ? hub.connect() : hub.connect(user: "u\($0)") }
        for _ in 0..<3000 {
            let index = random.below(ids.count)
            for action in hub.hub.receive(Self.damaged(random.pick(Self.messages), &random), from: ids[index]) {
                switch action {
                case .authenticate(let id, _): _ = hub.hub.authenticated(id, as: .user("u", roles: []), account: nil)
                case .keepPresence(let id, _): _ = hub.hub.present(id, nil)
                case .close(let id, _): #expect(hub.hub.listener(of: id) == nil)
                case .finish(let id, _): hub.hub.disconnect(id)
                case .wake: break
                }
            }
            if random.once(in: 3) { _ = hub.hear(ids[index]) }
            if random.once(in: 5) { hub.publish(["rows"], to: ["users"], ["n": 1, "s": "x"]) }
            if hub.hub.listener(of: ids[index]) == nil { ids[index] = hub.connect(user: "v") }
        }
        for id in ids { hub.hub.disconnect(id) }
        #expect(hub.isEmpty)
    }

    @Test func manyMessagesKeepNoMoreThanTheBounds() {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        for round in 0..<200 {
            let channels = (0..<100).map { "\"c\(round).\($0)\"" }.joined(separator: ",")
            let query = #"{\"method\":\"equal\",\"attribute\":\"n\",\"values\":[\#(round)]}"#
            hub.say(#"{"type":"subscribe","data":[{"channels":[\#(channels)],"queries":["\#(query)"]}]}"#, id)
        }
        #expect(hub.hub.subscriptions.count == 20)
        #expect(hub.hub.groups.count == 20)
        #expect(hub.hub.held.total == 0)
        hub.hub.disconnect(id)
        #expect(hub.isEmpty)
    }

    @Test func manyQueriesInOneMessageAreRefused() {
        var hub = TestHub()
        let id = hub.connect()
        let query = #""{\"method\":\"isNull\",\"attribute\":\"a\"}""#
        let queries = Array(repeating: query, count: 101).joined(separator: ",")
        let answers = hub.say(#"{"type":"subscribe","data":[{"channels":["rows"],"queries":[\#(queries)]}]}"#, id)
        #expect(answers.first?["data"]?["code"] == 1003)
    }
}
