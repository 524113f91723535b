import Catalog
import Storage
import Testing
import Values

@testable import Engine

@Suite("Signed tokens")
struct TokenTests {
    /// Signs in the transaction of some call, and reads back.
    private func token(_ engine: TestEngine, _ user: UserToken, seconds: Int64) async throws -> String {
        let pipeline = engine.engine.pipeline
        let call = Call(
            operation: engine.engine.catalog.operation("project.updateLabels")!,
            arguments: [:],
            actor: .key,
            now: engine.clock.wallClock.now,
            clock: engine.clock.wallClock
        )
        return try await pipeline.store.write(grouped: false) { session in
            try user.text(seconds: seconds, try WriteContext(call, writing: session, pipeline))
        }
    }

    private func read(_ engine: TestEngine, _ text: String) async throws -> UserToken? {
        let now = engine.clock.wallClock.now
        return try await engine.engine.pipeline.store.read { try UserToken(text, at: now, in: $0) }
    }

    private static let token = UserToken(user: "ann", session: "s")

    @Test(arguments: Backend.available)
    func aTokenSaysWhoUntilItEnds(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let text = try await token(engine, Self.token, seconds: 900)
            #expect(try await read(engine, text) == Self.token)
            let claims = try #require(JWT.decode(text.split(separator: ".")[1]))
            #expect(
                try JSON(parsing: claims)
                    == ["userId": "ann", "sessionId": "s", "iat": 1_795_334_400, "exp": 1_795_335_300]
            )
            engine.clock.advance(milliseconds: 899_999)
            #expect(try await read(engine, text) == Self.token)
            engine.clock.advance(milliseconds: 1)
            #expect(try await read(engine, text) == nil)
        }
    }

    @Test(arguments: Backend.available)
    func aTokenThatWasTouchedIsNone(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let text = try await token(engine, Self.token, seconds: 900)
            let parts = text.split(separator: ".").map(String.init)
            func part(_ json: JSON) -> String { JWT.encode(json.encoded) }
            let other = part(["userId": "bob", "sessionId": "", "exp": 9_000_000_000])
            let none = part(["typ": "JWT", "alg": "none"])
            for forged in [
                "", ".", "..", "\(parts[0]).\(parts[1])", "\(parts[0]).\(parts[1]).",
                "\(parts[0]).\(other).\(parts[2])",
                "\(none).\(other).", "\(none).\(parts[1]).\(parts[2])", text + "A", text + ".", text + "=",
                part(["alg": "HS256", "kid": "nobody"]) + ".\(parts[1]).\(parts[2])",
            ] {
                #expect(try await read(engine, forged) == nil, "\(forged)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func theSigningKeyChangesEveryThirtyDays(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            func header(_ text: String) throws -> JSON? {
                try JSON(parsing: try #require(JWT.decode(text.split(separator: ".")[0])))["kid"]
            }
            let first = try await token(engine, Self.token, seconds: 3600)
            let second = try await token(engine, Self.token, seconds: 3600)
            #expect(first == second)
            engine.clock.advance(milliseconds: 30 * 86_400_000 - 1)
            let last = try await token(engine, Self.token, seconds: 3600)
            engine.clock.advance(milliseconds: 1)
            let new = try await token(engine, Self.token, seconds: 3600)
            let signers = try [first, last, new].map { try header($0) }
            #expect(signers[0] == signers[1])
            #expect(signers[0] != signers[2])
            // What the key of before has signed is good until it ends.
            #expect(try await read(engine, last) == Self.token)
            #expect(try await read(engine, new) == Self.token)
            let keys = try await engine.engine.pipeline.store.read { try $0.signingKeys() }
            #expect(keys.count == 2)
        }
    }

    @Test(arguments: Backend.available)
    func theSigningKeyIsNotKeptInClear(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            _ = try await token(engine, Self.token, seconds: 60)
            let key = try #require(try await engine.engine.pipeline.store.read { try $0.signingKeys() }.first)
            #expect(key.hexadecimal.count == 64)
            let isInClear = try await backend.holds(key.hexadecimal, engine.folder)
            #expect(!isInClear)
        }
    }

    @Test(arguments: Backend.available)
    func aUserActsByAToken(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(permissions: ["read(\"user:ann\")"])
            try await engine.makeUser(of: .user("ann"))
            let text = try await token(engine, UserToken(user: "ann", session: nil), seconds: 60)
            let rows: JSONObject = ["databaseId": "d", "tableId": "t"]
            let listed = try await engine.call("tablesDB.listRows", rows, by: .jwt(text))
            #expect(listed["total"] == 0)
            // Its session has never been there.
            let gone = try await token(engine, Self.token, seconds: 60)
            do {
                try await engine.call("tablesDB.listRows", rows, by: .jwt(gone))
                Issue.record("a token outlives its session")
            } catch let error as AppError {
                #expect(error.code.status == 401)
            }
        }
    }
}
