import TestSupport
import Testing
import Values

@Suite("Events of another process", .timeLimit(.minutes(2)))
struct EventNewsTests {
    private let channel = "tablesdb.d.tables.t.rows"

    private func withTwo(_ kind: String, _ body: (_ listener: ToolClient, _ writer: ToolClient) throws -> Void)
        async throws
    {
        let folder = try TestFolder()
        let project = "news\(UInt64.random(in: 0...UInt64.max))"
        let place = kind == "sqlite" ? ["--data", folder.path] : ["--mongodb", MongoServer.uri ?? ""]
        try await removingFromServer(project) {
            let options = place + ["--project", project]
            let (listener, writer) = (try ToolClient(options), try ToolClient(options))
            try writer.makeTable()
            try body(listener, writer)
        }
    }

    @Test("A resource is told of once, and has the event", arguments: TwoProcessTests.stores)
    func updatesResource(_ kind: String) async throws {
        try await withTwo(kind) { listener, writer in
            let id = try #require(
                try listener.run("realtime.subscribe", ["channels": [.string(channel)]])["subscriptionId"]?.string
            )
            let uri = JSON.string("tandem://realtime/subscriptions/\(id)")
            let params = JSON.object(["uri": uri]).text
            try listener.process.send(request("resources/subscribe", id: #""s""#, params))
            #expect(try listener.next()["result"] == [:])
            try writer.run("tablesDB.createRow", row("one", ["n": 1]))
            let told = try listener.next()
            #expect(told["method"] == "notifications/resources/updated")
            #expect(told["params"] == ["uri": uri])
            try writer.run("tablesDB.createRow", row("two", ["n": 2]))
            try listener.process.send(request("resources/read", id: #""r""#, params))
            let content = try listener.next()["result"]?["contents"]?.array?.first
            let events = try JSON(parsing: try #require(content?["text"]?.string))["events"]?.array
            #expect(
                events?.map { $0["event"] } == [
                    "databases.d.tables.t.rows.one.create", "databases.d.tables.t.rows.two.create",
                ]
            )
        }
    }

    /// The note that a result holds within some time.
    private func note(_ client: ToolClient, _ seconds: Int) throws -> String? {
        let end = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < end {
            let content = try client.execute("project.describe", [:])["content"]?.array ?? []
            if content.count > 1 { return content.last?["text"]?.string }
        }
        return nil
    }

    @Test("Somebody else's subscription is mentioned when its owner may hear", arguments: TwoProcessTests.stores)
    func mentionsForOthers(_ kind: String) async throws {
        try await withTwo(kind) { listener, writer in
            try writer.run("users.create", ["userId": "ann"])
            let subscribe: JSON = [
                "id": "sub", "operation": "realtime_subscribe", "arguments": ["channels": [.string(channel)]],
                "as": "user:ann",
            ]
            let made = try listener.call("execute-operation", ["steps": [subscribe]])
            let id = try #require(try listener.text(made)["results"]?["sub"]?["subscriptionId"]?.string)
            try writer.run("tablesDB.createRow", row("hidden", ["n": 1]))
            #expect(try note(listener, 1) == nil)
            var table = tableAddress
            table["permissions"] = ["read(\"user:ann\")"]
            table["name"] = "T"
            try writer.run("tablesDB.updateTable", table)
            try writer.run("tablesDB.createRow", row("shown", ["n": 1]))
            #expect(
                try note(listener, 20)
                    == #"1 subscription has news: realtime.wait {"subscriptionId":"\#(id)"} as user:ann"#
            )
        }
    }

    @Test("The next result mentions what has come", arguments: TwoProcessTests.stores)
    func mentions(_ kind: String) async throws {
        try await withTwo(kind) { listener, writer in
            let id = try #require(
                try listener.run("realtime.subscribe", ["channels": [.string(channel)]])["subscriptionId"]?.string
            )
            try writer.run("tablesDB.createRow", row("one", ["n": 1]))
            #expect(
                try note(listener, 20) == #"1 subscription has news: realtime.wait {"subscriptionId":"\#(id)"}"#
            )
            #expect(try listener.execute("tablesDB.getRow", row("one"))["content"]?.array?.count == 1)
            let waited = try listener.run("realtime.wait", ["subscriptionId": .string(id)])
            #expect(waited["events"]?.array?.count == 1)
        }
    }
}
