import Testing
import Values

@testable import Engine

@Suite("Lists that no index serves, where they are refused")
struct IndexCheckTests {
    @Test(arguments: Backend.available)
    func areRefusedInLargeTablesUntilTheIndexIsThere(_ backend: Backend) async throws {
        try await ExplainRowsTests.withRows(backend, indexCheck: 500) { engine in
            let queries: JSON = [query("equal", "s", "state1"), query("orderDesc", "n")]
            for ttl in [0, 30] as [Int64] {
                let error = try await engine.error(
                    "tablesDB.listRows",
                    ["databaseId": "d", "tableId": "t", "queries": queries, "ttl": .int(ttl)]
                )
                #expect(Refusal(error) == Refusal("index_required", 400, "queries"))
                let call =
                    #"{"databaseId":"d","tableId":"t","key":"s_n","type":"key","columns":["s","n"],"#
                    + #""orders":["ASC","DESC"]}"#
                #expect(error.hint?.contains(call) == true, "\(error.hint ?? "-")")
            }
            try await engine.on(
                "createIndex",
                ["key": "s_n", "type": "key", "columns": ["s", "n"], "orders": ["ASC", "DESC"]]
            )
            #expect(try await engine.on("listRows", ["queries": queries])["total"] == 200)
            #expect(try await engine.on("listRows", ["queries": [query("limit", nil, 2)]])["total"] == 600)
            #expect(try await engine.listed([query("equal", "$id", "r5")]) == ["r5"])
            let range: JSONObject = ["queries": [query("greaterThan", "m", 17), query("orderAsc", "m")]]
            #expect(try await engine.refusalOn("listRows", range).type == "index_required")
            try await engine.on("createIndex", ["key": "m", "type": "key", "columns": ["m"]])
            #expect(try await engine.on("listRows", range)["total"] == 60)
            let unserved = try await engine.error(
                "databases.listDocuments",
                ["databaseId": "d", "collectionId": "t", "queries": [query("endsWith", "t", "1")]]
            )
            #expect(Refusal(unserved) == Refusal("index_required", 400, "queries"))
        }
    }

    @Test(arguments: Backend.available)
    func areReadInTablesThatHaveBecomeSmall(_ backend: Backend) async throws {
        try await ExplainRowsTests.withRows(backend, indexCheck: 10) { engine in
            #expect(try await engine.refusalOn("listRows", ["queries": [query("equal", "t", "text7")]]).status == 400)
            try await engine.on(
                "deleteRows",
                ["queries": [query("notEqual", "$id", "r7"), query("notEqual", "$id", "r599")]]
            )
            #expect(try await engine.listed([query("equal", "t", "text7")]) == ["r7"])
        }
    }

    @Test(arguments: Backend.available)
    func areReadInSmallTables(_ backend: Backend) async throws {
        try await ExplainRowsTests.withRows(backend, indexCheck: 600) { engine in
            #expect(try await engine.listed([query("equal", "t", "text7")]) == ["r7"])
            try await engine.on("createRow", ["rowId": "more", "data": [:]])
            let refusal = try await engine.refusalOn("listRows", ["queries": [query("equal", "t", "text7")]])
            #expect(refusal == Refusal("index_required", 400, "queries"))
            // Where the index is deleted the list is refused again.
            try await engine.on("createIndex", ["key": "t", "type": "key", "columns": ["t"]])
            #expect(try await engine.listed([query("equal", "t", "text7")]) == ["r7"])
            try await engine.on("deleteIndex", ["key": "t"])
            #expect(
                try await engine.refusalOn("listRows", ["queries": [query("equal", "t", "text7")]]).type
                    == "index_required"
            )
        }
    }
}
