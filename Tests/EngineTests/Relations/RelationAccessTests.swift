import Testing
import Values

@testable import Engine

@Suite("Access to related rows")
struct RelationAccessTests {
    private let me = Actor.user("me")
    private let you = Actor.user("you")

    /// Tables whose rows are their owner's, with two authors and a book of either.
    private func fill(_ engine: TestEngine) async throws {
        try await engine.makeLibrary(permissions: ["create(\"any\")"], rowSecurity: true)
        try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
        try await engine.relate("books", "manyToMany", "tags", "tags", twoWay: "books")
        try await engine.make("authors", "mine", ["name": "Mine", "age": 1], as: me)
        try await engine.make("authors", "yours", ["name": "Yours", "age": 2], as: you)
        try await engine.make("tags", "t1", ["name": "T1"], as: me)
        try await engine.make("tags", "t2", ["name": "T2"], as: you)
        try await engine.make("books", "b1", ["title": "One"], as: me)
        try await engine.make("books", "b2", ["title": "Two"], as: me)
        try await engine.change("books", "b1", ["author": "mine", "tags": ["t1", "t2"]])
        try await engine.change("books", "b2", ["author": "yours", "tags": ["t2"]])
    }

    @Test(arguments: Backend.available)
    func unreadableRowsAreLeftOut(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            #expect(
                try await engine.listed("books", ["title", "author.name", "tags.name"], as: me)
                    == #"[{"title":"One","author":{"name":"Mine"},"tags":[{"name":"T1"}]},"#
                    + #"{"title":"Two","author":null,"tags":[]}]"#
            )
            #expect(try await engine.seen("books", "b2", ["author.name"], as: me) == #"{"author":null}"#)
            #expect(
                try await engine.seen("books", "b2", ["author.name", "tags.name"])
                    == #"{"author":{"name":"Yours"},"tags":[{"name":"T2"}]}"#
            )
            try await engine.call(
                "tablesDB.updateTable",
                ["databaseId": "d", "tableId": "tags", "enabled": false, "rowSecurity": true]
            )
            #expect(try await engine.seen("books", "b1", ["tags.name"], as: me) == #"{"tags":[]}"#)
            try await engine.call(
                "tablesDB.updateTable",
                ["databaseId": "d", "tableId": "authors", "rowSecurity": false]
            )
            #expect(try await engine.seen("books", "b1", ["author.name"], as: me) == #"{"author":null}"#)
        }
    }

    @Test(arguments: Backend.available)
    func filtersTellNothingOfUnreadableRows(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            func found(_ field: String, _ value: JSON, as actor: Actor?) async throws -> String {
                try await engine.found(
                    "books",
                    ["method": "equal", "attribute": .string(field), "values": [value]],
                    as: actor
                )
            }
            #expect(try await found("author.age", 1, as: me) == "1: b1")
            #expect(try await found("author.age", 2, as: me) == "0: ")
            #expect(try await found("author.age", 2, as: nil) == "1: b2")
            #expect(try await found("tags.name", "T2", as: me) == "0: ")
            #expect(try await found("tags.name", "T2", as: nil) == "2: b1 b2")
            try await engine.call(
                "tablesDB.updateTable",
                ["databaseId": "d", "tableId": "authors", "rowSecurity": false]
            )
            #expect(try await found("author.age", 1, as: me) == "0: ")
        }
    }

    @Test(arguments: Backend.available)
    func relatingNeedsRights(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            func refused(_ table: String, _ id: String, _ data: JSONObject) async throws -> Refusal {
                try await engine.refusal("tablesDB.updateRow", engine.row(table, id, data), as: me)
            }
            // A row that can't be read is as one that is not there.
            #expect(
                try await refused("books", "b1", ["author": "yours"])
                    == Refusal("relationship_value_invalid", 400, "data.author")
            )
            #expect(
                try await refused("books", "b1", ["author": ["$id": "yours", "name": "Stolen"]])
                    == Refusal("user_unauthorized", 401, "data.author")
            )
            // The book would change, which only its owner may do.
            try await engine.make("books", "b3", ["title": "Three"], as: you)
            try await engine.call(
                "tablesDB.updateTable",
                ["databaseId": "d", "tableId": "books", "rowSecurity": true, "permissions": ["read(\"any\")"]]
            )
            #expect(
                try await refused("authors", "mine", ["books": ["b1", "b3"]])
                    == Refusal("user_unauthorized", 401, "data.books[1]")
            )
            #expect(
                try await refused("authors", "mine", ["books": [["title": "New"]]])
                    == Refusal("user_unauthorized", 401, "data.books[0]")
            )
            // A pair changes neither row.
            try await engine.change("tags", "t1", ["books": ["b3"]], as: me)
            #expect(try await engine.seen("tags", "t1", ["books.$id"], as: me) == #"{"books":[{"$id":"b3"}]}"#)
        }
    }

    @Test(arguments: Backend.available)
    func nestedRowsBelongToTheirMaker(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await fill(engine)
            try await engine.make(
                "books",
                "b4",
                ["author": ["$id": "new"], "tags": [["$id": "open", "$permissions": ["read(\"any\")"]]]],
                as: me
            )
            #expect(
                try await engine.seen("books", "b4", ["author.$permissions", "tags.$permissions"])
                    == #"{"author":{"$permissions":["read(\"user:me\")","update(\"user:me\")","delete(\"user:me\")"]},"#
                    + #""tags":[{"$permissions":["read(\"any\")"]}]}"#
            )
            #expect(
                try await engine.refusal(
                    "tablesDB.createRow",
                    engine.row("books", "b5", ["author": ["$permissions": ["read(\"user:you\")"]]]),
                    as: me
                ) == Refusal("user_unauthorized", 401, "data.author.$permissions")
            )
        }
    }
}
