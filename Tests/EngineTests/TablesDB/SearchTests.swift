import Testing
import Values

@testable import Engine

@Suite("Full-text search of rows")
struct SearchTests {
    private func withRows(
        _ backend: Backend,
        permissions: [String] = [],
        rowSecurity: Bool = false,
        _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "title", "type": "text"], ["key": "year", "type": "integer"],
                    ["key": "tags", "type": "text", "array": true],
                ],
                indexes: [["key": "words", "type": "fulltext", "columns": ["title"]]],
                permissions: permissions,
                rowSecurity: rowSecurity
            )
            let rows: [(String, JSON)] = [
                ("war", "War and Peace"), ("peace", "Peace, at last"), ("cafe", "Das Café"), ("none", .null),
            ]
            for (number, row) in rows.enumerated() {
                try await engine.on(
                    "createRow",
                    [
                        "rowId": .string(row.0), "data": ["title": row.1, "year": .int(Int64(number))],
                        "permissions": JSON(number % 2 == 0 ? ["read(\"user:u\")"] : []),
                    ]
                )
            }
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func findsWordsPhrasesAndTheRest(_ backend: Backend) async throws {
        try await withRows(backend) { engine in
            #expect(try await engine.listed([query("search", "title", "PEACE cafe")]) == ["war", "peace", "cafe"])
            #expect(try await engine.listed([query("search", "title", "\"and peace\"")]) == ["war"])
            #expect(try await engine.listed([query("notSearch", "title", "peace")]) == ["cafe"])
            let both = [query("search", "title", "peace"), query("notSearch", "title", "war")]
            #expect(try await engine.listed(both) == ["peace"])
            let page = [
                query("search", "title", "peace cafe"), query("orderDesc", "year"), query("cursorAfter", nil, "cafe"),
                query("limit", nil, 1),
            ]
            let answer = try await engine.on("listRows", ["queries": .array(page)])
            #expect(answer["rows"]?.each("$id") == ["peace"])
            #expect(answer["total"] == 3)
            let nested: JSON = [
                "method": "and", "values": [query("search", "title", "peace"), query("equal", "year", 1)],
            ]
            #expect(try await engine.listed([nested]) == ["peace"])
        }
    }

    @Test(arguments: Backend.available)
    func findsOnlyWhatTheCallerMayRead(_ backend: Backend) async throws {
        try await withRows(backend, rowSecurity: true) { engine in
            let search = [query("search", "title", "peace cafe")]
            #expect(try await engine.listed(search, as: .user("u")) == ["war", "cafe"])
            #expect(try await engine.listed(search, as: .user("other")) == [])
            let answer = try await engine.on("listRows", ["queries": .array(search)], as: .user("u"))
            #expect(answer["total"] == 2)
        }
    }

    static let refusals: [[JSON]] = [
        [query("search", "tags", "x")], [query("search", "year", "x")], [query("notSearch", "$id", "x")],
        [query("search", "title", 5)], [query("search", "title", "a", "b")], [query("search", "title")],
        [query("search", "title", "a"), query("search", "title", "b")],
        [query("notSearch", "title", "a"), query("notSearch", "title", "b")],
        [["method": "or", "values": [query("search", "title", "a"), query("equal", "year", 1)]]],
        [["method": "or", "values": [query("notSearch", "title", "a"), query("equal", "year", 1)]]],
        [query("search", "title", "a\0b")],
        [query("search", "title", .string((0...100).map { "w\($0)" }.joined(separator: " ")))],
    ]

    @Test(arguments: Backend.available)
    func refusesWhatAStoreCouldNotDo(_ backend: Backend) async throws {
        try await withRows(backend) { engine in
            for queries in Self.refusals {
                let refusal = try await engine.refusalOn("listRows", ["queries": .array(queries)])
                #expect(refusal.type == "general_query_invalid" && refusal.status == 400, "\(queries) \(refusal)")
            }
            #expect(
                try await engine.refusal(
                    "tablesDB.listTables",
                    ["databaseId": "d", "queries": [query("search", "name", "x")]]
                )
                .type == "general_query_invalid"
            )
        }
    }

    static let badIndexes: [(JSONObject, Refusal)] = [
        (["columns": ["year"]], Refusal("column_index_invalid", 400, "columns[0]")),
        (["columns": ["$id"]], Refusal("column_index_invalid", 400, "columns[0]")),
        (["columns": ["tags"]], Refusal("column_index_invalid", 400, "columns[0]")),
        (["columns": ["title", "year"]], Refusal("column_index_invalid", 400, "columns")),
        (["columns": ["title"], "orders": ["DESC"]], Refusal("column_index_invalid", 400, "orders[0]")),
        (["columns": ["title"], "lengths": [5]], Refusal("column_index_invalid", 400, "lengths[0]")),
        (["columns": ["title"]], Refusal("column_index_invalid", 400, "type")),
    ]

    @Test(arguments: badIndexes)
    func refusesIndexesThatAStoreCouldNotKeep(_ arguments: JSONObject, _ expected: Refusal) async throws {
        try await withRows(.sqlite) { engine in
            var arguments = arguments
            arguments["key"] = "second"
            arguments["type"] = "fulltext"
            let refusal = try await engine.refusalOn("createIndex", arguments)
            #expect(refusal == expected)
        }
    }

    @Test(arguments: Backend.available)
    func anIndexIsBuiltLaterAndDropped(_ backend: Backend) async throws {
        try await withRows(backend) { engine in
            let search = [query("search", "title", "peace")]
            #expect(try await engine.on("deleteIndex", ["key": "words"]) == [:])
            #expect(
                try await engine.refusalOn("listRows", ["queries": .array(search)]).type == "general_query_invalid"
            )
            try await engine.on("updateRow", ["rowId": "cafe", "data": ["title": "No peace"]])
            let arguments: JSONObject = ["key": "w", "type": "fulltext", "columns": ["title"]]
            let made = try await engine.on("createIndex", arguments)
            #expect(made["type"] == "fulltext" && made["status"] == "available" && made["orders"] == ["ASC"])
            #expect(try await engine.listed(search) == ["war", "peace", "cafe"])
            #expect(try await engine.on("describeTable")["indexes"] == ["w": "fulltext(title)"])
            #expect(
                try await engine.refusalOn(
                    "updateTextColumn",
                    ["key": "title", "required": false, "default": nil, "newKey": "name"]
                )
                    == Refusal("column_index_dependency", 409, "key")
            )
        }
    }

    @Test(arguments: Backend.available)
    func isTheSameInTheDeprecatedWords(_ backend: Backend) async throws {
        try await withRows(backend) { engine in
            let list: JSONObject = [
                "databaseId": "d", "collectionId": "t", "queries": [query("search", "title", "war")],
            ]
            let answer = try await engine.call("databases.listDocuments", list)
            #expect(answer["documents"]?.each("$id") == ["war"])
            let index: JSONObject = [
                "databaseId": "d", "collectionId": "t", "key": "second", "type": "fulltext", "attributes": ["title"],
            ]
            #expect(try await engine.refusal("databases.createIndex", index).type == "index_invalid")
        }
    }
}
