import Engine
import Synchronization
import Testing
import Values

@testable import HTTPServer

@Suite("Who listens on a socket, and what becomes of it", .timeLimit(.minutes(3)))
struct SocketIdentityTests {
    private func open(_ front: TestFront, _ session: String) async throws -> SocketClient {
        try #require(await SocketClient(front, "?project=default", ["X-Appwrite-Session: \(session)"]))
    }

    @Test("a session in a cookie, in the fallback and in a header, and a JWT, make a user")
    func knowsUsers() async throws {
        try await withFront { front in
            let session = try await front.signUp("ann")
            let encoded = session.replacing("=", with: "%3D").replacing("+", with: "%2B").replacing("/", with: "%2F")
            let jwt = try await front.run("users.createJWT", ["userId": "ann"])["jwt"]?.string ?? ""
            let ways: [(String, [String])] = [
                ("?project=default", ["Cookie: x=y; a_session_default=\(encoded)"]),
                ("?project=default", ["Cookie: a_session_default_legacy=\(encoded)"]),
                ("?project=default", [#"X-Fallback-Cookies: {"a_session_default":"\#(session)"}"#]),
                ("?project=default", ["X-Appwrite-Session: \(session)"]),
                ("?project=default", ["X-Appwrite-JWT: \(jwt)"]), ("?project=default&jwt=\(jwt)", []),
            ]
            for (target, fields) in ways {
                let client = try #require(await SocketClient(front, target, fields))
                let hello = await client.hear()
                #expect(hello.data["user"]?["$id"] == "ann", "\(fields)")
                #expect(hello.data["user"]?["email"] == "ann@example.org")
                client.close()
            }
            let both = try #require(
                await SocketClient(front, "?project=default&jwt=\(jwt)", ["X-Appwrite-Session: \(session)"])
            )
            defer { both.close() }
            #expect(await both.hear().errorCode == 403)
        }
    }

    @Test("sessions that are over, and keys, make guests")
    func makesGuests() async throws {
        try await withFront { front in
            let key = try await front.makeTable()
            let session = try await front.signUp("ann")
            try await front.run("users.deleteSessions", ["userId": "ann"])
            for field in ["X-Appwrite-Session: \(session)", "X-Appwrite-Session: nonsense", "X-Appwrite-Key: \(key)"] {
                let client = try #require(await SocketClient(front, "?project=default", [field]))
                #expect(await client.hear().data["user"] == .null, "\(field)")
                client.close()
            }
        }
    }

    @Test("a guest that shows a session hears what its user may hear under the subscriptions that it has")
    func authenticates() async throws {
        try await withFront { front in
            try await front.makeTable("notes", readers: "users")
            try await front.makeTable("open", readers: "any")
            let session = try await front.signUp("ann")
            let client = try #require(await SocketClient(front))
            defer { client.close() }
            _ = await client.hear()
            _ = await client.subscribe("s", "rows", "account")
            try await front.makeRow("notes", "one")
            // Once this is heard, so is everything before it.
            try await front.makeRow("open", "mark")
            #expect(await client.hear().event == "s mark")
            #expect(await client.ask(#"{"type":"authentication","data":{"session":"bad"}}"#).errorCode == 1003)
            // What is said in one go is done in its order.
            client.say(#"{"type":"authentication","data":{"session":"\#(session)"}}"#)
            client.say(#"{"type":"ping"}"#)
            let answer = await client.hear()
            #expect(answer.data["to"] == "authentication")
            #expect(answer.data["user"]?["$id"] == "ann")
            #expect(await client.hear().type == "pong")
            try await front.makeRow("notes", "two")
            #expect(await client.hear().event == "s two")
            try await front.run("users.updateName", ["userId": "ann", "name": "Ann"])
            let event = await client.hear()
            #expect(event.data["channels"]?.strings?.contains("account.ann.update") == true)
        }
    }

    @Test("labels, verification and memberships count from the next event on")
    func followsRoles() async throws {
        try await withFront { front in
            try await front.makeTable("labelled", readers: "label:vip")
            try await front.makeTable("verified", readers: "users/verified")
            try await front.makeTable("red", readers: "team:red")
            let client = try await open(front, try await front.signUp("ann"))
            defer { client.close() }
            _ = await client.hear()
            _ = await client.subscribe("s", "rows")
            func look(_ round: Int) async throws {
                for table in ["labelled", "verified", "red"] { try await front.makeRow(table, "\(table)\(round)") }
            }
            try await look(1)
            try await front.run("users.updateLabels", ["userId": "ann", "labels": ["vip"]])
            try await look(2)
            #expect(await client.hear().event == "s labelled2")
            try await front.run("users.updateEmailVerification", ["userId": "ann", "emailVerification": true])
            try await look(3)
            for id in ["labelled3", "verified3"] { #expect(await client.hear().event == "s \(id)") }
            try await front.run("teams.create", ["teamId": "red", "name": "Red"])
            let made = try await front.run(
                "teams.createMembership",
                ["teamId": "red", "userId": "ann", "roles": ["player"]]
            )
            try await look(4)
            for id in ["labelled4", "verified4", "red4"] { #expect(await client.hear().event == "s \(id)") }
            try await front.run("users.updateLabels", ["userId": "ann", "labels": []])
            try await front.run("teams.deleteMembership", ["teamId": "red", "membershipId": made["$id"] ?? ""])
            try await look(5)
            #expect(await client.hear().event == "s verified5")
        }
    }

    @Test("a user who is blocked, a session that is deleted and one that ends by itself lose the socket at once")
    func dismisses() async throws {
        let time = Moment()
        var options = FrontOptions()
        options.clock = WallClock {
            time.value
        } uptime: {
            time.value
        }
        options.realtime.sweep = .milliseconds(50)
        try await withFront(options) { front, _ in
            try await front.makeTable("notes", readers: "users")
            for user in ["ann", "ben", "eve"] {
                let client = try await open(front, try await front.signUp(user))
                #expect(await client.hear().type == "connected")
                _ = await client.subscribe("s", "rows")
                switch user {
                case "ann":
                    try await front.run("users.updateStatus", ["userId": "ann", "status": false])
                    #expect(await client.hear().errorCode == 403)
                    #expect(await client.hear() == .close(1008, "A rule was broken"))
                case "ben":
                    try await front.run("users.deleteSessions", ["userId": "ben"])
                    #expect(await client.hear().errorCode == 401)
                    #expect(await client.hear() == .close(1013, "No longer signed in"))
                default:
                    time.advance(days: 400)
                    #expect(await client.hear().errorCode == 401)
                    #expect(await client.hear() == .close(1013, "No longer signed in"))
                }
                client.close()
            }
            let blocked = try #require(await SocketClient(front))
            defer { blocked.close() }
            #expect(await blocked.hear().data["user"] == .null)
        }
    }

    /// A time of day that a test moves.
    private final class Moment: Sendable {
        private let microseconds = Mutex(Int64(1_800_000_000_000_000))

        var value: Int64 { microseconds.withLock { $0 } }

        func advance(days: Int64) { microseconds.withLock { $0 += days * 86_400_000_000 } }
    }

    @Test("the presences of a socket end with it")
    func endsPresences() async throws {
        try await withFront { front in
            let client = try await open(front, try await front.signUp("ann"))
            _ = await client.hear()
            let watcher = try await open(front, try await front.signUp("ben"))
            defer { watcher.close() }
            _ = await watcher.hear()
            _ = await watcher.subscribe("p", "presences")
            let answer = await client.ask(
                #"{"type":"presence","data":{"status":"online","presenceId":"desk","permissions":["read(\"users\")"]}}"#
            )
            #expect(answer.data["presence"]?["$id"] == "desk")
            #expect(answer.data["presence"]?["userId"] == "ann")
            #expect(await watcher.hear().data["events"]?.strings?.first == "presences.desk.upsert")
            client.close()
            #expect(await watcher.hear().data["events"]?.strings?.first == "presences.desk.delete")
            #expect(try await front.run("presences.list")["total"] == 0)
        }
    }
}
