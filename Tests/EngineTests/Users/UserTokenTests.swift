import Testing
import Values

@testable import Engine

@Suite("Tokens of users")
struct UserTokenTests {
    @Test(arguments: Backend.available)
    func aTokenShowsItsSecretOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let token = try await engine.call("users.createToken", ["userId": "ann"])
            #expect(
                token.without("$id", "secret") == [
                    "$createdAt": "2026-11-22T08:00:00.000+00:00", "userId": "ann",
                    "expire": "2026-11-22T08:15:00.000+00:00", "phrase": "",
                ]
            )
            #expect(token["secret"]?.string?.count == 6)
            let event = try #require(try await engine.events().last)
            #expect(event.name == "users.ann.tokens.\(token["$id"]!.string!).create")
            #expect(try JSON(parsing: event.payload)["secret"] == "")
            let long = try await engine.call("users.createToken", ["userId": "ann", "length": 128, "expire": 60])
            #expect(long["secret"]?.string?.count == 128)
            #expect(long["expire"] == "2026-11-22T08:01:00.000+00:00")
            for (argument, value) in [("length", 3), ("length", 129), ("expire", 59), ("expire", 31_536_001)]
                as [(String, JSON)]
            {
                #expect(
                    try await engine.refusal("users.createToken", ["userId": "ann", argument: value])
                        == Refusal("general_argument_invalid", 400, argument)
                )
            }
        }
    }

    @Test(arguments: Backend.available)
    func theStoreHoldsADigestOnly(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser("ann")
            let token = try await engine.call("users.createToken", ["userId": "ann", "length": 64])["secret"]!.string!
            #expect(try await !backend.holds(token, engine.folder))
            #expect(try await backend.holds(Secret.digest(token), engine.folder))
        }
    }
}
