import Testing
import Values

@testable import HTTPServer

@Suite("The realtime protocol over sockets", .timeLimit(.minutes(3)))
struct SocketProtocolTests {
    @Test("a guest is greeted, pings, subscribes, hears an event once, and unsubscribes")
    func walksTheProtocol() async throws {
        try await withFront { front in
            try await front.makeTable("notes", readers: "any")
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            #expect(
                await client.hear().json == [
                    "type": "connected", "data": ["channels": [], "subscriptions": [], "user": nil],
                ]
            )
            #expect(await client.ask(#"{"type":"ping"}"#).json == ["type": "pong"])
            let answer = await client.ask(
                #"""
                {"type":"subscribe","data":[
                  {"subscriptionId":"a","channels":["rows"]},
                  {"subscriptionId":"b","channels":["tablesdb.shop.tables.notes.rows"],
                   "queries":["{\"method\":\"equal\",\"attribute\":\"title\",\"values\":[\"Tea\"]}"]}
                ]}
                """#
            )
            #expect(answer.data["success"] == true)
            #expect(answer.data["subscriptions"]?.array?.map { $0["subscriptionId"] } == ["a", "b"])
            try await front.makeRow("notes", "tea", ["title": "Tea"])
            try await front.makeRow("notes", "ale", ["title": "Ale"])
            let event = await client.hear()
            #expect(event.event == "a b tea")
            #expect(event.data["events"]?.strings?.first == "tablesdb.shop.tables.notes.rows.tea.create")
            #expect(event.data["channels"]?.strings?.contains("rows.create") == true)
            #expect(event.data["payload"]?["title"] == "Tea")
            #expect(await client.hear().event == "a ale")
            let ended = await client.ask(
                #"{"type":"unsubscribe","data":[{"subscriptionId":"a"},{"subscriptionId":"z"}]}"#
            )
            #expect(ended.data["subscriptions"]?.array?.map { $0["removed"] } == [true, false])
            try await front.makeRow("notes", "ale2", ["title": "Ale"])
            try await front.makeRow("notes", "tea2", ["title": "Tea"])
            #expect(await client.hear().event == "b tea2")
        }
    }

    @Test("a subscription gets other queries without a new connection")
    func changesASubscription() async throws {
        try await withFront { front in
            try await front.makeTable("notes", readers: "any")
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            for rank in [1, 2] {
                let query = #"["{\"method\":\"equal\",\"attribute\":\"rank\",\"values\":[\#(rank)]}"]"#
                #expect(await client.subscribe("s", "rows", queries: query).type == "response")
            }
            for rank in [1, 2] { try await front.makeRow("notes", "r\(rank)", ["rank": .int(Int64(rank))]) }
            #expect(await client.hear().event == "s r2")
        }
    }

    @Test("messages that are wrong are answered with 1003 and change nothing")
    func refusesWrongMessages() async throws {
        try await withFront { front in
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            for text in ["", "x", "[]", "{}", #"{"type":"dance"}"#, #"{"type":"subscribe","data":{}}"#] {
                #expect(await client.ask(text).errorCode == 1003, "\(text)")
            }
            #expect(await client.ask(#"{"type":"presence","data":{"status":"here"}}"#).errorCode == 401)
            #expect(await client.ask(#"{"type":"ping"}"#).type == "pong")
        }
    }

    @Test("channels in the address make subscriptions by slots, and queries that are wrong close the socket")
    func takesSubscriptionsFromTheAddress() async throws {
        try await withFront { front in
            try await front.makeTable("notes", readers: "any")
            let query = "%7B%22method%22%3A%22equal%22%2C%22attribute%22%3A%22rank%22%2C%22values%22%3A%5B1%5D%7D"
            let target = "?project=default&channels[]=rows&channels%5B%5D=files&rows[1][]=\(query)"
            let client = try #require(await SocketClient(front, target))
            defer { client.close() }
            let hello = await client.hear().data
            #expect(hello["channels"] == ["files", "rows"])
            let ids = hello["subscriptions"]?.strings ?? []
            #expect(ids.count == 2)
            try await front.makeRow("notes", "r2", ["rank": 2])
            try await front.makeRow("notes", "r1", ["rank": 1])
            #expect(await client.hear().event == "\(ids.last ?? "") r1")
            let wrong = try #require(await SocketClient(front, "?project=default&channels[]=rows&rows[0][]=x"))
            defer { wrong.close() }
            #expect(await wrong.hear().errorCode == 1008)
            #expect(await wrong.hear() == .close(1008, "The connection was refused"))
            #expect(await wrong.hear() == .end)
        }
    }

    @Test(
        "who must not connect is told why and closed for good",
        arguments: [
            ("?project=other", [], 1008), ("", [], 1008), ("?project[]=default", [], 1008),
            ("?project=default", ["Origin: https://evil.example"], 1008), ("?project=default&jwt=x", [], 401),
            ("?project=default", ["X-Appwrite-JWT: x.y.z"], 401),
        ]
    )
    func refusesConnections(_ target: String, _ fields: [String], _ code: Int64) async throws {
        try await withFront { front in
            let client = try #require(await SocketClient(front, target, fields))
            defer { client.close() }
            #expect(await client.hear().errorCode == code)
            #expect(await client.hear() == .close(1008, "The connection was refused"))
            client.send(0x88, [0x03, 0xF0])
            #expect(await client.hear() == .end)
        }
    }

    @Test("pages of registered hosts and of localhost connect; the project may be named by a header")
    func takesConnections() async throws {
        try await withFront { front in
            try await front.run(
                "project.createWebPlatform",
                ["platformId": "w", "name": "Web", "hostname": "app.example.org"]
            )
            for origin in ["https://app.example.org", "http://localhost:5173", "https://APP.example.org:8443"] {
                let client = try #require(
                    await SocketClient(front, "", ["X-Appwrite-Project: default", "Origin: \(origin)"])
                )
                #expect(await client.hear().type == "connected", "\(origin)")
                client.close()
            }
        }
    }

    @Test("of bulks everybody hears each row")
    func hearsBulks() async throws {
        try await withFront { front in
            try await front.makeTable("notes", readers: "any")
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            _ = await client.subscribe("s", "rows")
            try await front.run(
                "tablesDB.createRows",
                ["databaseId": "shop", "tableId": "notes", "rows": [["$id": "a"], ["$id": "b"], ["$id": "c"]]]
            )
            for id in ["a", "b", "c"] { #expect(await client.hear().event == "s \(id)") }
        }
    }
}
