import Storage
import Testing
import Values

@testable import Engine

@Suite("Rows with more pairs than are read at once", .timeLimit(.minutes(3)))
struct ManyPairsTests {
    private static let many = LinkReader.maximum + 100

    /// A library of a tag and of books that have many more than that.
    private func prepare(_ engine: TestEngine, _ books: String...) async throws {
        try await engine.makeLibrary()
        try await engine.relate("authors", "oneToMany", "books", "books", hidden: "author", onDelete: "cascade")
        try await engine.relate("books", "manyToMany", "tags", "tags", onDelete: "setNull")
        try await engine.make("tags", "x", [:])
        for book in books { try await engine.make("books", book, ["tags": ["x"]]) }
        for book in books { try await relate(engine, book, Self.many / books.count + 1) }
    }

    /// Relates a book to so many tags, past all rules.
    private func relate(_ engine: TestEngine, _ book: String, _ count: Int) async throws {
        let now = engine.clock.wallClock.now
        try await engine.store.write(grouped: false) { session in
            let table = try SchemaReader(session: session).table("books", in: "d")!
            let layout = Pairs(table.column("tags")!, databaseID: "d")!.layout
            for number in 0..<count {
                let tag = "t\(number)"
                let row = NewRow(
                    id: Pairs.id(parent: book, child: tag),
                    createdAt: now,
                    updatedAt: now,
                    values: [.string(book), .string(tag)]
                )
                _ = try session.insert(row, into: layout)
            }
        }
    }

    private func pairs(_ engine: TestEngine) async throws -> [String] {
        try await engine.store.read { session in
            let table = try SchemaReader(session: session).table("books", in: "d")!
            let layout = Pairs(table.column("tags")!, databaseID: "d")!.layout
            return try session.rows(RowQuery(limit: 100_000), in: layout).map(\.id)
        }
    }

    @Test(arguments: Backend.available)
    func canBeGivenOthersAndNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine, "b")
            #expect(try await pairs(engine).count == Self.many + 2)
            try await engine.make("tags", "y", [:])
            try await engine.change("books", "b", ["tags": ["y", "x", "y"]])
            #expect(try await pairs(engine) == ["b/x", "b/y"])
            try await relate(engine, "b", Self.many)
            try await engine.change("books", "b", ["tags": nil])
            #expect(try await pairs(engine) == [])
        }
    }

    @Test(arguments: Backend.available)
    func canBeDeletedAloneAndInACascade(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await prepare(engine, "b", "c", "e")
            try await relate(engine, "d", 3)
            try await engine.make("authors", "a", ["books": ["b", "c"]])
            try await engine.remove("authors", "a")
            #expect(try await engine.found("books") == "1: e")
            #expect(try await pairs(engine).count == Self.many / 3 + 1 + 1 + 3)
            try await engine.remove("books", "e")
            #expect(try await pairs(engine) == ["d/t0", "d/t1", "d/t2"])
        }
    }

    @Test(arguments: Backend.available)
    func saysOfTooManyRowsWhatTheCallCanDo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToMany", "tags", "tags", onDelete: "restrict")
            try await engine.make("books", "b", [:])
            try await relate(engine, "b", Self.many)
            let error = try await engine.error(
                "tablesDB.deleteRow",
                ["databaseId": "d", "tableId": "books", "rowId": "b"]
            )
            #expect(Refusal(error) == Refusal("general_bad_request", 400, "rowId"))
            #expect(error.hint?.contains("Delete the related rows first") == true)
        }
    }
}
