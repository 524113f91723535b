import Testing
import Values

@testable import Engine

@Suite("Cached lists that reach other tables")
struct RelatedListTests {
    /// Lists books with the names of their authors.
    private func list(
        _ engine: TestEngine,
        _ more: JSONObject = ["ttl": 60],
        as actor: Actor? = nil
    ) async throws -> (cache: CacheOutcome?, text: String) {
        var arguments: JSONObject = ["databaseId": "d", "tableId": "books"]
        arguments["queries"] = [query("select", nil, "title", "author.name")]
        for (key, value) in more.members { arguments[key] = value }
        if let actor { try await engine.makeUser(of: actor) }
        let response = try await engine.engine.execute(Invocation("tablesDB.listRows", arguments, as: actor))
        return (response.cache, String(decoding: response.encoded, as: UTF8.self))
    }

    private func withBooks(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary(permissions: ["read(\"any\")"])
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.make("authors", "a", ["name": "Ann"])
            try await engine.make("books", "b", ["title": "One", "author": "a"])
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func obeyTheRightsOfTheOtherTableAtOnce(_ backend: Backend) async throws {
        try await withBooks(backend) { engine in
            let first = try await list(engine, as: .guest)
            #expect(first.cache == .miss)
            #expect(first.text.contains("Ann"))
            let second = try await list(engine, as: .guest)
            #expect(second.cache == .hit)
            #expect(second.text == first.text)
            try await engine.call(
                "tablesDB.updateTable",
                ["databaseId": "d", "tableId": "authors", "permissions": ["read(\"users\")"]]
            )
            let closed = try await list(engine, as: .guest)
            #expect(closed.cache == .miss)
            #expect(!closed.text.contains("Ann"))
            let user = try await list(engine, as: .user("u"))
            #expect(user.cache == .miss)
            #expect(user.text.contains("Ann"))
        }
    }

    @Test(arguments: Backend.available)
    func showTheLastWriteToAnyTableWhereStrict(_ backend: Backend) async throws {
        try await withBooks(backend) { engine in
            let strict: JSONObject = ["ttl": 60, "freshness": "strict"]
            let first = try await list(engine, strict)
            #expect(first.cache == .miss)
            let second = try await list(engine, strict)
            #expect(second.cache == .hit)
            try await engine.change("authors", "a", ["name": "Zoe"])
            let relaxed = try await list(engine)
            #expect(relaxed.cache == .hit)
            #expect(relaxed.text.contains("Ann"))
            let third = try await list(engine, strict)
            #expect(third.cache == .miss)
            #expect(third.text.contains("Zoe"))
        }
    }
}
