import Testing
import Values

@testable import Engine

@Suite("Lists of databases, tables, columns and indexes")
struct SystemListTests {
    @Test(arguments: Backend.available)
    func databasesComeInTheOrderOfTheirCreation(_ backend: Backend) async throws {
        try await withDatabases(backend, ["c", "a", "b"]) { engine in
            let answer = try await engine.call("tablesDB.list")
            #expect(answer["total"] == 3)
            #expect(answer["databases"]?.each("$id") == ["c", "a", "b"])
            #expect(try await engine.call("tablesDB.list", ["total": false])["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func queriesFilterSortAndPage(_ backend: Backend) async throws {
        try await withDatabases(backend, ["c", "a", "d", "b"]) { engine in
            func ids(_ queries: JSON...) async throws -> [JSON]? {
                try await engine.call("tablesDB.list", ["queries": .array(queries)])["databases"]?.each("$id")
            }
            let sorted = try await ids(query("orderAsc", "$id"))
            #expect(sorted == ["a", "b", "c", "d"])
            #expect(try await ids(query("orderDesc", "name")) == ["d", "c", "b", "a"])
            #expect(try await ids(query("orderDesc", "$sequence")) == ["b", "d", "a", "c"])
            #expect(try await ids(query("equal", "$id", "a", "b")) == ["a", "b"])
            #expect(try await ids(query("equal", "enabled", false)) == [])
            #expect(try await ids(query("equal", "type", "tablesdb"), query("limit", nil, 2)) == ["c", "a"])
            #expect(try await ids(query("offset", nil, 3)) == ["b"])
            #expect(try await ids(query("cursorAfter", nil, "a")) == ["d", "b"])
            #expect(try await ids(query("cursorBefore", nil, "d")) == ["c", "a"])
            #expect(try await ids(query("cursorBefore", nil, "c"), query("orderAsc", "name")) == ["a", "b"])
        }
    }

    @Test(arguments: Backend.available)
    func searchLooksThroughIdsAndNamesWhateverTheirCase(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "abc", "name": "Orders"])
            try await engine.call("tablesDB.create", ["databaseId": "xyz", "name": "ÄPFEL"])
            func ids(_ text: String) async throws -> [JSON]? {
                try await engine.call("tablesDB.list", ["search": .string(text)])["databases"]?.each("$id")
            }
            #expect(try await ids("order") == ["abc"])
            #expect(try await ids("BC") == ["abc"])
            #expect(try await ids("äpf") == ["xyz"])
            #expect(try await ids("%") == [])
            try await engine.call("tablesDB.update", ["databaseId": "abc", "name": "Bills"])
            #expect(try await ids("order") == [])
            #expect(try await ids("bill") == ["abc"])
        }
    }

    @Test(arguments: Backend.available)
    func aTableIsAPageCursorByItsId(_ backend: Backend) async throws {
        try await withDatabases(backend, ["d", "e"]) { engine in
            for id in ["t3", "t1", "t2"] { try await engine.on("createTable", ["tableId": .string(id), "name": "T"]) }
            try await engine.on("createTable", ["databaseId": "e", "tableId": "t9", "name": "T"])
            func ids(_ queries: JSON...) async throws -> [JSON]? {
                let answer = try await engine.call(
                    "tablesDB.listTables",
                    ["databaseId": "d", "queries": .array(queries)]
                )
                return answer["tables"]?.each("$id")
            }
            #expect(try await ids() == ["t3", "t1", "t2"])
            #expect(try await ids(query("cursorAfter", nil, "t1")) == ["t2"])
            #expect(try await ids(query("orderAsc", "$id"), query("cursorAfter", nil, "t1")) == ["t2", "t3"])
            #expect(try await ids(query("equal", "$id", "t2")) == ["t2"])
            let other: JSONObject = ["databaseId": "d", "queries": [query("cursorAfter", nil, "t9")]]
            #expect(
                try await engine.refusal("tablesDB.listTables", other)
                    == Refusal("general_cursor_not_found", 400, "queries")
            )
        }
    }

    @Test(arguments: Backend.available)
    func columnsAndIndexesAreListedByKey(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "b", "type": "integer", "required": true], ["key": "a", "type": "email"],
                    ["key": "c", "type": "varchar", "size": 9, "array": true],
                ],
                indexes: [
                    ["key": "two", "type": "key", "columns": ["b"]],
                    ["key": "one", "type": "unique", "columns": ["a"]],
                ]
            )
            func columns(_ queries: JSON...) async throws -> [JSON]? {
                try await engine.on("listColumns", ["queries": .array(queries)])["columns"]?.each("key")
            }
            #expect(try await columns() == ["b", "a", "c"])
            #expect(try await columns(query("orderAsc", "key")) == ["a", "b", "c"])
            #expect(try await columns(query("equal", "type", "integer")) == ["b"])
            #expect(try await columns(query("equal", "required", true)) == ["b"])
            #expect(try await columns(query("equal", "array", true)) == ["c"])
            #expect(try await columns(query("greaterThan", "size", 5)) == ["c"])
            #expect(try await columns(query("cursorAfter", nil, "b")) == ["a", "c"])
            let indexes = try await engine.on("listIndexes", ["queries": [query("equal", "type", "unique")]])
            #expect(indexes["total"] == 1)
            #expect(indexes["indexes"]?.each("key") == ["one"])
        }
    }

    @Test(arguments: Backend.available)
    func badQueriesAreRefused(_ backend: Backend) async throws {
        try await withDatabases(backend, ["a"]) { engine in
            let cases: [(JSON, String)] = [
                (query("equal", "nmae", "x"), "general_query_invalid"),
                (query("orderAsc", "nmae"), "general_query_invalid"),
                (query("select", nil, "name"), "general_query_invalid"),
                (query("limit", nil, 0), "general_query_invalid"),
                (query("equal", "enabled", "yes"), "general_query_invalid"),
                (query("cursorAfter", nil, "zzz"), "general_cursor_not_found"),
            ]
            for (item, type) in cases {
                let refusal = try await engine.refusal("tablesDB.list", ["queries": [item]])
                #expect(refusal.type == type, "\(item.text)")
                #expect(refusal.status == 400)
                #expect(refusal.argument?.hasPrefix("queries") == true)
            }
        }
    }

    @Test(arguments: Backend.available)
    func aPageHas25ItemsByDefault(_ backend: Backend) async throws {
        try await withDatabases(backend, (0..<27).map { "n\($0)" }) { engine in
            let answer = try await engine.call("tablesDB.list")
            #expect(answer["total"] == 27)
            #expect(answer["databases"]?.array?.count == 25)
        }
    }

    private func withDatabases(
        _ backend: Backend,
        _ ids: [String],
        _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withEngine(backend) { engine in
            for id in ids {
                try await engine.call("tablesDB.create", ["databaseId": .string(id), "name": .string("Name \(id)")])
            }
            try await body(engine)
        }
    }
}
