import Testing
import Values

@testable import Engine

@Suite("API keys as actors")
struct APIKeyActorTests {
    /// Runs a test with the table `t` and a key that may read rows and make keys.
    private func withKey(_ backend: Backend, _ body: (TestEngine, Credential) async throws -> Void) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([["key": "a", "type": "integer"]])
            let key = try await engine.call(
                "project.createKey",
                [
                    "keyId": "k", "name": "Backend", "scopes": ["rows.read", "keys.write"],
                    "expire": "2026-11-23T08:00:00Z",
                ]
            )
            try await body(engine, .key(key["secret"]?.string ?? ""))
        }
    }

    private func refusal(_ engine: TestEngine, _ operation: String, _ arguments: JSONObject, _ credential: Credential)
        async throws -> Refusal
    {
        do {
            let answer = try await engine.call(operation, arguments, by: credential)
            return Refusal("none", 200, answer.text)
        } catch let error as AppError {
            return Refusal(error)
        }
    }

    private static let rows: JSONObject = ["databaseId": "d", "tableId": "t"]
    private static let row: JSONObject = ["databaseId": "d", "tableId": "t", "rowId": "r", "data": [:]]
    private static let lacksScope = Refusal("general_unauthorized_scope", 401)
    private static let unknown = Refusal("user_unauthorized", 401, "as")

    @Test(arguments: Backend.available)
    func aKeyDoesWhatItsScopesSay(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            #expect(try await engine.call("tablesDB.listRows", Self.rows, by: key)["total"] == 0)
            #expect(try await refusal(engine, "tablesDB.createRow", Self.row, key) == Self.lacksScope)
            try await engine.call(
                "project.updateKey",
                ["keyId": "k", "name": "Backend", "scopes": ["rows.write"], "expire": "2026-11-23T08:00:00Z"]
            )
            #expect(try await refusal(engine, "tablesDB.listRows", Self.rows, key) == Self.lacksScope)
            #expect(try await engine.call("tablesDB.createRow", Self.row, by: key)["$id"] == "r")
            #expect(try await engine.events().last?.actor == "key:k")
        }
    }

    @Test(arguments: Backend.available)
    func whatLooksAtNothingInTheStoreNeedsItsScopeToo(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key async throws in
            #expect(try await refusal(engine, "health.getTime", [:], key) == Self.lacksScope)
            let domain: JSONObject = ["domain": "example.org"]
            #expect(try await refusal(engine, "health.getCertificate", domain, key) == Self.lacksScope)
        }
    }

    @Test(arguments: Backend.available)
    func aKeyEndsWithItsTimeOrItsDeletion(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            engine.clock.advance(milliseconds: 86_399_999)
            #expect(try await engine.call("tablesDB.listRows", Self.rows, by: key)["total"] == 0)
            engine.clock.advance(milliseconds: 1)
            let expired = Refusal("project_key_expired", 401, "as")
            #expect(try await refusal(engine, "tablesDB.listRows", Self.rows, key) == expired)
            try await engine.call("project.updateKey", ["keyId": "k", "name": "B", "scopes": ["rows.read"]])
            #expect(try await engine.call("tablesDB.listRows", Self.rows, by: key)["total"] == 0)
            try await engine.call("project.deleteKey", ["keyId": "k"])
            #expect(try await refusal(engine, "tablesDB.listRows", Self.rows, key) == Self.unknown)
        }
    }

    @Test(arguments: Backend.available)
    func aKeptListIsForKeysThatAreGoodNow(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            var kept = Self.rows
            kept["ttl"] = 3600
            let (other, arguments) = (TestEngine(backend, engine.folder, clock: engine.clock), kept)
            func list() async throws -> CacheOutcome? {
                var invocation = Invocation("tablesDB.listRows", arguments)
                invocation.credential = key
                return try await engine.engine.execute(invocation).cache
            }
            #expect(try await list() == .miss)
            #expect(try await list() == .hit)
            // Another process writes, which has nothing to do with the key, and then narrows and removes it.
            try await other.on("createRow", ["rowId": "r", "data": [:]])
            #expect(try await list() == .hit)
            try await other.call("project.updateKey", ["keyId": "k", "name": "B", "scopes": ["rows.write"]])
            #expect(try await refusal(engine, "tablesDB.listRows", arguments, key) == Self.lacksScope)
            try await other.call("project.updateKey", ["keyId": "k", "name": "B", "scopes": ["rows.read"]])
            #expect(try await list() == .hit)
            try await other.call("project.deleteKey", ["keyId": "k"])
            let gone = try await refusal(engine, "tablesDB.listRows", arguments, key)
            #expect(gone == Self.unknown)
            await other.engine.close()
        }
    }

    @Test(arguments: Backend.available)
    func anotherSecretOpensNothing(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            guard case .key(let secret) = key else { return }
            for text in ["", "standard_", "ephemeral_", "ephemeral_a.b.c", String(secret.dropLast()), secret + "0"] {
                let found = try await refusal(engine, "tablesDB.listRows", Self.rows, .key(text))
                #expect(found == Self.unknown, "\(text)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func onlyTheOwnerMakesKeysThatLast(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            let new: JSONObject = ["keyId": "n", "name": "N", "scopes": ["rows.read"]]
            let made = try await refusal(engine, "project.createKey", new, key)
            #expect(made == Self.lacksScope)
            let wider: JSONObject = ["keyId": "k", "name": "N", "scopes": ["rows.read", "rows.write"]]
            let denied = Refusal("key_creation_denied", 403, "scopes[1]")
            let widened = try await refusal(engine, "project.updateKey", wider, key)
            #expect(widened == denied)
            let ephemeral: JSONObject = ["scopes": ["rows.read", "rows.write"], "duration": 60]
            let passing = try await refusal(engine, "project.createEphemeralKey", ephemeral, key)
            #expect(passing == denied)
        }
    }

    @Test(arguments: Backend.available)
    func anEphemeralKeyIsKeptNowhere(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            let made = try await engine.call(
                "project.createEphemeralKey",
                ["scopes": ["rows.read"], "duration": 60],
                by: key
            )
            let secret = try #require(made["secret"]?.string)
            #expect(secret.hasPrefix("ephemeral_"))
            #expect(made["expire"] == "2026-11-22T08:01:00.000+00:00")
            #expect(made["scopes"] == ["rows.read"])
            let kept = try await engine.call("project.listKeys")["total"]
            #expect(kept == 1)
            let isInClear = try await backend.holds(secret, engine.folder)
            #expect(!isInClear)
            let event = try #require(try await engine.events().last)
            let payload = try JSON(parsing: event.payload)
            #expect(event.ids == [made["$id"]?.string ?? ""])
            #expect(event.event == "keys.[keyId].create")
            #expect(payload["secret"] == "")

            let ephemeral = Credential.key(secret)
            func total(_ more: JSONObject = [:]) async throws -> JSON? {
                try await engine.call("tablesDB.listRows", JSONObject(Self.rows.members + more.members), by: ephemeral)[
                    "total"
                ]
            }
            for arguments: JSONObject in [[:], ["ttl": 60]] {
                let rows = try await total(arguments)
                #expect(rows == 0)
            }
            let write = try await refusal(engine, "tablesDB.createRow", Self.row, ephemeral)
            #expect(write == Self.lacksScope)
            engine.clock.advance(milliseconds: 59_999)
            let last = try await total()
            #expect(last == 0)
            engine.clock.advance(milliseconds: 1)
            let late = try await refusal(engine, "tablesDB.listRows", Self.rows, ephemeral)
            #expect(late == Self.unknown)
        }
    }

    @Test(arguments: Backend.available)
    func lastUseIsNotedOnceADay(_ backend: Backend) async throws {
        try await withKey(backend) { engine, key in
            var seen: [JSON] = []
            func look() async throws {
                seen.append(try await engine.call("project.getKey", ["keyId": "k"])["accessedAt"] ?? .null)
            }
            try await look()
            try await engine.call("tablesDB.listRows", Self.rows, by: key)
            try await look()
            engine.clock.advance(milliseconds: 3_600_000)
            try await engine.call("tablesDB.listRows", Self.rows, by: key)
            try await look()
            try await engine.call("project.updateKey", ["keyId": "k", "name": "B", "scopes": ["rows.read"]])
            engine.clock.advance(milliseconds: 82_800_000)
            try await engine.call("tablesDB.listRows", Self.rows, by: key)
            try await look()
            #expect(
                seen == [
                    "", "2026-11-22T08:00:00.000+00:00", "2026-11-22T08:00:00.000+00:00",
                    "2026-11-23T08:00:00.000+00:00",
                ]
            )
            // That is no change of the key.
            let kept = try await engine.call("project.getKey", ["keyId": "k"])
            #expect(kept["$updatedAt"] == "2026-11-22T09:00:00.000+00:00")
        }
    }
}

extension TestEngine {
    /// Runs an operation for somebody who has a secret.
    @discardableResult
    func call(_ operation: String, _ arguments: JSONObject = [:], by credential: Credential) async throws -> JSON {
        var invocation = Invocation(operation, arguments)
        invocation.credential = credential
        return try await answer(invocation)
    }
}
