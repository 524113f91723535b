import Testing
import Values

@testable import Engine

@Suite("Deleting rows that others are related to")
struct RelatedDeletionTests {
    private func refusal(_ engine: TestEngine, _ table: String, _ id: String, as actor: Actor? = nil) async throws
        -> Refusal
    {
        try await engine.refusal(
            "tablesDB.deleteRow",
            ["databaseId": "d", "tableId": .string(table), "rowId": .string(id)],
            as: actor
        )
    }

    @Test(arguments: Backend.available, ["oneToOne", "oneToMany", "manyToMany"])
    func restrictKeepsAParentWithChildren(_ backend: Backend, type: String) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", type, "books", "books", hidden: "writer")
            let book: JSON = ["$id": "b", "title": "One"]
            try await engine.make("authors", "a", ["books": type == "oneToOne" ? book : [book]])
            #expect(try await refusal(engine, "authors", "a") == Refusal("row_delete_restricted", 403, "rowId"))
            // The child may go, and nothing points to it afterwards.
            try await engine.remove("books", "b")
            let none = type == "oneToOne" ? "null" : "[]"
            #expect(try await engine.seen("authors", "a", ["books.title"]) == #"{"books":\#(none)}"#)
            try await engine.remove("authors", "a")
            #expect(try await engine.found("authors") == "0: ")
        }
    }

    @Test(arguments: Backend.available)
    func restrictKeepsTheOneThatManyShare(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author")
            try await engine.make("books", "b", ["author": ["$id": "a"]])
            #expect(try await refusal(engine, "authors", "a") == Refusal("row_delete_restricted", 403, "rowId"))
            try await engine.remove("books", "b")
            try await engine.remove("authors", "a")
        }
    }

    @Test(arguments: Backend.available)
    func setNullLetsGo(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", onDelete: "setNull")
            try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books", onDelete: "setNull")
            try await engine.make("books", "b", ["author": ["$id": "a"], "tags": [["$id": "x"], ["$id": "y"]]])
            try await engine.make("books", "c", ["author": "a", "tags": ["x"]])
            let before = try await engine.events().count
            try await engine.remove("authors", "a")
            #expect(
                try await engine.listed("books", ["$id", "author.$id"])
                    == #"[{"$id":"b","author":null},{"$id":"c","author":null}]"#
            )
            #expect(
                try await engine.events().dropFirst(before).map {
                    "\($0.ids.joined(separator: "/")) \($0.event.split(separator: ".").last!)"
                } == ["d/books/b update", "d/books/c update", "d/authors/a delete"]
            )
            try await engine.remove("books", "b")
            #expect(
                try await engine.listed("tags", ["$id", "books.$id"])
                    == #"[{"$id":"x","books":[{"$id":"c"}]},{"$id":"y","books":[]}]"#
            )
        }
    }

    @Test(arguments: Backend.available)
    func cascadeTakesAlong(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", twoWay: "author", onDelete: "cascade")
            try await engine.relate("books", "manyToMany", "tags", "tags", onDelete: "cascade")
            try await engine.make(
                "authors",
                "a",
                ["books": [["$id": "b", "tags": [["$id": "x"], ["$id": "y"]]], ["$id": "c", "tags": ["x"]]]]
            )
            try await engine.make("books", "other", ["tags": ["x"]])
            let before = try await engine.events().count
            // A book may go without its author.
            try await engine.remove("books", "c")
            #expect(try await engine.found("authors") == "1: a")
            #expect(try await engine.found("tags") == "1: y")
            try await engine.remove("authors", "a")
            #expect(try await engine.found("books") == "1: other")
            #expect(try await engine.found("tags") == "0: ")
            #expect(
                try await engine.events().dropFirst(before).map { $0.ids.joined(separator: "/") } == [
                    "d/tags/x", "d/books/c", "d/books/b", "d/tags/y", "d/authors/a",
                ]
            )
            #expect(try await engine.seen("books", "other", ["tags.$id"]) == #"{"tags":[]}"#)
        }
    }

    @Test(arguments: Backend.available)
    func circlesEnd(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "manyToOne", "authors", "next", onDelete: "cascade")
            try await engine.make("authors", "1", ["next": ["$id": "2", "next": ["$id": "3"]]])
            try await engine.change("authors", "3", ["next": "1"])
            try await engine.make("authors", "4", [:])
            try await engine.change("authors", "4", ["next": "4"])
            try await engine.remove("authors", "2")
            #expect(try await engine.found("authors") == "1: 4")
            try await engine.remove("authors", "4")
            #expect(try await engine.found("authors") == "0: ")
        }
    }

    /// Who goes along with a row does not keep it.
    @Test(arguments: Backend.available)
    func restrictAsksOnlyAboutRowsThatStay(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", hidden: "author", onDelete: "cascade")
            try await engine.relate("tags", "manyToOne", "books", "book")
            try await engine.relate("authors", "oneToMany", "tags", "tags", hidden: "author", onDelete: "cascade")
            try await engine.make("authors", "a", ["books": [["$id": "b"]], "tags": [["$id": "x", "book": "b"]]])
            try await engine.make("tags", "y", ["book": "b"])
            #expect(try await refusal(engine, "authors", "a") == Refusal("row_delete_restricted", 403, "rowId"))
            #expect(try await engine.found("books") == "1: b")
            try await engine.remove("tags", "y")
            try await engine.remove("authors", "a")
            #expect(try await engine.found("tags") == "0: ")
        }
    }

    @Test(arguments: Backend.available)
    func aCascadeNeedsTheRightToDeleteEachRow(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary(permissions: ["read(\"any\")", "create(\"any\")"], rowSecurity: true)
            try await engine.relate("authors", "oneToMany", "books", "books", twoWay: "author", onDelete: "cascade")
            let (me, you) = (Actor.user("me"), Actor.user("you"))
            try await engine.make("authors", "a", ["books": [["$id": "b"]]], as: me)
            try await engine.make("books", "c", [:], as: you)
            try await engine.change("authors", "a", ["books": ["b", "c"]])
            #expect(try await refusal(engine, "authors", "a", as: me) == Refusal("user_unauthorized", 401))
            #expect(try await engine.found("books") == "2: b c")
            try await engine.change("authors", "a", ["books": ["b"]])
            try await engine.remove("authors", "a", as: me)
            #expect(try await engine.found("books") == "1: c")
        }
    }
}
