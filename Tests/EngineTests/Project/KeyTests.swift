import Testing
import Values

@testable import Engine

@Suite("API keys")
struct KeyTests {
    private static let backend: JSONObject = [
        "keyId": "k", "name": "Backend", "scopes": ["rows.read", "rows.write", "rows.read"],
        "expire": "2027-01-01T00:00:00Z",
    ]

    @Test(arguments: Backend.available)
    func theSecretIsShownOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let made = try await engine.call("project.createKey", Self.backend)
            let secret = try #require(made["secret"]?.string)
            #expect(secret.hasPrefix("standard_"))
            #expect(secret.count == 9 + 256)
            #expect(secret.dropFirst(9).allSatisfy { $0.isHexDigit && !$0.isUppercase })
            let kept: JSON = [
                "$id": "k", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "name": "Backend",
                "expire": "2027-01-01T00:00:00.000+00:00", "scopes": ["rows.read", "rows.write"], "secret": "",
                "accessedAt": "", "sdks": [],
            ]
            #expect(made.without("secret") == kept.without("secret"))
            #expect(try await engine.call("project.getKey", ["keyId": "k"]) == kept)
            #expect(try await engine.call("project.listKeys") == ["total": 1, "keys": [kept]])
            #expect(try await !backend.holds(secret, engine.folder))
            #expect(try await !backend.holds(String(secret.dropFirst(9)), engine.folder))
            let event = try #require(try await engine.events().last)
            #expect(event.name == "keys.k.create")
            #expect(try JSON(parsing: event.payload) == kept)
        }
    }

    @Test(arguments: Backend.available)
    func anUpdateReplacesNameScopesAndEnd(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.createKey", Self.backend)
            engine.clock.advance(milliseconds: 1000)
            let updated = try await engine.call(
                "project.updateKey",
                ["keyId": "k", "name": "Reader", "scopes": ["rows.read"]]
            )
            #expect(updated["name"] == "Reader")
            #expect(updated["scopes"] == ["rows.read"])
            #expect(updated["expire"] == "")
            #expect(updated["secret"] == "")
            #expect(updated["$updatedAt"] == "2026-11-22T08:00:01.000+00:00")
            #expect(try await engine.call("project.getKey", ["keyId": "k"]) == updated)
            #expect(try await engine.events().last?.name == "keys.k.update")
        }
    }

    @Test(arguments: Backend.available)
    func keysAreListedByWhatTheyMayDo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.createKey", Self.backend)
            try await engine.call("project.createKey", ["keyId": "w", "name": "Writer", "scopes": ["rows.write"]])
            func found(_ queries: JSON...) async throws -> [JSON]? {
                try await engine.call("project.listKeys", ["queries": .array(queries)])["keys"]?.each("$id")
            }
            #expect(try await found(query("contains", "scopes", "rows.read")) == ["k"])
            #expect(try await found(query("isNull", "expire")) == ["w"])
            #expect(try await found(query("orderDesc", "name")) == ["w", "k"])
        }
    }

    @Test(arguments: Backend.available)
    func refusals(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.createKey", Self.backend)
            #expect(
                try await engine.refusal("project.createKey", Self.backend)
                    == Refusal("key_already_exists", 409, "keyId")
            )
            let unknown = Refusal("key_not_found", 404, "keyId")
            #expect(try await engine.refusal("project.getKey", ["keyId": "x"]) == unknown)
            #expect(
                try await engine.refusal("project.updateKey", ["keyId": "x", "name": "X", "scopes": []]) == unknown
            )
            #expect(try await engine.refusal("project.deleteKey", ["keyId": "x"]) == unknown)
            let invalid = "general_argument_invalid"
            #expect(
                try await engine.refusal("project.createKey", ["keyId": "x", "name": "X", "scopes": ["rows.eat"]])
                    == Refusal(invalid, 400, "scopes[0]")
            )
            #expect(
                try await engine.refusal(
                    "project.createKey",
                    ["keyId": "x", "name": "X", "scopes": [], "expire": "soon"]
                ) == Refusal(invalid, 400, "expire")
            )
            #expect(try await engine.call("project.deleteKey", ["keyId": "k"]) == [:])
            #expect(try await engine.refusal("project.getKey", ["keyId": "k"]) == unknown)
            #expect(try await engine.events().last?.name == "keys.k.delete")
        }
    }

    @Test(arguments: Backend.available)
    func aNarrowedProcessHandsOnOnlyWhatItHas(_ backend: Backend) async throws {
        try await withEngine(backend, access: Access(scopes: ["keys.write", "rows.read"])) { engine in
            let denied = Refusal("key_creation_denied", 403, "scopes[1]")
            let wide: JSONObject = ["keyId": "x", "name": "X", "scopes": ["rows.read", "rows.write"]]
            #expect(try await engine.refusal("project.createKey", wide) == denied)
            try await engine.call("project.createKey", ["keyId": "x", "name": "X", "scopes": ["rows.read"]])
            #expect(try await engine.refusal("project.updateKey", wide) == denied)
        }
    }
}
