import Testing
import Values

@testable import Engine

@Suite("Related rows are written with a row and read with it")
struct RelatedRowTests {
    @Test(arguments: Backend.available)
    func manyToOne(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.make("authors", "a", ["name": "Ann", "age": 30])
            let book = try await engine.make("books", "b", ["title": "One", "author": "a"])
            #expect(book["author"] == nil)
            try await engine.make("books", "c", ["title": "Two", "author": ["$id": "z", "name": "Zoe"]])
            try await engine.make("books", "e", ["title": "Three"])
            #expect(
                try await engine.listed("books", ["title", "author.name", "author.$id"])
                    == #"[{"title":"One","author":{"$id":"a","name":"Ann"}},"#
                    + #"{"title":"Two","author":{"$id":"z","name":"Zoe"}},{"title":"Three","author":null}]"#
            )
            #expect(
                try await engine.listed("books", ["title"]) == #"[{"title":"One"},{"title":"Two"},{"title":"Three"}]"#
            )
            #expect(try await engine.seen("authors", "a", ["books.title"]) == #"{"books":[{"title":"One"}]}"#)
            // From the other side: e joins, b is let go.
            try await engine.change("authors", "a", ["books": ["e"]])
            #expect(try await engine.seen("authors", "a", ["books.$id"]) == #"{"books":[{"$id":"e"}]}"#)
            #expect(try await engine.seen("books", "b", ["author.name"]) == #"{"author":null}"#)
            // A row that belonged to another moves.
            try await engine.change("authors", "z", ["books": ["c", "e", ["$id": "n", "title": "New"]]])
            #expect(
                try await engine.listed("authors", ["name", "books.$id"])
                    == #"[{"name":"Ann","books":[]},{"name":"Zoe","books":[{"$id":"c"},{"$id":"e"},{"$id":"n"}]}]"#
            )
            try await engine.change("authors", "z", ["books": nil])
            #expect(try await engine.seen("authors", "z", ["books"]) == #"{"books":[]}"#)
            try await engine.change("books", "c", ["author": ["name": "Made"]])
            #expect(try await engine.seen("books", "c", ["author.name"]) == #"{"author":{"name":"Made"}}"#)
            try await engine.change("books", "c", ["author": nil])
            #expect(try await engine.seen("books", "c", ["author.name"]) == #"{"author":null}"#)
        }
    }

    @Test(arguments: Backend.available)
    func oneToMany(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("authors", "oneToMany", "books", "books", hidden: "writer")
            try await engine.make(
                "authors",
                "a",
                ["name": "Ann", "books": [["$id": "b", "title": "One"], ["$id": "c", "title": "Two"]]]
            )
            #expect(
                try await engine.seen("authors", "a", ["*", "books.title"]).contains(
                    #""name":"Ann","age":null,"books":[{"title":"One"},{"title":"Two"}]"#
                )
            )
            // The column that holds the ids is nobody's business.
            #expect(try await engine.seen("books", "b", ["title", "year"]) == #"{"title":"One","year":null}"#)
            #expect(
                try await engine.refusal("tablesDB.updateRow", engine.row("books", "b", ["writer": "a"]))
                    == Refusal("row_invalid_structure", 400, "data.writer")
            )
            try await engine.change("authors", "a", ["books": [["$id": "b", "title": "Uno"]]])
            #expect(try await engine.seen("authors", "a", ["books.title"]) == #"{"books":[{"title":"Uno"}]}"#)
        }
    }

    @Test(arguments: Backend.available)
    func oneToOne(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "oneToOne", "authors", "author", twoWay: "book")
            try await engine.make("books", "b", ["title": "One", "author": ["$id": "a", "name": "Ann"]])
            #expect(try await engine.seen("authors", "a", ["book.title"]) == #"{"book":{"title":"One"}}"#)
            #expect(
                try await engine.refusal("tablesDB.createRow", engine.row("books", "c", ["author": "a"]))
                    == Refusal("row_unique_constraint_violation", 409, "data.author")
            )
            try await engine.make("authors", "z", ["name": "Zoe"])
            #expect(
                try await engine.refusal("tablesDB.updateRow", engine.row("authors", "z", ["book": "b"]))
                    == Refusal("row_unique_constraint_violation", 409, "data.book")
            )
            // The same again is no conflict, and clearing makes room.
            try await engine.change("books", "b", ["author": "a"])
            try await engine.change("authors", "a", ["book": nil])
            try await engine.change("authors", "z", ["book": "b"])
            #expect(try await engine.seen("books", "b", ["author.name"]) == #"{"author":{"name":"Zoe"}}"#)
            try await engine.change("authors", "z", ["book": ["title": "Other"]])
            #expect(try await engine.seen("books", "b", ["author.name"]) == #"{"author":null}"#)
            #expect(try await engine.seen("authors", "z", ["book.title"]) == #"{"book":{"title":"Other"}}"#)
        }
    }

    @Test(arguments: Backend.available)
    func manyToMany(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books")
            try await engine.make("tags", "x", ["name": "X"])
            try await engine.make("books", "b", ["title": "One", "tags": ["x", ["$id": "y", "name": "Y"]]])
            try await engine.make("books", "c", ["title": "Two", "tags": ["x", "x"]])
            #expect(
                try await engine.listed("books", ["title", "tags.name"])
                    == #"[{"title":"One","tags":[{"name":"X"},{"name":"Y"}]},{"title":"Two","tags":[{"name":"X"}]}]"#
            )
            #expect(
                try await engine.listed("tags", ["books.title"])
                    == #"[{"books":[{"title":"One"},{"title":"Two"}]},{"books":[{"title":"One"}]}]"#
            )
            try await engine.change("tags", "y", ["books": ["c"]])
            #expect(try await engine.seen("books", "b", ["tags.$id"]) == #"{"tags":[{"$id":"x"}]}"#)
            #expect(try await engine.seen("books", "c", ["tags.$id"]) == #"{"tags":[{"$id":"x"},{"$id":"y"}]}"#)
            try await engine.change("books", "c", ["tags": [["$id": "y", "name": "Z", "books": ["b", "c"]]]])
            #expect(
                try await engine.seen("tags", "y", ["name", "books.$id"])
                    == #"{"name":"Z","books":[{"$id":"c"},{"$id":"b"}]}"#
            )
            #expect(try await engine.seen("books", "c", ["tags.$id"]) == #"{"tags":[{"$id":"y"}]}"#)
            try await engine.change("books", "c", ["tags": []])
            #expect(try await engine.seen("tags", "y", ["books.$id"]) == #"{"books":[{"$id":"b"}]}"#)
        }
    }

    @Test(arguments: Backend.available)
    func rowsNestThreeRelationsDeep(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.make(
                "authors",
                "a",
                [
                    "name": "Ann",
                    "books": [["$id": "b", "title": "One"], ["$id": "c", "title": "Two"]],
                ]
            )
            try await engine.relate("authors", "manyToOne", "authors", "teacher")
            try await engine.make(
                "books",
                "n",
                ["author": ["$id": "1", "teacher": ["$id": "2", "teacher": ["$id": "3", "name": "Third"]]]]
            )
            #expect(
                try await engine.seen("books", "n", ["author.teacher.teacher.name"])
                    == #"{"author":{"teacher":{"teacher":{"name":"Third"}}}}"#
            )
            #expect(
                try await engine.refusal(
                    "tablesDB.createRow",
                    engine.row("books", "o", ["author": ["teacher": ["teacher": ["teacher": ["name": "Fourth"]]]]])
                )
                    == Refusal("relationship_value_invalid", 400, "data.author.teacher.teacher.teacher")
            )
            #expect(
                try await engine.refusal(
                    "tablesDB.getRow",
                    [
                        "databaseId": "d", "tableId": "books", "rowId": "n",
                        "queries": [["method": "select", "values": ["author.teacher.teacher.teacher.name"]]],
                    ]
                ) == Refusal("general_query_invalid", 400, "queries[0]")
            )
            // A circle is followed as far as the select says.
            #expect(
                try await engine.seen("authors", "a", ["books.author.books.title"])
                    == #"{"books":[{"author":{"books":[{"title":"One"},{"title":"Two"}]}},"#
                    + #"{"author":{"books":[{"title":"One"},{"title":"Two"}]}}]}"#
            )
        }
    }

    @Test(arguments: Backend.available)
    func everyRowThatChangesHasAnEvent(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.make("books", "old", ["title": "Old"])
            let before = try await engine.events().count
            try await engine.make("authors", "a", ["name": "Ann", "books": ["old", ["$id": "new", "title": "New"]]])
            let events = try await engine.events().dropFirst(before)
            #expect(
                events.map { "\($0.ids.joined(separator: "/")) \($0.event.split(separator: ".").last!)" } == [
                    "d/books/old update", "d/books/new create", "d/authors/a create",
                ]
            )
            for event in events {
                let payload = try JSON(parsing: event.payload)
                #expect(payload["$id"]?.string == event.ids.last)
                #expect(payload["author"] == nil && payload["books"] == nil)
            }
        }
    }

    @Test(arguments: Backend.available)
    func bulksAreRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author")
            let refusal = Refusal("general_bad_request", 400, "tableId")
            for (method, arguments) in [
                ("createRows", ["rows": [["title": "T"]]]), ("upsertRows", ["rows": [["title": "T"]]]),
                ("updateRows", ["data": ["title": "T"]]), ("deleteRows", [:]),
            ] as [(String, JSONObject)] {
                let books = JSONObject([("databaseId", "d"), ("tableId", "books")] + arguments.members)
                #expect(try await engine.refusal("tablesDB." + method, books) == refusal)
            }
            // Authors say nothing of books, but books would have to be asked before authors go.
            let authors: JSONObject = ["databaseId": "d", "tableId": "authors"]
            #expect(try await engine.refusal("tablesDB.deleteRows", authors) == refusal)
            let rows: JSONObject = ["databaseId": "d", "tableId": "authors", "rows": [["$id": "a"]]]
            #expect(try await engine.call("tablesDB.createRows", rows)["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func badValues(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            func refused(_ table: String, _ data: JSONObject) async throws -> String {
                let error = try await engine.error("tablesDB.createRow", engine.row(table, "r", data))
                return "\(error.code.type) \(error.argument ?? "")"
            }
            #expect(try await refused("books", ["author": 5]) == "relationship_value_invalid data.author")
            #expect(try await refused("books", ["author": ["a"]]) == "relationship_value_invalid data.author")
            #expect(try await refused("books", ["author": "none"]) == "relationship_value_invalid data.author")
            #expect(try await refused("books", ["author": ""]) == "relationship_value_invalid data.author")
            #expect(try await refused("books", ["author": ["$id": 7]]) == "relationship_value_invalid data.author")
            #expect(try await refused("authors", ["books": "b"]) == "relationship_value_invalid data.books")
            #expect(
                try await refused("authors", ["books": [["title": "x"], true]])
                    == "relationship_value_invalid data.books[1]"
            )
            #expect(
                try await refused("authors", ["books": [["title": 5]]]) == "row_invalid_structure data.books[0].title"
            )
            #expect(
                try await refused("authors", ["books": [["name": "x"]]]) == "row_invalid_structure data.books[0].name"
            )
            #expect(
                try await refused("authors", ["books": [["$permissions": ["all"]]]])
                    == "general_argument_invalid data.books[0].$permissions[0]"
            )
            // Nothing of a refused call is left.
            #expect(try await engine.found("books") == "0: ")
            #expect(try await engine.found("authors") == "0: ")
        }
    }
}
