import Testing
import Values

@testable import Engine

@Suite("explainRows")
struct ExplainRowsTests {
    /// A table of 600 rows: `s` has 3 values, `n` 600, `m` 20, `t` 600, without any index of its own.
    static func withRows(
        _ backend: Backend,
        indexCheck: Int? = nil,
        _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withEngine(backend, indexCheck: indexCheck) { engine in
            try await engine.makeTable([
                ["key": "s", "type": "varchar", "size": 20], ["key": "n", "type": "integer"],
                ["key": "m", "type": "integer"], ["key": "t", "type": "varchar", "size": 20],
                ["key": "tags", "type": "varchar", "size": 9, "array": true],
            ])
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<600 {
                    let data: JSON = [
                        "s": .string("state\(index % 3)"), "n": .int(Int64(index)), "m": .int(Int64(index % 20)),
                        "t": .string("text\(index)"), "tags": ["x"],
                    ]
                    group.addTask { try await engine.on("createRow", ["rowId": .string("r\(index)"), "data": data]) }
                }
                try await group.waitForAll()
            }
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func whatNoIndexServesIsAScan(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            func explain(_ queries: JSON...) async throws -> JSON {
                try await engine.on("explainRows", ["queries": .array(queries)])
            }
            let filtered = try await explain(query("equal", "t", "text599"))
            #expect(filtered["plan"]?["access"] == "scan")
            #expect(filtered["examined"] == 600)
            #expect(filtered["examinedIsCapped"] == nil)
            #expect(filtered["returned"] == 1)
            #expect(filtered["suggestion"] == ["key": "t", "type": "key", "columns": ["t"], "orders": ["ASC"]])
            let sorted = try await explain(query("orderDesc", "n"))
            #expect(sorted["plan"] == ["access": "scan", "sort": "memory"])
            #expect(sorted["examined"] == 600)
            #expect(sorted["returned"] == 25)
            #expect(sorted["suggestion"] == ["key": "n", "type": "key", "columns": ["n"], "orders": ["DESC"]])
            // Nothing helps where no column can be indexed.
            let list = try await explain(query("contains", "tags", "y"))
            #expect(list["plan"]?["access"] == "scan")
            #expect(list["suggestion"] == nil)
            #expect(try await explain(query("endsWith", "t", "9"))["suggestion"] == nil)
            #expect(try await explain(query("notEqual", "s", "state0"))["suggestion"] == nil)
        }
    }

    @Test(arguments: Backend.available)
    func whatEveryTableHasServesMost(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            func explain(_ queries: JSON...) async throws -> JSON {
                try await engine.on("explainRows", ["queries": .array(queries)])
            }
            let whole = try await explain()
            let first: JSON = ["access": "index", "index": "$sequence", "sort": "none"]
            #expect(whole == ["plan": first, "examined": 25, "returned": 25])
            let newest = try await explain(
                query("orderDesc", "$createdAt"),
                query("limit", nil, 3),
                query("offset", nil, 2)
            )
            let sorted: JSON = ["access": "index", "index": "$createdAt", "sort": "index"]
            #expect(newest == ["plan": sorted, "examined": 5, "returned": 3])
            let one = try await explain(query("equal", "$id", "r7"))
            #expect(one == ["plan": ["access": "id", "index": "$id", "sort": "none"], "examined": 1, "returned": 1])
        }
    }

    struct Case: Sendable {
        var queries: [JSON]
        var columns: JSON
        var orders: JSON
        /// How many rows are looked at with the index.
        var examined: ClosedRange<Int64>
        /// How rows get into order with the index.
        var sort: JSON

        init(
            _ queries: JSON...,
            columns: JSON,
            orders: JSON,
            examined: ClosedRange<Int64>,
            sort: JSON = "index"
        ) {
            self.sort = sort
            self.queries = queries
            self.columns = columns
            self.orders = orders
            self.examined = examined
        }
    }

    static let cases = [
        Case(query("equal", "t", "text42"), columns: ["t"], orders: ["ASC"], examined: 1...1, sort: "none"),
        Case(query("orderAsc", "n"), columns: ["n"], orders: ["ASC"], examined: 25...26),
        Case(query("orderDesc", "n"), query("limit", nil, 5), columns: ["n"], orders: ["DESC"], examined: 5...6),
        Case(
            query("equal", "s", "state1"),
            query("orderDesc", "n"),
            columns: ["s", "n"],
            orders: ["ASC", "DESC"],
            examined: 25...26
        ),
        Case(
            query("greaterThan", "n", 500),
            query("equal", "m", 3),
            query("equal", "s", "state0"),
            columns: ["m", "s", "n"],
            orders: ["ASC", "ASC", "ASC"],
            examined: 1...3,
            // The rows of a range come in its order, and a list without one in that of creation.
            sort: "memory"
        ),
        Case(
            query("equal", "m", 3),
            query("orderDesc", "$createdAt"),
            query("limit", nil, 4),
            columns: ["m", "$createdAt"],
            orders: ["ASC", "ASC"],
            examined: 4...5
        ),
        Case(
            query("startsWith", "t", "text59"),
            query("orderAsc", "t"),
            columns: ["t"],
            orders: ["ASC"],
            examined: 11...12
        ),
    ]

    @Test(arguments: Backend.available, cases)
    func theSuggestedIndexChangesThePlan(_ backend: Backend, _ wanted: Case) async throws {
        try await Self.withRows(backend) { engine in
            let arguments: JSONObject = ["queries": .array(wanted.queries)]
            let before = try await engine.on("explainRows", arguments)
            #expect(before["plan"]?["access"] == "scan", "\(before.text)")
            let suggestion = try #require(before["suggestion"]?.object)
            #expect(suggestion["columns"] == wanted.columns)
            #expect(suggestion["orders"] == wanted.orders)
            let rows = try await engine.on("listRows", arguments)
            try await engine.on("createIndex", suggestion)
            let after = try await engine.on("explainRows", arguments)
            #expect(after["plan"]?["access"] == "index", "\(after.text)")
            #expect(after["plan"]?["index"] == suggestion["key"], "\(after.text)")
            #expect(after["plan"]?["sort"] == wanted.sort, "\(after.text)")
            #expect(wanted.examined.contains(after["examined"]?.int ?? -1), "\(after.text)")
            #expect(after["suggestion"] == nil)
            #expect(try await engine.on("listRows", arguments) == rows)
        }
    }

    @Test(arguments: Backend.available)
    func theDeprecatedWordsExplainToo(_ backend: Backend) async throws {
        try await Self.withRows(backend) { engine in
            let answer = try await engine.call(
                "databases.explainDocuments",
                ["databaseId": "d", "collectionId": "t", "queries": [query("equal", "n", 1)]]
            )
            #expect(answer["suggestion"] == ["key": "n", "type": "key", "attributes": ["n"], "orders": ["ASC"]])
            let refusal = try await engine.refusalOn("explainRows", ["queries": [query("equal", "x", 1)]])
            #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
            #expect(try await engine.refusalOn("explainRows", as: .guest).type == "general_unauthorized_scope")
        }
    }
}
