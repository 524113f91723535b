import Testing
import Values

@testable import Engine

@Suite("listRows with filters")
struct ListRowsTests {
    /// Five rows; `e` has no values at all.
    static func withRows(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "s", "type": "varchar", "size": 20], ["key": "n", "type": "integer"],
                ["key": "f", "type": "float"], ["key": "b", "type": "boolean"], ["key": "t", "type": "datetime"],
                ["key": "big", "type": "bigint"], ["key": "tags", "type": "varchar", "size": 9, "array": true],
                ["key": "nums", "type": "integer", "array": true],
            ])
            let rows: [(String, JSON)] = [
                (
                    "a",
                    [
                        "s": "apple", "n": 1, "f": 0.5, "b": true, "t": "2026-01-01T00:00:00Z", "big": .int(.max),
                        "tags": ["x", "y"], "nums": [1, 2],
                    ]
                ),
                ("b", ["s": "Banana", "n": 2, "f": 2, "b": false, "tags": ["y"], "nums": []]),
                ("c", ["s": "äpple%", "n": 3, "f": -1.5, "t": "2026-06-01T00:00:00Z", "big": .int(.min), "tags": []]),
                ("d", ["s": "", "n": -4, "b": true, "t": "2025-12-31T23:59:59.999Z", "nums": [3]]), ("e", [:]),
            ]
            for (id, data) in rows {
                try await engine.on("createRow", ["rowId": .string(id), "data": data])
                engine.clock.advance(milliseconds: 1000)
            }
            try await body(engine)
        }
    }

    private static let cases: [([JSON], [String])] = [
        ([query("equal", "s", "apple")], ["a"]), ([query("equal", "s", "apple", "", "none")], ["a", "d"]),
        ([query("equal", "s", "APPLE")], []), ([query("notEqual", "s", "apple")], ["b", "c", "d"]),
        ([query("equal", "n", 1, 3)], ["a", "c"]), ([query("notEqual", "n", 1)], ["b", "c", "d"]),
        ([query("lessThan", "n", 2)], ["a", "d"]), ([query("lessThanEqual", "n", 2)], ["a", "b", "d"]),
        ([query("greaterThan", "n", 2)], ["c"]), ([query("greaterThanEqual", "n", 2)], ["b", "c"]),
        ([query("between", "n", 1, 2)], ["a", "b"]), ([query("notBetween", "n", 1, 2)], ["c", "d"]),
        ([query("between", "n", 2, 1)], []), ([query("equal", "f", 2)], ["b"]),
        ([query("greaterThan", "f", 0)], ["a", "b"]), ([query("lessThan", "f", -0.5)], ["c"]),
        ([query("equal", "b", true)], ["a", "d"]), ([query("notEqual", "b", true)], ["b"]),
        ([query("equal", "big", "9223372036854775807")], ["a"]), ([query("lessThan", "big", 0)], ["c"]),
        ([query("equal", "t", "2026-01-01T02:00:00+02:00")], ["a"]), ([query("lessThan", "t", "2026-01-01")], ["d"]),
        ([query("between", "t", "2026-01-01", "2026-12-31")], ["a", "c"]), ([query("isNull", "n")], ["e"]),
        ([query("isNotNull", "t")], ["a", "c", "d"]), ([query("isNull", "tags")], ["d", "e"]),
        ([query("isNotNull", "nums")], ["a", "b", "d"]), ([query("startsWith", "s", "a")], ["a"]),
        ([query("startsWith", "s", "")], ["a", "b", "c", "d"]), ([query("endsWith", "s", "%")], ["c"]),
        ([query("endsWith", "s", "")], ["a", "b", "c", "d"]), ([query("notStartsWith", "s", "a")], ["b", "c", "d"]),
        ([query("notEndsWith", "s", "a")], ["a", "c", "d"]), ([query("contains", "s", "pp")], ["a", "c"]),
        ([query("contains", "s", "nan", "%")], ["b", "c"]), ([query("containsAny", "s", "nan", "%")], ["b", "c"]),
        ([query("containsAll", "s", "p", "ä")], ["c"]), ([query("notContains", "s", "pp", "B")], ["d"]),
        ([query("regex", "s", "^[a-z]+$")], ["a"]), ([query("regex", "s", "(?i)^ban")], ["b"]),
        ([query("contains", "tags", "y")], ["a", "b"]), ([query("contains", "tags", "x", "q")], ["a"]),
        ([query("containsAny", "nums", 2, 3)], ["a", "d"]), ([query("containsAll", "tags", "x", "y")], ["a"]),
        ([query("containsAll", "nums", 1, 3)], []), ([query("notContains", "tags", "x")], ["b", "c"]),
        ([query("equal", "$id", "a", "c", "zz")], ["a", "c"]), ([query("startsWith", "$id", "b")], ["b"]),
        ([query("greaterThan", "$createdAt", "2026-11-22T08:00:02Z")], ["d", "e"]),
        ([query("lessThanEqual", "$updatedAt", "2026-11-22T08:00:01Z")], ["a", "b"]),
        ([query("or", nil, query("equal", "n", 1), query("isNull", "s"))], ["a", "e"]),
        ([query("and", nil, query("greaterThan", "n", 0), query("lessThan", "n", 3))], ["a", "b"]),
        (
            [
                query(
                    "or",
                    nil,
                    query("and", nil, query("equal", "b", true), query("equal", "n", 1)),
                    query("and", nil, query("equal", "b", true), query("lessThan", "n", 0))
                ), query("notEqual", "s", "apple"),
            ], ["d"]
        ),
        ([query("greaterThan", "n", 0), query("lessThan", "n", 3)], ["a", "b"]),
        ([query("orderDesc", "n")], ["c", "b", "a", "d", "e"]), ([query("orderAsc", "n")], ["e", "d", "a", "b", "c"]),
        ([query("orderAsc", "s")], ["e", "d", "b", "a", "c"]),
        ([query("orderAsc", "b"), query("orderDesc", "n")], ["c", "e", "b", "a", "d"]),
        ([query("orderDesc", "$id")], ["e", "d", "c", "b", "a"]),
        ([query("orderDesc", "$createdAt")], ["e", "d", "c", "b", "a"]),
        ([query("limit", nil, 2)], ["a", "b"]), ([query("offset", nil, 3)], ["d", "e"]),
        ([query("limit", nil, 1), query("offset", nil, 1), query("orderDesc", "n")], ["b"]),
        (["{\"method\":\"equal\",\"attribute\":\"n\",\"values\":[2]}"], ["b"]),
        ([["method": "equal", "attribute": "n", "values": 2]], ["b"]),
    ]

    @Test(arguments: Backend.available)
    func everyQueryFindsItsRows(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            for (queries, expected) in Self.cases {
                let found = try await engine.listed(queries)
                #expect(found == expected, "\(JSON.array(queries).text)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func manyOperandsAreALongList(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            let ids = JSON.array((0..<498).map { .string("none\($0)") } + ["b", "d"])
            let found = try await engine.listed([["method": "equal", "attribute": "$id", "values": ids]])
            #expect(found == ["b", "d"])
            let numbers = JSON.array((100..<599).map { .int($0) } + [2])
            #expect(try await engine.listed([["method": "equal", "attribute": "n", "values": numbers]]) == ["b"])
            #expect(try await engine.listed([["method": "contains", "attribute": "nums", "values": numbers]]) == ["a"])
        }
    }

    private static let refused: [(JSON, String)] = [
        (query("equal", "nn", 1), "queries"), (query("orderAsc", "nn"), "queries"),
        (query("orderAsc", "tags"), "queries"), (query("select", nil, "nn"), "queries"),
        (query("equal", "tags", "x"), "queries"), (query("startsWith", "n", "1"), "queries"),
        (query("contains", "n", 1), "queries"), (query("regex", "n", "1"), "queries"),
        (query("regex", "s", "("), "queries"), (query("equal", "n", "1"), "queries"),
        (query("equal", "n", 1.5), "queries"), (query("equal", "s", 1), "queries"),
        (query("equal", "b", 1), "queries"), (query("equal", "t", "x"), "queries"),
        (query("equal", "n", nil), "queries"), (query("equal", "big", "x"), "queries"),
        (query("contains", "nums", "1"), "queries"), (query("equal", "$permissions", "x"), "queries"),
        (query("equal", "n"), "queries[0]"), (query("isNull", "n", 1), "queries[0]"),
        (query("between", "n", 1), "queries[0]"), (query("notEqual", "n", 1, 2), "queries[0]"),
        (query("equal", nil, 1), "queries[0]"), (query("limit", nil, 0), "queries[0]"),
        (query("limit", nil, "5"), "queries[0]"), (query("offset", nil, -1), "queries[0]"),
        (query("or", nil, query("equal", "n", 1)), "queries[0]"),
        (query("and", nil, query("equal", "n", 1), query("limit", nil, 1)), "queries[0]"),
        (query("select", nil, "n", "n"), "queries[0]"), (query("select"), "queries[0]"),
        (query("seek", "s", "x"), "queries[0]"), (query("euqal", "n", 1), "queries[0]"),
        (["method": 1], "queries[0]"), (["attribute": "n"], "queries[0]"),
        (["method": "isNull", "x": 1], "queries[0]"),
        ("equal(\"n\", [1])", "queries[0]"), ("[]", "queries[0]"), (query("cursorAfter", nil, 1), "queries[0]"),
        (.string(String(repeating: " ", count: 4097)), "queries[0]"),
        (["method": "equal", "attribute": "n", "values": .array(Array(repeating: 1, count: 501))], "queries[0]"),
    ]

    @Test(arguments: Backend.available)
    func everyBadQueryIsRefused(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            for (item, argument) in Self.refused {
                let refusal = try await engine.refusalOn("listRows", ["queries": [item]])
                #expect(refusal == Refusal("general_query_invalid", 400, argument), "\(item.text.prefix(100))")
            }
            let late = try await engine.refusalOn(
                "listRows",
                ["queries": [query("orderAsc", "$id"), query("orderAsc", "nn")]]
            )
            #expect(late == Refusal("general_query_invalid", 400, "queries"))
            let many = JSON.array(Array(repeating: query("isNull", "n"), count: 101))
            let tooMany = try await engine.refusalOn("listRows", ["queries": many])
            #expect(tooMany == Refusal("general_argument_invalid", 400, "queries"))
            let noItem = try await engine.refusalOn("listRows", ["queries": [1]])
            #expect(noItem == Refusal("general_argument_invalid", 400, "queries[0]"))
        }
    }
}
