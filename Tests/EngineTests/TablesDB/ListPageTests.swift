import Testing
import Values

@testable import Engine

@Suite("Pages, totals and fields of listRows")
struct ListPageTests {
    @Test(arguments: Backend.available)
    func cursorsContinueAnyOrder(_ backend: Backend) async throws {
        try await ListRowsTests.withRows(backend) { engine in
            func page(_ queries: JSON...) async throws -> [String] { try await engine.listed(queries) }
            let after = try await page(query("cursorAfter", nil, "b"))
            #expect(after == ["c", "d", "e"])
            #expect(try await page(query("cursorBefore", nil, "c")) == ["a", "b"])
            #expect(try await page(query("cursorBefore", nil, "d"), query("limit", nil, 2)) == ["b", "c"])
            #expect(try await page(query("orderDesc", "n"), query("cursorAfter", nil, "b")) == ["a", "d", "e"])
            #expect(try await page(query("orderDesc", "n"), query("cursorBefore", nil, "a")) == ["c", "b"])
            #expect(try await page(query("orderAsc", "n"), query("cursorAfter", nil, "a")) == ["b", "c"])
            #expect(try await page(query("orderAsc", "n"), query("cursorBefore", nil, "a")) == ["e", "d"])
            #expect(
                try await page(query("orderDesc", "$createdAt"), query("cursorAfter", nil, "d")) == ["c", "b", "a"]
            )
            #expect(try await page(query("orderAsc", "$id"), query("cursorAfter", nil, "e")) == [])
            #expect(try await page(query("cursorAfter", nil, "a"), query("greaterThan", "n", 2)) == ["c"])
            #expect(
                try await page(query("cursorAfter", nil, "a"), query("cursorBefore", nil, "c")) == ["b", "c", "d", "e"]
            )
            #expect(
                try await page(
                    query("orderDesc", "n"),
                    query("cursorAfter", nil, "c"),
                    query("offset", nil, 1),
                    query("limit", nil, 2)
                ) == ["a", "d"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func walkingByCursorMeetsEveryRowOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer", "required": true]])
            for index in 0..<57 {
                let data: JSON = ["n": .int(Int64(index * 7 % 5))]
                try await engine.on("createRow", ["rowId": .string("r\(index)"), "data": data])
            }
            for order in [
                query("orderAsc", "n"), query("orderDesc", "n"), query("orderAsc", "$id"), query("orderDesc"),
            ] {
                let all = try await engine.listed([order, query("limit", nil, 100)])
                #expect(Set(all).count == 57)
                var forth: [String] = []
                while true {
                    let cursor = forth.last.map { [query("cursorAfter", nil, .string($0))] } ?? []
                    let page = try await engine.listed([order, query("limit", nil, 10)] + cursor)
                    if page.isEmpty { break }
                    forth += page
                }
                #expect(forth == all)
                var back: [String] = [all.last!]
                while true {
                    let cursor = query("cursorBefore", nil, .string(back[0]))
                    let page = try await engine.listed([order, query("limit", nil, 10), cursor])
                    if page.isEmpty { break }
                    back = page + back
                }
                #expect(back == all)
            }
        }
    }

    @Test(arguments: Backend.available)
    func aCursorNeedsARowWithAPlaceInTheOrder(_ backend: Backend) async throws {
        try await ListRowsTests.withRows(backend) { engine in
            let missing = try await engine.refusalOn("listRows", ["queries": [query("cursorAfter", nil, "zz")]])
            #expect(missing == Refusal("general_cursor_not_found", 400, "queries"))
            for method in ["cursorAfter", "cursorBefore"] {
                let null = try await engine.refusalOn(
                    "listRows",
                    ["queries": [query("orderAsc", "n"), query(method, nil, "e")]]
                )
                #expect(null == Refusal("database_query_order_null", 400, "queries"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func theTotalCountsWhatTheFiltersMatch(_ backend: Backend) async throws {
        try await ListRowsTests.withRows(backend) { engine in
            func total(_ queries: [JSON], _ more: JSONObject = [:]) async throws -> JSON? {
                var arguments = more
                arguments["queries"] = .array(queries)
                return try await engine.on("listRows", arguments)["total"]
            }
            let all = try await total([])
            #expect(all == 5)
            #expect(try await total([query("greaterThan", "n", 0)]) == 3)
            let page = [query("limit", nil, 1), query("offset", nil, 2), query("cursorAfter", nil, "a")]
            #expect(try await total(page) == 5)
            #expect(try await total([query("greaterThan", "n", 0)] + page) == 3)
            #expect(try await total([], ["total": false]) == 0)
            #expect(try await total([], ["total": true]) == 5)
        }
    }

    @Test(arguments: Backend.available)
    func countingStopsAt5000(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            try await withThrowingTaskGroup { group in
                for worker in 0..<8 {
                    group.addTask {
                        for index in 0..<626 {
                            try await engine.on("createRow", ["rowId": .string("r\(worker)-\(index)"), "data": [:]])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let answer = try await engine.on("listRows")
            #expect(answer["total"] == 5000)
            #expect(answer["rows"]?.array?.count == 25)
            let large = try await engine.on("listRows", ["queries": [query("limit", nil, 6000)]])
            #expect(large["rows"]?.array?.count == 5008)
            #expect(try await engine.on("describeTable")["rows"] == "~5008")
        }
    }

    @Test(arguments: Backend.available)
    func selectNamesTheFields(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "a", "type": "integer"], ["key": "b", "type": "integer"]])
            let row = try await engine.on("createRow", ["rowId": "r", "data": ["a": 1, "b": 2]])
            func selected(_ names: JSON...) async throws -> JSON? {
                let select: JSON = ["method": "select", "values": .array(names)]
                let list = try await engine.on("listRows", ["queries": [select]])
                let single = try await engine.on("getRow", ["rowId": "r", "queries": [select]])
                #expect(list["rows"] == [single])
                return single
            }
            let one = try await selected("b")
            #expect(one == ["$tableId": "t", "$databaseId": "d", "b": 2])
            #expect(try await selected("b", "a") == ["$tableId": "t", "$databaseId": "d", "b": 2, "a": 1])
            #expect(try await selected("$id") == ["$id": "r", "$tableId": "t", "$databaseId": "d"])
            #expect(
                try await selected("$permissions", "$createdAt", "a") == [
                    "$tableId": "t", "$databaseId": "d", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                    "$permissions": [], "a": 1,
                ]
            )
            #expect(try await selected("*") == row)
            #expect(try await selected("*", "a") == row)
            let other = try await engine.refusalOn("getRow", ["rowId": "r", "queries": [query("equal", "a", 1)]])
            #expect(other == Refusal("general_query_invalid", 400, "queries"))
        }
    }
}
