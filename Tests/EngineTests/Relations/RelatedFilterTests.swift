import Testing
import Values

@testable import Engine

@Suite("Filters on fields of related rows")
struct RelatedFilterTests {
    private func filter(_ field: String, _ method: String, _ values: JSON...) -> JSON {
        ["method": .string(method), "attribute": .string(field), "values": .array(values)]
    }

    private func fill(_ engine: TestEngine) async throws {
        try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
        try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books")
        try await engine.make("authors", "ann", ["name": "Ann", "age": 30])
        try await engine.make("authors", "bob", ["name": "Bob", "age": 50])
        try await engine.make("authors", "cat", ["name": "Cat"])
        for (id, author, year, tags) in [
            ("1", "ann", 1990, ["x"]), ("2", "ann", 2000, ["x", "y"]), ("3", "bob", 2000, []),
            ("4", "cat", 2010, ["z"]),
        ] as [(String, String, Int64, [String])] {
            try await engine.make(
                "books",
                id,
                [
                    "title": .string("T" + id), "year": .int(year), "author": .string(author),
                    "tags": .array(tags.map { ["$id": .string($0), "name": .string($0)] }),
                ]
            )
        }
        try await engine.make("books", "5", ["title": "T5"])
    }

    @Test(arguments: Backend.available)
    func findRows(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await fill(engine)
            #expect(try await engine.found("books", filter("author.age", "lessThan", 40)) == "2: 1 2")
            #expect(try await engine.found("books", filter("author.name", "startsWith", "C")) == "1: 4")
            #expect(try await engine.found("books", filter("author.age", "isNull")) == "1: 4")
            #expect(try await engine.found("books", filter("author.name", "notEqual", "Ann")) == "2: 3 4")
            #expect(try await engine.found("books", filter("tags.name", "equal", "x", "z")) == "3: 1 2 4")
            #expect(try await engine.found("authors", filter("books.year", "equal", 2000)) == "2: ann bob")
            #expect(try await engine.found("tags", filter("books.author.name", "equal", "Ann")) == "2: x y")
            #expect(try await engine.found("tags", filter("books.author.books.$id", "equal", "1")) == "2: x y")
            #expect(try await engine.found("books", filter("author", "equal", "ann", "cat")) == "3: 1 2 4")
            #expect(try await engine.found("books", filter("author", "isNull")) == "1: 5")
            #expect(try await engine.found("authors", filter("books", "isNotNull")) == "3: ann bob cat")
            #expect(try await engine.found("authors", filter("books", "contains", "3")) == "1: bob")
            #expect(
                try await engine.found(
                    "books",
                    filter("author.$createdAt", "lessThan", "2000-01-01T00:00:00.000+00:00")
                ) == "0: "
            )
        }
    }

    @Test(arguments: Backend.available)
    func combineWithTheRestOfAQuery(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await fill(engine)
            let (young, order) = (
                filter("author.age", "lessThan", 60), ["method": "orderDesc", "attribute": "year"] as JSON
            )
            #expect(try await engine.found("books", young, order) == "3: 2 3 1")
            #expect(try await engine.found("books", young, order, ["method": "limit", "values": 1]) == "3: 2")
            #expect(
                try await engine.found("books", young, order, ["method": "cursorAfter", "values": "2"]) == "3: 3 1"
            )
            #expect(try await engine.found("books", young, filter("year", "equal", 2000)) == "2: 2 3")
            #expect(
                try await engine.found(
                    "books",
                    [
                        "method": "or",
                        "values": [filter("author.name", "equal", "Bob"), filter("tags.name", "equal", "z")],
                    ]
                ) == "2: 3 4"
            )
            // Two conditions that must hold are about one related row.
            #expect(
                try await engine.found(
                    "authors",
                    filter("books.year", "equal", 2000),
                    filter("books.title", "equal", "T1")
                )
                    == "0: "
            )
            #expect(
                try await engine.found(
                    "authors",
                    filter("books.year", "equal", 2000),
                    filter("books.title", "equal", "T2")
                )
                    == "1: ann"
            )
            #expect(
                try await engine.listed("books", ["$id", "author.name"], [filter("author.age", "equal", 50)])
                    == #"[{"$id":"3","author":{"name":"Bob"}}]"#
            )
        }
    }

    @Test(arguments: Backend.available)
    func whatIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await fill(engine)
            func refused(_ table: String, _ query: JSON) async throws -> Refusal {
                try await engine.refusal(
                    "tablesDB.listRows",
                    ["databaseId": "d", "tableId": .string(table), "queries": [query]]
                )
            }
            let refusal = Refusal("general_query_invalid", 400, "queries")
            for query in [
                filter("author.height", "equal", 1), filter("author.age", "equal", "x"),
                filter("writer.age", "equal", 1),
                filter("title.age", "equal", 1), filter("author.books.author.books.title", "equal", "x"),
                filter("tags", "isNull"), ["method": "orderAsc", "attribute": "author.age"],
                ["method": "orderAsc", "attribute": "tags"], ["method": "select", "values": ["author.height"]],
                ["method": "select", "values": ["title.x"]], ["method": "select", "values": ["nothing.*"]],
            ] {
                #expect(try await refused("books", query) == refusal)
            }
        }
    }
}
