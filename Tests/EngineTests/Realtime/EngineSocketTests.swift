import Testing
import Values

@testable import Engine

@Suite("Who is on a socket")
struct EngineSocketTests {
    @Test(arguments: Backend.available)
    func aSessionIsItsUserUntilItEnds(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.signUp("ann")
            let secret = try await engine.call("users.createSession", ["userId": "ann"])["secret"]?.string ?? ""
            let who = try await engine.engine.socketIdentity(of: .session(secret))
            #expect(who.listener.user == "ann")
            #expect(who.account["$id"] == "ann")
            #expect(who.account["email"] == "ann@example.org")
            #expect(who.expires != nil)
            func standing() async throws -> String {
                let answer = try await engine.engine.realtimeEvents(of: [], andStandingOf: [who.actor, .guest])
                #expect(try answer.standings[.guest]?.get() == .guest)
                switch answer.standings[who.actor] {
                case .success(let listener): return listener.user ?? "-"
                case .failure(let error): return error.code.type
                case nil: return "none"
                }
            }
            #expect(try await standing() == "ann")
            try await engine.call("users.updateStatus", ["userId": "ann", "status": false])
            #expect(try await standing() == "user_blocked")
            try await engine.call("users.updateStatus", ["userId": "ann", "status": true])
            #expect(try await standing() == "ann")
            try await engine.call("users.deleteSessions", ["userId": "ann"])
            #expect(try await standing() == "user_unauthorized")
            try await engine.call("users.delete", ["userId": "ann"])
            #expect(try await standing() == "user_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func withoutACredentialThereIsAGuestAndABadOneIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let guest = try await engine.engine.socketIdentity(of: nil)
            #expect(guest.listener == .guest)
            #expect(guest.account == .null)
            for credential in [Credential.session("x"), .jwt("x.y.z")] {
                let error = await #expect(throws: AppError.self) {
                    _ = try await engine.engine.socketIdentity(of: credential)
                }
                #expect(error?.code == .userUnauthorized)
            }
        }
    }

    @Test(arguments: Backend.available)
    func eventsAreToldAsTheTableIsNow(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"users\")"])
            try await engine.on("createRow", ["rowId": "a", "data": [:]])
            let records = try await engine.events().filter { $0.name.hasSuffix("rows.a.create") }
            func roles() async throws -> [[String]] {
                try await engine.engine.realtimeEvents(of: records, andStandingOf: []).events.map(\.roles)
            }
            #expect(try await roles() == [["users"]])
            try await engine.on("updateTable", ["name": "T", "permissions": ["read(\"label:vip\")"]])
            #expect(try await roles() == [["label:vip"]])
            try await engine.on("updateTable", ["name": "T", "enabled": false])
            #expect(try await roles() == [[]])
        }
    }
}
