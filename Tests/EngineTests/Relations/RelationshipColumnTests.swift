import Storage
import Testing
import Values

@testable import Engine

@Suite("Relationship columns")
struct RelationshipColumnTests {
    private func columns(_ engine: TestEngine, _ table: String) async throws -> [String] {
        let answer = try await engine.call("tablesDB.listColumns", ["databaseId": "d", "tableId": .string(table)])
        return answer["columns"]?.array?.map { column in
            column["side"] == nil
                ? column["key"]?.string ?? ""
                : ["key", "relatedTable", "relationType", "twoWayKey", "onDelete", "side", "status"]
                    .map { column[$0]?.string ?? "?" }.joined(separator: " ")
        } ?? []
    }

    private func address(_ table: String, _ more: JSONObject) -> JSONObject {
        JSONObject([("databaseId", "d"), ("tableId", .string(table))] + more.members.map { ($0.key, $0.value) })
    }

    @Test(arguments: Backend.available)
    func bothSidesSayTheSame(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            let column = try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            #expect(column["type"] == "relationship")
            #expect(column["required"] == false)
            #expect(column["array"] == false)
            #expect(column["twoWay"] == true)
            #expect(
                try await columns(engine, "books") == [
                    "title", "year", "author authors manyToOne books restrict parent available",
                ]
            )
            #expect(
                try await columns(engine, "authors") == [
                    "name", "age", "books books manyToOne author restrict child available",
                ]
            )
        }
    }

    @Test(arguments: Backend.available)
    func keysDefaultToTheTables(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            let column = try await engine.call(
                "tablesDB.createRelationshipColumn",
                address("books", ["relatedTableId": "tags", "type": "manyToMany"])
            )
            #expect(column["key"] == "tags")
            #expect(column["twoWayKey"] == "books")
            #expect(column["onDelete"] == "restrict")
            #expect(try await columns(engine, "tags") == ["name"])
        }
    }

    @Test(arguments: Backend.available)
    func theDeprecatedWordsWork(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            let column = try await engine.call(
                "databases.createRelationshipAttribute",
                [
                    "databaseId": "d", "collectionId": "books", "relatedCollectionId": "authors", "type": "manyToOne",
                    "key": "author",
                ]
            )
            #expect(column["relatedCollection"] == "authors")
            #expect(column["relatedTable"] == nil)
            try await engine.make("authors", "a", ["name": "Ann"])
            try await engine.call(
                "databases.createDocument",
                [
                    "databaseId": "d", "collectionId": "books", "documentId": "b",
                    "data": ["title": "T", "author": ["$id": "a", "age": 40]],
                ]
            )
            let document = try await engine.call(
                "databases.getDocument",
                [
                    "databaseId": "d", "collectionId": "books", "documentId": "b",
                    "queries": [["method": "select", "values": ["title", "author.name", "author.age"]]],
                ]
            )
            #expect(document["author"]?["name"] == "Ann")
            #expect(document["author"]?["age"] == 40)
            #expect(document["author"]?["$collectionId"] == "authors")
            #expect(
                try await engine.events().map(\.event).contains(
                    "databases.[databaseId].collections.[collectionId].documents.[documentId].update"
                )
            )
            let refused = try await engine.refusal(
                "databases.createRelationshipAttribute",
                ["databaseId": "d", "collectionId": "books", "relatedCollectionId": "no", "type": "manyToOne"]
            )
            #expect(refused == Refusal("collection_not_found", 404, "relatedCollectionId"))
        }
    }

    @Test(arguments: Backend.available)
    func aRenameReachesTheOtherSide(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", "manyToOne", "authors", "author", twoWay: "books")
            try await engine.make("authors", "a", ["name": "Ann", "books": [["$id": "b", "title": "T"]]])
            let update = "tablesDB.updateRelationshipColumn"
            let renamed = try await engine.call(update, address("books", ["key": "author", "newKey": "writer"]))
            #expect(renamed["key"] == "writer")
            try await engine.call(
                update,
                address("authors", ["key": "books", "newKey": "works", "onDelete": "cascade"])
            )
            #expect(
                try await columns(engine, "books").last == "writer authors manyToOne works cascade parent available"
            )
            #expect(
                try await columns(engine, "authors").last == "works books manyToOne writer cascade child available"
            )
            #expect(try await engine.seen("books", "b", ["writer.name"]) == #"{"writer":{"name":"Ann"}}"#)
            #expect(try await engine.seen("authors", "a", ["works.title"]) == #"{"works":[{"title":"T"}]}"#)
            #expect(
                try await engine.found("authors", ["method": "equal", "attribute": "works.title", "values": "T"])
                    == "1: a"
            )
            #expect(
                try await engine.refusal(update, address("books", ["key": "writer", "newKey": "title"]))
                    == Refusal("column_already_exists", 409, "newKey")
            )
            #expect(
                try await engine.refusal(update, address("books", ["key": "title", "newKey": "t"]))
                    == Refusal("column_type_invalid", 400, "key")
            )
        }
    }

    @Test(arguments: Backend.available, ["oneToOne", "manyToOne", "oneToMany", "manyToMany"])
    func deletingOneSideRemovesBoth(_ backend: Backend, type: String) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            for table in ["books", "authors"] {
                try await engine.relate("books", type, "authors", "author", twoWay: "books")
                try await engine.call(
                    "tablesDB.deleteColumn",
                    address(table, ["key": table == "books" ? "author" : "books"])
                )
                #expect(try await columns(engine, "books") == ["title", "year"])
                #expect(try await columns(engine, "authors") == ["name", "age"])
                #expect(
                    try await engine.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.columns, cap: 99) }
                        == 5
                )
                #expect(
                    try await engine.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.jobs, cap: 9) } == 0
                )
            }
            try await engine.make("books", "b", ["title": "T"])
        }
    }

    @Test(arguments: Backend.available, ["oneToOne", "manyToOne", "oneToMany", "manyToMany"])
    func deletingATableRemovesTheOtherSide(_ backend: Backend, type: String) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            try await engine.relate("books", type, "authors", "author", hidden: "written")
            try await engine.call("tablesDB.deleteTable", address("authors", [:]))
            #expect(try await columns(engine, "books") == ["title", "year"])
            #expect(
                try await engine.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.columns, cap: 99) } == 3
            )
            try await engine.make("books", "b", ["title": "T"])
            try await engine.relate("books", type, "tags", "tag", twoWay: "books")
            try await engine.call("tablesDB.deleteTable", address("books", [:]))
            #expect(try await columns(engine, "tags") == ["name"])
            try await engine.relate("tags", type, "tags", "next", twoWay: "last")
            try await engine.call("tablesDB.delete", ["databaseId": "d"])
            #expect(
                try await engine.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.columns, cap: 99) } == 0
            )
            #expect(
                try await engine.store.read { try $0.count(RowQuery(limit: 1), in: SystemTables.jobs, cap: 9) } == 0
            )
        }
    }

    @Test(arguments: Backend.available)
    func whatIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeLibrary()
            let create = "tablesDB.createRelationshipColumn"
            func refusal(_ more: JSONObject) async throws -> Refusal {
                try await engine.refusal(create, address("books", more))
            }
            #expect(
                try await refusal(["relatedTableId": "none", "type": "oneToOne"])
                    == Refusal("table_not_found", 404, "relatedTableId")
            )
            #expect(
                try await refusal(["relatedTableId": "authors", "type": "some"])
                    == Refusal("general_argument_invalid", 400, "type")
            )
            #expect(
                try await refusal(["relatedTableId": "authors", "type": "oneToOne", "key": "title"])
                    == Refusal("column_already_exists", 409, "key")
            )
            #expect(
                try await refusal(
                    ["relatedTableId": "authors", "type": "oneToOne", "twoWay": true, "twoWayKey": "name"]
                ) == Refusal("column_already_exists", 409, "twoWayKey")
            )
            // The ids of the parents are in the rows of the child, under that key.
            #expect(
                try await refusal(["relatedTableId": "authors", "type": "oneToMany", "twoWayKey": "name"])
                    == Refusal("column_already_exists", 409, "twoWayKey")
            )
            #expect(
                try await refusal(
                    ["relatedTableId": "books", "type": "oneToMany", "key": "x", "twoWay": true, "twoWayKey": "x"]
                ) == Refusal("column_already_exists", 409, "twoWayKey")
            )
            #expect(
                try await refusal(["relatedTableId": "authors", "type": "oneToOne", "key": "a.b"])
                    == Refusal("general_argument_invalid", 400, "key")
            )
            try await engine.relate("books", "oneToMany", "authors", "authors", hidden: "book")
            #expect(
                try await engine.refusal(
                    "tablesDB.createTextColumn",
                    address("authors", ["key": "book", "required": false])
                ) == Refusal("column_already_exists", 409, "key")
            )
            #expect(
                try await engine.refusal(
                    "tablesDB.createIndex",
                    address("books", ["key": "i", "type": "key", "columns": ["authors"]])
                ) == Refusal("column_index_invalid", 400, "columns[0]")
            )
            #expect(
                try await engine.refusal("tablesDB.getColumn", address("authors", ["key": "book"]))
                    == Refusal("column_not_found", 404, "key")
            )
            #expect(
                try await engine.refusal(
                    "tablesDB.createTable",
                    address("new", ["name": "N", "columns": [["key": "a", "type": "relationship"]]])
                ) == Refusal("general_argument_invalid", 400, "columns[0].type")
            )
        }
    }
}
