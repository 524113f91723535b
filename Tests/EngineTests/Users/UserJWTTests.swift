import Testing
import Values

@testable import Engine

@Suite("JWTs of users")
struct UserJWTTests {
    /// The claims of a token, not checked.
    private func claims(_ answer: JSON) throws -> JSON {
        #expect(answer.object?.keys == ["jwt"])
        let parts = try #require(answer["jwt"]?.string).split(separator: ".")
        #expect(parts.count == 3)
        return try JSON(parsing: try #require(JWT.decode(parts[1])))
    }

    @Test(arguments: Backend.available)
    func aTokenActsAsTheUserUntilItsSessionEnds(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann")
            let session = try await engine.call("users.createSession", ["userId": "ann"])["$id"]!
            let recent = try await engine.call("users.createJWT", ["userId": "ann"])
            let named = try await engine.call(
                "users.createJWT",
                ["userId": "ann", "sessionId": session, "duration": 3600]
            )
            let now = engine.clock.wallClock.now.milliseconds / 1000
            for (token, seconds) in [(recent, 900), (named, 3600)] as [(JSON, Int64)] {
                let claims = try claims(token)
                #expect(claims["userId"] == "ann")
                #expect(claims["sessionId"] == session)
                #expect(claims["exp"] == .int(now + seconds))
                let actor = try await engine.engine.actor(of: .jwt(token["jwt"]!.string!))
                #expect(actor == .session(user: "ann", id: session.string!))
            }
            for event in try await engine.events() {
                #expect(!String(decoding: event.payload, as: UTF8.self).contains(recent["jwt"]!.string!))
            }
            engine.clock.advance(milliseconds: 900_000)
            await #expect(throws: AppError.self) {
                try await engine.engine.actor(of: .jwt(recent["jwt"]!.string!))
            }
        }
    }

    @Test(arguments: Backend.available)
    func withoutASessionItEndsByItsTimeOnly(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeUser("ann")
            let token = try await engine.call("users.createJWT", ["userId": "ann", "duration": 60])
            #expect(try claims(token)["sessionId"] == "")
            #expect(try await engine.engine.actor(of: .jwt(token["jwt"]!.string!)) == .user("ann"))
            #expect(
                try await engine.refusal("users.createJWT", ["userId": "ann", "sessionId": "none"])
                    == Refusal("user_session_not_found", 404, "sessionId")
            )
            #expect(
                try await engine.refusal("users.createJWT", ["userId": "ann", "duration": 3601])
                    == Refusal("general_argument_invalid", 400, "duration")
            )
        }
    }
}
