import Testing
import Values

@testable import Engine

@Suite("What clients of the hub say, and what they are answered")
struct HubMessageTests {
    private func error(_ answers: [JSON]) -> Int64? {
        answers.count == 1 && answers[0]["type"] == "error" ? answers[0]["data"]?["code"]?.int : nil
    }

    @Test func theFirstMessage() throws {
        var hub = TestHub()
        let id = hub.connect()
        _ = hub.hub.greet(id, account: nil)
        #expect(
            hub.hear(id) == [
                ["type": "connected", "data": ["channels": [], "subscriptions": [], "user": nil]]
            ]
        )
    }

    @Test func theFirstMessageToAUserWithChannelsInItsAddress() throws {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        _ = hub.hub.greet(id, account: ["$id": "ann"], channels: ["rows"], slots: [(0, "a"), (1, "b")])
        _ = hub.hub.greet(id, account: ["$id": "ann"], channels: ["rows"], slots: [(1, "b")])
        #expect(
            hub.hear(id).map { $0["data"] ?? nil } == [
                ["channels": ["rows"], "subscriptions": ["a", "b"], "user": ["$id": "ann"]],
                ["channels": ["rows"], "subscriptions": ["1": "b"], "user": ["$id": "ann"]],
            ]
        )
    }

    @Test func aPing() {
        var hub = TestHub()
        let id = hub.connect()
        #expect(hub.say(#"{"type":"ping"}"#, id) == [["type": "pong"]])
        #expect(hub.say(#"{"type":"ping","data":{"x":1}}"#, id) == [["type": "pong"]])
    }

    @Test func subscribing() throws {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        let answers = hub.say(
            #"""
            {"type":"subscribe","data":[
              {"subscriptionId":"6630f0c1a2","channels":["tablesdb.d.tables.t.rows"],
               "queries":["{\"values\":\"active\", \"attribute\":\"status\",\"method\":\"equal\"}"]},
              {"channels":["account","files"]},
              {"subscriptionId":"unique()","channels":[],"queries":[]}
            ]}
            """#,
            id
        )
        let query: JSON = #"{"method":"equal","attribute":"status","values":["active"]}"#
        #expect(
            answers == [
                [
                    "type": "response",
                    "data": [
                        "to": "subscribe", "success": true,
                        "subscriptions": [
                            [
                                "subscriptionId": "6630f0c1a2", "channels": ["tablesdb.d.tables.t.rows"],
                                "queries": [query],
                            ],
                            ["subscriptionId": "s1", "channels": ["account", "account.ann", "files"], "queries": []],
                            ["subscriptionId": "s2", "channels": [], "queries": []],
                        ],
                    ],
                ]
            ]
        )
    }

    @Test func unsubscribing() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        let answers = hub.say(#"{"type":"unsubscribe","data":[{"subscriptionId":"a"},{"subscriptionId":"b"}]}"#, id)
        #expect(
            answers == [
                [
                    "type": "response",
                    "data": [
                        "to": "unsubscribe", "success": true,
                        "subscriptions": [
                            ["subscriptionId": "a", "removed": true], ["subscriptionId": "b", "removed": false],
                        ],
                    ],
                ]
            ]
        )
        hub.publish(["rows"], to: ["any"])
        #expect(hub.matches(id) == [])
        #expect(hub.say(#"{"type":"ping"}"#, id).count == 1)
    }

    @Test func showingASession() throws {
        var hub = TestHub()
        let id = hub.connect()
        let message = Array(#"{"type":"authentication","data":{"session":"c2VjcmV0"}}"#.utf8)
        #expect(hub.hub.receive(message, from: id) == [.authenticate(id, session: "c2VjcmV0")])
        let actions = hub.hub.authenticated(id, as: .user("ann", roles: []), account: ["$id": "ann"])
        #expect(actions == [.wake(id)])
        #expect(
            hub.hear(id) == [
                [
                    "type": "response",
                    "data": ["to": "authentication", "success": true, "user": ["$id": "ann"]],
                ]
            ]
        )
        #expect(hub.hub.listener(of: id)?.user == "ann")
    }

    @Test func aSessionThatIsNoneIsRefusedAndTheConnectionStays() {
        var hub = TestHub()
        let id = hub.connect()
        _ = hub.hub.refuse(id, AppError(.realtimeMessageFormatInvalid, "This is no session."))
        #expect(hub.hear(id) == [["type": "error", "data": ["code": 1003, "message": "This is no session."]]])
        #expect(hub.say(#"{"type":"ping"}"#, id).count == 1)
    }

    @Test func sayingToBePresent() throws {
        var hub = TestHub()
        let ann = hub.connect(user: "ann")
        let message = #"{"type":"presence","data":{"status":"online","metadata":{"room":1}}}"#
        #expect(
            hub.hub.receive(Array(message.utf8), from: ann)
                == [.keepPresence(ann, ["status": "online", "metadata": ["room": 1]])]
        )
        _ = hub.hub.present(ann, ["$id": "p"])
        #expect(hub.hear(ann) == [["type": "response", "data": ["to": "presence", "presence": ["$id": "p"]]]])
        #expect(error(hub.say(message, hub.connect())) == 401)
    }

    @Test func anEvent() throws {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "b", ["rows.create"])
        hub.subscribe(id, "a", ["documents", "rows"])
        let record = EventRecord.row("create", "r", ["$id": "r", "big": 9_007_199_254_740_993])
        let facts = RealtimeEvent.Facts(
            project: "shop",
            rights: { _ in ContainerRights(permissions: ["read(\"any\")"], hasItemSecurity: false) },
            isLegacy: { _ in false }
        )
        _ = hub.hub.publish(try RealtimeEvent(record, facts))
        let frames = hub.hear(id)
        #expect(frames.count == 1)
        let event = try #require(frames.first)
        #expect(event["type"] == "event")
        #expect(event["data"]?.object?.keys == ["events", "channels", "timestamp", "payload", "subscriptions"])
        #expect(event["data"]?["events"]?.array?.count == 64)
        #expect(event["data"]?["events"]?.array?.first == "tablesdb.d.tables.t.rows.r.create")
        #expect(event["data"]?["channels"]?.array?.count == 16)
        #expect(event["data"]?["timestamp"] == "2026-11-22T08:10:00.123+00:00")
        #expect(event["data"]?["payload"] == ["$id": "r", "big": 9_007_199_254_740_993])
        #expect(event["data"]?["subscriptions"] == ["a", "b"])
    }

    @Test(arguments: [
        "", "{", "null", "7", "[]", "\"ping\"", "{}", #"{"x":1}"#, #"{"type":7}"#, #"{"type":"shout"}"#,
        #"{"type":null,"data":[]}"#, #"{"data":[]}"#, #"{"type":["ping"]}"#, #"{"type":"subscribe"}"#,
        #"{"type":"subscribe","data":{}}"#, #"{"type":"subscribe","data":"rows"}"#,
        #"{"type":"subscribe","data":["rows"]}"#, #"{"type":"subscribe","data":[{}]}"#,
        #"{"type":"subscribe","data":[{"channels":"rows"}]}"#, #"{"type":"subscribe","data":[{"channels":[7]}]}"#,
        #"{"type":"subscribe","data":[{"channels":{}}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"queries":"x"}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"queries":[7]}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"queries":["x"]}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"subscriptionId":7}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"subscriptionId":""}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"subscriptionId":"-a"}]}"#,
        #"{"type":"subscribe","data":[{"channels":["rows"],"subscriptionId":"\#(String(repeating: "a", count: 37))"}]}"#,
        #"{"type":"unsubscribe"}"#, #"{"type":"unsubscribe","data":{}}"#, #"{"type":"unsubscribe","data":["a"]}"#,
        #"{"type":"unsubscribe","data":[{"subscriptionId":""}]}"#,
        #"{"type":"unsubscribe","data":[{"subscriptionId":7}]}"#,
        #"{"type":"authentication"}"#, #"{"type":"authentication","data":{"session":""}}"#,
        #"{"type":"authentication","data":{"session":7}}"#,
        #"{"type":"authentication","data":{"session":"\#(String(repeating: "a", count: 2049))"}}"#,
        #"{"type":"presence","data":{}}"#, #"{"type":"presence","data":{"status":""}}"#,
        #"{"type":"ping","type":"ping"}"#, "{\"type\":\"ping\"}x", "\u{FEFF}{\"type\":\"ping\"}",
    ])
    func whatIsNoMessage(message: String) {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        #expect(error(hub.say(message, id)) == 1003)
        #expect(hub.say(#"{"type":"ping"}"#, id) == [["type": "pong"]])
        hub.hub.disconnect(id)
        #expect(hub.isEmpty)
    }

    @Test func oneBadItemRefusesAllOfThem() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        for bad in [#"{"channels":7}"#, #"{"channels":["x"],"queries":["{\"method\":\"limit\",\"values\":[1]}"]}"#] {
            let text = #"{"type":"subscribe","data":[{"subscriptionId":"b","channels":["rows"]},"# + bad + "]}"
            #expect(error(hub.say(text, id)) == 1003)
        }
        let text = #"{"type":"unsubscribe","data":[{"subscriptionId":"a"},{}]}"#
        #expect(error(hub.say(text, id)) == 1003)
        hub.publish(["rows"], to: ["any"])
        #expect(hub.matches(id) == ["a"])
    }

    @Test func whoBreaksARuleIsToldAndClosed() {
        var hub = TestHub()
        let id = hub.connect()
        hub.subscribe(id, "a", ["rows"])
        let actions = hub.hub.refuse(id, AppError(.realtimePolicyViolation, "Not from here."))
        #expect(actions == [.wake(id), .finish(id, .policy)])
        hub.publish(["rows"], to: ["any"])
        #expect(hub.hub.receive(Array(#"{"type":"ping"}"#.utf8), from: id) == [])
        #expect(hub.hear(id) == [["type": "error", "data": ["code": 1008, "message": "Not from here."]]])
        hub.hub.disconnect(id)
        #expect(hub.isEmpty)
    }

    @Test func aMessageThatIsTooLongClosesTheConnection() {
        var hub = TestHub()
        let id = hub.connect()
        let fits = #"{"type":"ping","x":""# + String(repeating: "x", count: 63_978) + "\"}"
        #expect(fits.utf8.count == 64_000)
        #expect(hub.say(fits, id) == [["type": "pong"]])
        #expect(hub.hub.receive(Array((fits + " ").utf8), from: id) == [.close(id, .messageTooLong)])
        #expect(hub.isEmpty)
    }

    @Test func deepMessagesAreRefused() {
        var hub = TestHub()
        let id = hub.connect()
        let deep = String(repeating: "[", count: 30_000) + String(repeating: "]", count: 30_000)
        #expect(error(hub.say(#"{"type":"subscribe","data":\#(deep)}"#, id)) == 1003)
    }

    @Test func whoIsGoneIsNotAnswered() {
        var hub = TestHub()
        let id = hub.connect()
        hub.hub.disconnect(id)
        hub.hub.disconnect(id)
        let next = hub.connect()
        #expect(hub.hub.receive(Array(#"{"type":"ping"}"#.utf8), from: id) == [])
        #expect(hub.hear(id) == [] && hub.hear(next) == [])
        #expect(hub.hub.listener(of: id) == nil)
        #expect(hub.hub.unsubscribe(id, ["a"]) == [false])
    }

    @Test func somebodyWhoIsDismissedIsToldWhyAndHearsNothingElse() {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        hub.subscribe(id, "s", ["rows"])
        let error = AppError(.userUnauthorized, "The session has ended.")
        #expect(hub.hub.dismiss(id, error, .signedOut) == [.wake(id), .finish(id, .signedOut)])
        #expect(hub.hub.dismiss(id, error, .signedOut) == [])
        hub.publish(["rows"], to: ["users"])
        #expect(hub.say(#"{"type":"ping"}"#, id).map { $0["data"]?["code"] } == [401])
        #expect(HubClosing.signedOut.code == 1013)
    }

    @Test func aHubKnowsWhichChannelsAnybodyListensOn() {
        var hub = TestHub()
        let id = hub.connect(user: "ann")
        hub.subscribe(id, "s", ["rows", "account"])
        #expect(hub.hub.listens(onAnyOf: ["files", "rows"]))
        #expect(hub.hub.listens(onAnyOf: ["account.ann"]))
        #expect(!hub.hub.listens(onAnyOf: ["files", "account.ben"]))
        hub.hub.disconnect(id)
        #expect(!hub.hub.listens(onAnyOf: ["rows"]))
    }
}
