import Testing
import Values

@testable import Engine

@Suite("Sessions of users")
struct UserSessionTests {
    @Test(arguments: Backend.available)
    func aNewSessionIsAnsweredInFullWithItsSecretOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let created = try await engine.call("users.createSession", ["userId": "ann"])
            let id = try #require(created["$id"])
            let secret = try #require(created["secret"]?.string)
            let expected: JSON = [
                "$id": id, "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
                "userId": "ann", "expire": "2027-11-22T08:00:00.000+00:00", "provider": "server", "providerUid": "",
                "providerAccessToken": "", "providerAccessTokenExpiry": "", "providerRefreshToken": "", "ip": "",
                "osCode": "", "osName": "", "osVersion": "", "clientType": "", "clientCode": "", "clientName": "",
                "clientVersion": "", "clientEngine": "", "clientEngineVersion": "", "deviceName": "",
                "deviceBrand": "", "deviceModel": "", "countryCode": "--", "countryName": "Unknown", "current": false,
                "factors": ["server"], "secret": "", "mfaUpdatedAt": "",
            ]
            #expect(created.without("secret") == expected.without("secret"))
            #expect(SessionToken(secret)?.user == "ann")
            let list = try await engine.call("users.listSessions", ["userId": "ann"])
            #expect(list == ["total": 1, "sessions": [expected]])
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.sessions.\(id.string!).create")
            #expect(try JSON(parsing: event.payload) == expected)
        }
    }

    @Test(arguments: Backend.available)
    func theSecretActsAsTheUserUntilTheSessionEnds(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(permissions: ["read(\"user:ann\")"])
            try await engine.makeUser("ann")
            func open() async throws -> (id: JSON, credential: Credential) {
                let session = try await engine.call("users.createSession", ["userId": "ann"])
                return (session["$id"]!, .session(session["secret"]!.string!))
            }
            func reads(_ credential: Credential) async throws -> Bool {
                do {
                    let actor = try await engine.engine.actor(of: credential)
                    return try await engine.on("listRows", as: actor)["total"] == 0
                } catch let error as AppError {
                    #expect(error.code == .userUnauthorized)
                    return false
                }
            }
            let (first, second, third) = (try await open(), try await open(), try await open())
            #expect(try await reads(first.credential))
            try await engine.call("users.deleteSession", ["userId": "ann", "sessionId": first.id])
            #expect(try await engine.events().last?.name == "users.ann.sessions.\(first.id.string!).delete")
            #expect(try await !reads(first.credential))
            #expect(try await reads(second.credential))
            #expect(
                try await engine.refusal("users.deleteSession", ["userId": "ann", "sessionId": first.id])
                    == Refusal("user_session_not_found", 404, "sessionId")
            )
            try await engine.call("users.deleteSessions", ["userId": "ann"])
            #expect(try await engine.events().last?.name == "users.ann.sessions.delete")
            #expect(try await !reads(second.credential))
            #expect(try await !reads(third.credential))
            #expect(try await engine.call("users.listSessions", ["userId": "ann"])["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func allOfThemEndOnceThatIsConfirmed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            for _ in 0..<3 { try await engine.call("users.createSession", ["userId": "ann"]) }
            func end(_ token: String?) async throws -> JSON {
                try await engine.answer("users.deleteSessions", ["userId": "ann"]) {
                    $0.confirmation = .needed(token: token)
                }
            }
            let asked = try await end(nil)["confirm"]
            #expect(asked?["would"] == [["operation": "users.deleteSessions", "counts": ["sessions": 3]]])
            #expect(try await engine.call("users.listSessions", ["userId": "ann"])["total"] == 3)
            #expect(try await end(asked?["token"]?.string) == ["result": [:]])
            #expect(try await engine.call("users.listSessions", ["userId": "ann"])["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func theOldestGoBeyondTheLimitAndWithTime(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            var ids: [JSON] = []
            for _ in 0..<12 {
                engine.clock.advance(milliseconds: 1000)
                ids.append(try await engine.call("users.createSession", ["userId": "ann"])["$id"]!)
            }
            let open = try await engine.call("users.listSessions", ["userId": "ann"])
            #expect(open["sessions"]?.each("$id") == Array(ids.suffix(10)))
            engine.clock.advance(milliseconds: 365 * 86_400_000)
            #expect(try await engine.call("users.listSessions", ["userId": "ann"])["total"] == 0)
            #expect(
                try await engine.refusal("users.deleteSession", ["userId": "ann", "sessionId": ids[11]])
                    == Refusal("user_session_not_found", 404, "sessionId")
            )
            try await engine.call("users.createSession", ["userId": "ann"])
            #expect(try await engine.ids(in: IdentityTables.sessions).count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aSessionOfAnotherUserIsNotFound(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            try await engine.makeUser("bob")
            let session = try await engine.call("users.createSession", ["userId": "ann"])
            #expect(
                try await engine.refusal("users.deleteSession", ["userId": "bob", "sessionId": session["$id"]!])
                    == Refusal("user_session_not_found", 404, "sessionId")
            )
        }
    }

    @Test(arguments: Backend.available)
    func theStoreHoldsNoSecretInClear(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let session = try await engine.call("users.createSession", ["userId": "ann"])["secret"]!.string!
            for secret in [session, SessionToken(session)!.secret] {
                #expect(try await !backend.holds(secret, engine.folder))
            }
            #expect(try await backend.holds(Secret.digest(SessionToken(session)!.secret), engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func theProjectSaysHowManyAndHowLong(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.updateSessionLimitPolicy", ["total": 2])
            try await engine.call("project.updateSessionDurationPolicy", ["duration": 3600])
            try await engine.makeUser("ann")
            var ids: [JSON] = []
            for _ in 0..<3 { ids.append(try await engine.call("users.createSession", ["userId": "ann"])["$id"]!) }
            let open = try await engine.call("users.listSessions", ["userId": "ann"])["sessions"]
            #expect(open?.each("$id") == Array(ids.suffix(2)))
            #expect(open?.each("expire") == ["2026-11-22T09:00:00.000+00:00", "2026-11-22T09:00:00.000+00:00"])
        }
    }
}
