import Catalog
import Testing
import Values

@testable import Engine

@Suite("How often related rows make a call ask the store")
struct RoundTripTests {
    /// Asks for a page of books twice, so that the schema is known, and tells what the second call asked.
    private func questions(
        _ engine: TestEngine,
        _ table: String,
        _ fields: [String],
        total: Bool = true
    ) async throws -> [String] {
        let store = AskedStore(engine.store)
        let counted = Engine(catalog: .embedded, store: store, clock: engine.clock.wallClock)
        let call = Invocation(
            "tablesDB.listRows",
            [
                "databaseId": "d", "tableId": .string(table), "total": .bool(total),
                "queries": [["method": "select", "values": JSON(fields)]],
            ]
        )
        _ = try await counted.execute(call)
        _ = store.takeQuestions()
        let answer = try JSON(parsing: try await counted.execute(call).encoded)
        #expect(answer["rows"]?.array?.count == 25)
        return store.takeQuestions()
    }

    @Test(arguments: Backend.available)
    func aRelationCostsOneRead(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books")
            for number in 0..<30 {
                try await engine.make(
                    "books",
                    "b\(number)",
                    ["author": ["$id": .string("a\(number)")], "tags": [["$id": .string("t\(number % 3)")]]]
                )
            }
            #expect(
                try await questions(engine, "books", ["*", "author.*"]) == [
                    "rows of books", "rows of authors", "count of books",
                ]
            )
            #expect(
                try await questions(engine, "authors", ["name", "books.title"], total: false) == [
                    "rows of authors", "rows of books",
                ]
            )
            #expect(
                try await questions(engine, "books", ["*", "tags.name"], total: false) == [
                    "rows of books", "rows of _books_tags", "rows of tags",
                ]
            )
            #expect(
                try await questions(engine, "books", ["author.books.title", "author.name"], total: false) == [
                    "rows of books", "rows of authors", "rows of books",
                ]
            )
            #expect(try await questions(engine, "books", ["title"], total: false) == ["rows of books"])
        }
    }
}
