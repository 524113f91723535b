import Testing
import Values

@testable import HTTPServer

@Suite("Developer keys over HTTP and sockets", .timeLimit(.minutes(3)))
struct DeveloperKeyTests {
    private func makeKey(_ front: TestFront, expire: String = "2100-01-01T00:00:00Z") async throws -> String {
        _ = try? await front.run("projects.create", ["projectId": "default", "name": "Default"])
        let key: JSONObject = ["projectId": "default", "name": "Ann", "expire": .string(expire)]
        return try await front.run("projects.createDevKey", key)["secret"]?.string ?? ""
    }

    @Test("a request with a good one comes from anywhere and as often as it likes, without more rights")
    func liftsLimits() async throws {
        try await withFront(limitsRates: true) { front in
            let key = try await makeKey(front)
            let good = ["X-Appwrite-Dev-Key: \(key)", "Origin: https://app.example.org", "X-SDK-Name: Web"]
            let wrong = #"{"email":"ann@example.org","password":"wrong wrong"}"#
            for _ in 1...12 {
                #expect(try await front.send("POST", "/v1/account/sessions/email", good, wrong)?.status == 401)
            }
            #expect(try await front.send("GET", "/v1/users", good)?.json["type"] == "general_unauthorized_scope")
            let listed = try await front.run("projects.listDevKeys", ["projectId": "default"])
            let shown = listed["devKeys"]?.array?.map { $0["sdks"] ?? .null }
            #expect(shown == [["Web"]])
            let ended = try await makeKey(front, expire: "2020-01-01T00:00:00Z")
            for bad in [ended, "nonsense", ""] {
                let fields = ["X-Appwrite-Dev-Key: \(bad)", "Origin: https://app.example.org"]
                #expect(try await front.send("GET", "/v1/account", fields)?.json["type"] == "general_unknown_origin")
            }
        }
    }

    @Test("a socket shows it in its address or in a header")
    func opensSockets() async throws {
        try await withFront { front in
            let key = try await makeKey(front)
            let origin = "Origin: https://app.example.org"
            for (target, fields) in [
                ("?project=default&devKey=\(key)", [origin]),
                ("?project=default", [origin, "X-Appwrite-Dev-Key: \(key)"]),
            ] {
                let client = try #require(await SocketClient(front, target, fields))
                #expect(await client.hear().type == "connected")
                client.close()
            }
            let client = try #require(await SocketClient(front, "?project=default&devKey=nonsense", [origin]))
            defer { client.close() }
            #expect(await client.hear().errorCode == 1008)
        }
    }
}
