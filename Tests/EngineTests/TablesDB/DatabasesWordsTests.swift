import Testing
import Values

@testable import Engine

@Suite("The deprecated words: collections, documents, attributes")
struct DatabasesWordsTests {
    private let address: JSONObject = ["databaseId": "d", "collectionId": "c"]

    private func with(_ more: JSONObject) -> JSONObject {
        JSONObject(address.members + more.members)
    }

    private func make(_ engine: TestEngine) async throws {
        try await engine.call("databases.create", ["databaseId": "d", "name": "D"])
        try await engine.call("databases.createCollection", with(["name": "C", "documentSecurity": true]))
        try await engine.call(
            "databases.createStringAttribute",
            with(["key": "title", "size": 50, "required": true])
        )
        try await engine.call(
            "databases.createIndex",
            with(["key": "byTitle", "type": "unique", "attributes": ["title"]])
        )
    }

    @Test(arguments: Backend.available)
    func doTheSameInTheirOwnModels(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await make(engine)
            let made = try await engine.call(
                "databases.createDocument",
                with(["documentId": "x", "data": ["title": "Tea"]])
            )
            #expect(
                made.object?.keys == [
                    "$id", "$sequence", "$collectionId", "$databaseId", "$createdAt", "$updatedAt", "$permissions",
                    "title",
                ]
            )
            let list = try await engine.call("databases.listDocuments", address)
            #expect(list["total"] == 1)
            #expect(list["documents"] == [made])
            let collection = try await engine.call("databases.getCollection", address)
            #expect(
                collection.object?.keys == [
                    "$id", "$createdAt", "$updatedAt", "$permissions", "databaseId", "name", "enabled",
                    "documentSecurity", "attributes", "indexes", "bytesMax", "bytesUsed",
                ]
            )
            #expect(collection["indexes"]?.array?.first?["attributes"] == ["title"])
            #expect(
                try await engine.call("databases.listCollections", ["databaseId": "d"])["collections"] == [collection]
            )
            #expect(try await engine.call("databases.listAttributes", address)["attributes"]?.each("key") == ["title"])
            #expect(try await engine.call("databases.get", ["databaseId": "d"])["type"] == "legacy")
            // Both words see the same things.
            let row = try await engine.call("tablesDB.getRow", ["databaseId": "d", "tableId": "c", "rowId": "x"])
            #expect(row["$tableId"] == "c")
            #expect(row.without("$tableId") == made.without("$collectionId"))
            try await engine.call("databases.deleteDocument", with(["documentId": "x"]))
            #expect(try await engine.call("databases.listDocuments", address)["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func recordTheirOwnEvents(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await make(engine)
            try await engine.call("databases.createDocument", with(["documentId": "x", "data": ["title": "Tea"]]))
            let last = try #require(try await engine.events().last)
            #expect(last.event == "databases.[databaseId].collections.[collectionId].documents.[documentId].create")
            #expect(last.ids == ["d", "c", "x"])
            #expect(try JSON(parsing: last.payload)["$collectionId"] == "c")
        }
    }

    @Test func refuseInTheirOwnTypes() async throws {
        try await withEngine(.sqlite) { engine in
            try await make(engine)
            try await engine.call("databases.createDocument", with(["documentId": "x", "data": ["title": "Tea"]]))
            let cases: [(String, JSONObject, String, String?)] = [
                ("getDocument", ["documentId": "no"], "document_not_found", "documentId"),
                (
                    "createDocument", ["documentId": "x", "data": ["title": "New"]], "document_already_exists",
                    "documentId"
                ),
                (
                    "createDocument", ["documentId": "y", "data": ["title": "Tea"]],
                    "document_unique_constraint_violation", "data"
                ), ("createDocument", ["documentId": "y", "data": ["no": 1]], "document_invalid_structure", "data.no"),
                ("updateDocument", ["documentId": "x"], "document_missing_payload", "data"),
                ("createCollection", ["name": "C"], "collection_already_exists", "collectionId"),
                ("getAttribute", ["key": "no"], "attribute_not_found", "key"),
                (
                    "createStringAttribute", ["key": "title", "size": 5, "required": false],
                    "attribute_already_exists", "key"
                ), ("getIndex", ["key": "no"], "index_not_found", "key"),
                (
                    "createIndex", ["key": "byTitle", "type": "key", "attributes": ["title"]], "index_already_exists",
                    "key"
                ),
                (
                    "createIndex", ["key": "new", "type": "key", "attributes": ["no"]], "attribute_unknown",
                    "attributes[0]"
                ),
            ]
            for (method, arguments, type, argument) in cases {
                let error = try await engine.error("databases." + method, with(arguments))
                #expect(error.code.type == type, "\(method)")
                #expect(error.argument == argument, "\(method)")
                let texts = error.message + " " + (error.hint ?? "")
                for word in ["table", "row", "column"] { #expect(!texts.lowercased().contains(word), "\(texts)") }
            }
            let missing = try await engine.error("databases.getCollection", ["databaseId": "d", "collectionId": "no"])
            #expect(missing.code.type == "collection_not_found")
            #expect(missing.hint == "databases.listCollections shows the collections.")
        }
    }

    /// A caller's own words stay what they are, also where they are ours.
    @Test func leaveTheWordsOfCallersAlone() async throws {
        try await withEngine(.sqlite) { engine in
            try await make(engine)
            let error = try await engine.error("databases.getDocument", with(["documentId": "row.table"]))
            #expect(error.message == "There is no document 'row.table' in the collection 'c'.")
            let data: JSONObject = ["title": "a row of tables and columns"]
            let made = try await engine.call(
                "databases.createDocument",
                with(["documentId": "x", "data": .object(data)])
            )
            #expect(made["title"] == "a row of tables and columns")
        }
    }
}
