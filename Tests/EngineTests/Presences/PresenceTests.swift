import Testing
import Values

@testable import Engine

@Suite("Presences")
struct PresenceTests {
    private static let now: JSON = "2026-11-22T08:00:00.000+00:00"
    private static let unknown = Refusal("presence_not_found", 404, "presenceId")

    private func upsert(_ engine: TestEngine, _ id: String, _ arguments: JSONObject, as actor: Actor? = .user("ann"))
        async throws -> JSON
    {
        var all: JSONObject = ["presenceId": .string(id), "status": "online"]
        for (key, value) in arguments.members { all[key] = value }
        return try await engine.call("presences.upsert", all, as: actor)
    }

    private func listed(_ engine: TestEngine, _ queries: [JSON] = [], as actor: Actor? = nil) async throws -> [JSON] {
        try await engine.call("presences.list", ["queries": .array(queries)], as: actor)["presences"]?.each("$id") ?? []
    }

    @Test(arguments: Backend.available)
    func aUserSaysThatItIsThere(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let expected: JSON = [
                "$id": "laptop", "$createdAt": Self.now, "$updatedAt": Self.now,
                "$permissions": ["read(\"user:ann\")", "update(\"user:ann\")", "delete(\"user:ann\")"],
                "userId": "ann", "status": "online", "source": "rest", "expiresAt": "2026-12-22T08:00:00.000+00:00",
                "metadata": ["page": "/cart"],
            ]
            let presence = try await upsert(engine, "laptop", ["metadata": ["page": "/cart"]])
            #expect(presence == expected)
            #expect(try await engine.call("presences.get", ["presenceId": "laptop"], as: .user("ann")) == expected)
            #expect(try await engine.call("presences.list", as: .user("ann")) == ["total": 1, "presences": [expected]])
        }
    }

    @Test(arguments: Backend.available)
    func sayingItAgainReplacesIt(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "p", ["metadata": ["a": 1], "permissions": ["read(\"users\")"]])
            engine.clock.advance(milliseconds: 1000)
            let second = try await upsert(engine, "p", ["status": "away"])
            #expect(second["status"] == "away")
            #expect(second["metadata"] == [:])
            #expect(second["$createdAt"] == Self.now)
            #expect(second["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try await listed(engine, as: .user("ben")) == [])
        }
    }

    @Test(arguments: Backend.available)
    func aKeySpeaksForAUser(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeUser(of: .user("ann"))
            let presence = try await upsert(engine, "p", ["userId": "ann"], as: nil)
            #expect(presence["userId"] == "ann")
            #expect(presence["$permissions"] == [])
            #expect(try await listed(engine, as: .user("ann")) == ["p"])
            let arguments: JSONObject = ["presenceId": "q", "status": "online"]
            let apiKey: JSONObject = ["keyId": "k", "name": "K", "scopes": ["presences.write"]]
            try await engine.call("project.createKey", apiKey)
            for key in [Actor.key, .apiKey("k")] {
                let nobody = try await engine.refusal("presences.upsert", arguments, as: key)
                #expect(nobody == Refusal("general_argument_invalid", 400, "userId"))
            }
            let stranger = try await engine.refusal(
                "presences.upsert",
                JSONObject(arguments.members + [("userId", "none")])
            )
            #expect(stranger == Refusal("user_not_found", 404, "userId"))
        }
    }

    @Test(arguments: Backend.available)
    func nobodySpeaksForOthers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "p", ["userId": "ann", "permissions": ["read(\"any\")"]])
            var arguments: JSONObject = ["presenceId": "q", "status": "online", "userId": "ann"]
            let other = try await engine.refusal("presences.upsert", arguments, as: .user("ben"))
            #expect(other == Refusal("user_unauthorized", 401, "userId"))
            arguments = ["presenceId": "p", "status": "online"]
            let taken = try await engine.refusal("presences.upsert", arguments, as: .user("ben"))
            #expect(taken == Refusal("presence_already_exists", 409, "presenceId"))
            arguments["permissions"] = ["read(\"team:red\")"]
            let grant = try await engine.refusal("presences.upsert", arguments, as: .user("ann"))
            #expect(grant == Refusal("user_unauthorized", 401, "permissions[0]"))
            #expect(try await engine.refusal("presences.upsert", arguments, as: .guest).status == 401)
        }
    }

    @Test(arguments: Backend.available)
    func permissionsOpenItToOthers(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "open", ["permissions": ["read(\"users\")"]])
            _ = try await upsert(engine, "shared", ["permissions": ["read(\"users\")", "update(\"users\")"]])
            _ = try await upsert(engine, "closed", [:])
            #expect(try await listed(engine, as: .user("ben")) == ["open", "shared"])
            #expect(try await listed(engine, as: .user("ann")) == ["open", "shared", "closed"])
            #expect(try await listed(engine) == ["open", "shared", "closed"])
            let ben = Actor.user("ben")
            #expect(try await engine.refusal("presences.get", ["presenceId": "closed"], as: ben) == Self.unknown)
            let denied = Refusal("user_unauthorized", 401, "presenceId")
            for operation in ["update", "delete"] {
                #expect(try await engine.refusal("presences." + operation, ["presenceId": "open"], as: ben) == denied)
            }
            let changed = try await engine.call(
                "presences.update",
                ["presenceId": "shared", "status": "seen"],
                as: ben
            )
            #expect(changed["status"] == "seen")
            #expect(changed["userId"] == "ann")
            let moved = try await engine.refusal(
                "presences.update",
                ["presenceId": "shared", "userId": "ben"],
                as: ben
            )
            #expect(moved == Refusal("user_unauthorized", 401, "userId"))
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateChangesWhatItNames(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let first = try await upsert(engine, "p", ["metadata": ["a": 1]])
            engine.clock.advance(milliseconds: 1000)
            let second = try await engine.call(
                "presences.update",
                ["presenceId": "p", "expiresAt": "2026-11-23T00:00:00Z"],
                as: .user("ann")
            )
            var expected = first.object!
            expected["$updatedAt"] = "2026-11-22T08:00:01.000+00:00"
            expected["expiresAt"] = "2026-11-23T00:00:00.000+00:00"
            #expect(second == .object(expected))
            let third = try await engine.call(
                "presences.update",
                ["presenceId": "p", "metadata": ["b": 2], "permissions": ["read(\"any\")"]],
                as: .user("ann")
            )
            #expect(third["metadata"] == ["b": 2])
            #expect(third["$permissions"] == ["read(\"any\")"])
            #expect(third["status"] == "online")
        }
    }

    @Test(arguments: Backend.available)
    func aPresenceEndsByItself(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "p", ["expiresAt": "2026-11-22T08:00:10Z"])
            engine.clock.advance(milliseconds: 10_000)
            #expect(try await engine.refusal("presences.get", ["presenceId": "p"]) == Self.unknown)
            #expect(try await engine.refusal("presences.update", ["presenceId": "p"]) == Self.unknown)
            #expect(try await engine.call("presences.list") == ["total": 0, "presences": []])
            let new = try await upsert(engine, "p", [:], as: .user("ben"))
            #expect(new["userId"] == "ben")
            #expect(new["$createdAt"] == "2026-11-22T08:00:10.000+00:00")
        }
    }

    @Test(arguments: Backend.available)
    func theEndIsNoMoreThan30DaysAway(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            for end in ["2026-11-22T08:00:00Z", "2026-12-22T08:00:00.001Z", "soon"] {
                let refusal = try await engine.refusal(
                    "presences.upsert",
                    ["presenceId": "p", "status": "online", "expiresAt": .string(end)],
                    as: .user("ann")
                )
                #expect(refusal == Refusal("general_argument_invalid", 400, "expiresAt"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func listsAreFilteredAndPaged(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "a", [:], as: .user("ann"))
            _ = try await upsert(engine, "b", ["status": "away"], as: .user("ben"))
            _ = try await upsert(engine, "c", [:], as: .user("ben"))
            #expect(try await listed(engine, [query("equal", "userId", "ben")]) == ["b", "c"])
            #expect(try await listed(engine, [query("equal", "status", "online")]) == ["a", "c"])
            #expect(try await listed(engine, [query("limit", nil, 1), query("cursorAfter", nil, "a")]) == ["b"])
            let hidden: JSONObject = ["queries": [query("cursorAfter", nil, "a")]]
            let refusal = try await engine.refusal("presences.list", hidden, as: .user("ben"))
            #expect(refusal == Refusal("general_cursor_not_found", 400, "queries"))
        }
    }

    @Test(arguments: Backend.available)
    func deletingEndsItAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "p", [:])
            #expect(try await engine.call("presences.delete", ["presenceId": "p"], as: .user("ann")) == [:])
            #expect(try await engine.refusal("presences.get", ["presenceId": "p"]) == Self.unknown)
            #expect(
                try await engine.events().map(\.name) == ["presences.p.upsert", "presences.p.delete"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func aListFromMemoryIsNeverOlderThanTheLastChange(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            _ = try await upsert(engine, "p", [:])
            func list(as actor: Actor? = nil) async throws -> (CacheOutcome?, JSON?) {
                let response = try await engine.engine.execute(
                    Invocation("presences.list", ["ttl": 300], as: actor)
                )
                return (response.cache, try JSON(parsing: response.encoded)["presences"])
            }
            #expect(try await list().0 == .miss)
            _ = try await list()
            let hit = try await list()
            #expect(hit.0 == .hit)
            #expect(hit.1?.each("status") == ["online"])
            #expect(try await list(as: .user("ann")).0 == .miss)
            try await engine.call("presences.update", ["presenceId": "p", "status": "away"])
            let changed = try await list()
            #expect(changed.0 == .miss)
            #expect(changed.1?.each("status") == ["away"])
            #expect(try await list().0 == .hit)
            try await engine.call("teams.create", ["teamId": "red", "name": "Red"])
            #expect(try await list().0 == .hit)
        }
    }
}
