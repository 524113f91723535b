import Testing
import Values

@testable import HTTPServer

@Suite("Sockets of those who act as another user", .timeLimit(.minutes(3)))
struct ImpersonatedSocketTests {
    private func withPeople(
        _ body: @escaping @Sendable (_ front: TestFront, _ session: String) async throws -> Void
    ) async throws {
        try await withFront { front in
            let session = try await front.signUp("op")
            _ = try await front.signUp("ann")
            try await front.run("users.updatePhone", ["userId": "ann", "number": "+15550101"])
            try await front.run("users.updateImpersonator", ["userId": "op", "impersonator": true])
            try await body(front, "X-Appwrite-Session: \(session)")
        }
    }

    @Test("the address names the user, and the socket hears what that one may hear")
    func hearsAsTheUser() async throws {
        try await withPeople { front, session in
            try await front.makeTable("hers", readers: "user:ann")
            try await front.makeTable("mine", readers: "user:op")
            for name in ["impersonateUserId=ann", "impersonateEmail=ann%40example.org", "impersonatePhone=%2B15550101"]
            {
                let client = try #require(await SocketClient(front, "?project=default&\(name)", [session]))
                defer { client.close() }
                let hello = await client.hear()
                #expect(hello.data["user"]?["$id"] == "ann", "\(name)")
                #expect(hello.data["user"]?["impersonatorUserId"] == "op")
                let answer = await client.subscribe("s", "rows", "account")
                #expect(answer.data["subscriptions"]?.array?.first?["channels"] == ["rows", "account", "account.ann"])
                try await front.makeRow("mine", "m\(name.count)")
                try await front.makeRow("hers", "h\(name.count)")
                #expect(await client.hear().event == "s h\(name.count)")
            }
        }
    }

    @Test("it can't become somebody else's")
    func staysWhoItIs() async throws {
        try await withPeople { front, session in
            let client = try #require(await SocketClient(front, "?project=default&impersonateUserId=ann", [session]))
            defer { client.close() }
            _ = await client.hear()
            let secret = try await front.signIn("op")
            let refused = await client.ask(#"{"type":"authentication","data":{"session":"\#(secret)"}}"#)
            #expect(refused.errorCode == 1003)
            #expect(await client.ask(#"{"type":"ping"}"#).type == "pong")
        }
    }

    @Test(
        "who may not act as somebody is told so and closed",
        arguments: [
            ("ann", "impersonateUserId=op", 401), ("op", "impersonateUserId=nobody", 404),
            ("op", "impersonateUserId=ann&impersonateEmail=ann%40example.org", 400),
        ]
    )
    func refusesOthers(_ user: String, _ name: String, _ code: Int64) async throws {
        try await withPeople { front, _ in
            let session = "X-Appwrite-Session: \(try await front.signIn(user))"
            let client = try #require(await SocketClient(front, "?project=default&\(name)", [session]))
            defer { client.close() }
            #expect(await client.hear().errorCode == code)
            guard case .close = await client.hear() else {
                Issue.record("the socket stays open")
                return
            }
        }
    }

    @Test("it ends with what the impersonator loses", arguments: ["users.updateImpersonator", "users.deleteSessions"])
    func endsWithTheRight(_ operation: String) async throws {
        try await withPeople { front, session in
            let client = try #require(await SocketClient(front, "?project=default&impersonateUserId=ann", [session]))
            defer { client.close() }
            _ = await client.hear()
            var arguments: JSONObject = ["userId": "op"]
            if operation == "users.updateImpersonator" { arguments["impersonator"] = false }
            try await front.run(operation, arguments)
            #expect(await client.hear().errorCode == 401)
            guard case .close(1013, _) = await client.hear() else {
                Issue.record("the socket stays open")
                return
            }
        }
    }

    @Test("a presence is that of the user, and says that it came over a socket")
    func isPresent() async throws {
        try await withPeople { front, session in
            let client = try #require(await SocketClient(front, "?project=default&impersonateUserId=ann", [session]))
            defer { client.close() }
            _ = await client.hear()
            let presence = await client.ask(#"{"type":"presence","data":{"status":"here"}}"#).data["presence"]
            #expect(presence?["userId"] == "ann")
            #expect(presence?["source"] == "realtime")
            let other = try await front.run("presences.upsert", ["presenceId": "p", "status": "x", "userId": "ann"])
            #expect(other["source"] == "rest")
        }
    }
}
