import Testing
import Values

@testable import HTTPServer

@Suite("Protocols that are switched off, from outside", .timeLimit(.minutes(3)))
struct ProtocolTests {
    @Test("REST refuses guests and takes keys, and sockets are a matter of their own")
    func closesREST() async throws {
        try await withFront { front in
            let key = try await front.makeTable()
            let off = #"{"enabled":false}"#
            let scoped = try await front.run(
                "project.createKey",
                ["keyId": "p", "name": "P", "scopes": ["project.write", "rows.read"]]
            )
            let owner = "X-Appwrite-Key: \(scoped["secret"]?.string ?? "")"
            let switched = try await front.send("PATCH", "/v1/project/protocols/rest", [owner], off)
            #expect(switched?.status == 200)
            let rows = "/v1/tablesdb/shop/tables/notes/rows"
            #expect(try await front.send("GET", rows)?.status == 403)
            #expect(try await front.send("GET", rows)?.json["type"] == "general_api_disabled")
            #expect(try await front.send("GET", rows, ["X-Appwrite-Key: \(key)"])?.status == 200)
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            #expect(await client.hear().type == "connected")
            let path = "/v1/project/protocols/websocket/status"
            #expect(try await front.send("PATCH", path, [owner], off)?.status == 200)
            let refused = try #require(await SocketClient(front))
            defer { refused.close() }
            #expect(await refused.hear().errorCode == 403)
        }
    }
}
