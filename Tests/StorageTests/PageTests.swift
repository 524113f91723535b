import Storage
import Testing
import Values

@Suite("Pages")
struct PageTests {
    private let table = TableLayout.small()

    /// Rows with their column `a` and `n`: `1 b2  2 a1  3 -2  4 b1  5 a-  6 -1`, where `-` is null.
    private func withRows(_ backend: Backend, _ body: (any DocumentStore) async throws -> Void) async throws {
        try await backend.withStore(table) { store async throws in
            let rows: [[JSON]] = [["b", 2], ["a", 1], [nil, 2], ["b", 1], ["a", nil], [nil, 1]]
            let table = table
            try await store.write { session in
                for (index, values) in rows.enumerated() {
                    _ = try session.insert(NewRow("\(index + 1)", values), into: table)
                }
            }
            try await body(store)
        }
    }

    @Test(
        arguments: Backend.available,
        [
            ([("$sequence", false)], "123456"), ([("$sequence", true)], "654321"), ([("$id", true)], "654321"),
            ([("a", false), ("$sequence", false)], "362514"), ([("a", true), ("$sequence", false)], "142536"),
            ([("a", false), ("$sequence", true)], "635241"), ([("a", true), ("$id", true)], "415263"),
            ([("a", false), ("n", true), ("$sequence", false)], "362514"),
            ([("n", false), ("a", true), ("$sequence", false)], "542613"),
            ([("$createdAt", true), ("$sequence", false)], "123456"),
        ] as [([(String, Bool)], String)]
    )
    func comeInTheOrderAskedFor(_ backend: Backend, order: (fields: [(String, Bool)], ids: String)) async throws {
        try await withRows(backend) { store async throws in
            let orders = order.fields.map { Query.Order($0.0, descending: $0.1) }
            #expect(try await store.ids(RowQuery(orders: orders), in: table).joined() == order.ids)
        }
    }

    @Test(arguments: Backend.available)
    func haveALimitAndAnOffset(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            #expect(try await store.ids(RowQuery(limit: 2), in: table) == ["1", "2"])
            #expect(try await store.ids(RowQuery(limit: 2, offset: 3), in: table) == ["4", "5"])
            #expect(try await store.ids(RowQuery(limit: 9, offset: 5), in: table) == ["6"])
            #expect(try await store.ids(RowQuery(limit: 9, offset: 6), in: table) == [])
        }
    }

    @Test(arguments: Backend.available)
    func startBesideAPlace(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            func page(_ orders: [Query.Order], _ values: [JSON], backward: Bool, limit: Int = 10) async throws -> String
            {
                var query = RowQuery(orders: orders, limit: limit)
                let all = try await store.rows(RowQuery(), in: table)
                // A place names sequences, which the store chose.
                let place = values.map { value in
                    if case .int(let number) = value, number >= 100 {
                        JSON.string(all[Int(number) - 101].sequence)
                    } else {
                        value
                    }
                }
                query.position = RowQuery.Position(values: place, isBackward: backward)
                return try await store.ids(query, in: table).joined()
            }
            let sequence = Query.Order("$sequence")
            #expect(try await page([sequence], [103], backward: false) == "456")
            #expect(try await page([sequence], [103], backward: true) == "12")
            #expect(try await page([sequence], [105], backward: true, limit: 2) == "34")
            let down = Query.Order("a", descending: true)
            #expect(try await page([down, sequence], ["b", 104], backward: false) == "2536")
            #expect(try await page([down, sequence], ["b", 104], backward: false, limit: 3) == "253")
            #expect(try await page([down, sequence], ["a", 105], backward: true) == "142")
            #expect(try await page([Query.Order("a"), sequence], ["a", 102], backward: true) == "36")
            #expect(try await page([Query.Order("a"), sequence], ["a", 102], backward: false) == "514")
            let three = [down, Query.Order("n", descending: true), Query.Order("$id")]
            #expect(try await page(three, ["b", 1, "4"], backward: false) == "2536")
            #expect(try await page(three, ["a", 1, "2"], backward: true) == "14")
        }
    }

    @Test(arguments: Backend.available)
    func holdOnlyTheColumnsAskedFor(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            var query = RowQuery(limit: 1)
            query.columns = [1]
            #expect(try await store.rows(query, in: table).map(\.values) == [[nil, 2]])
            query.columns = []
            let rows = try await store.rows(query, in: table)
            #expect(rows.map(\.values) == [[nil, nil]])
            #expect(rows.map(\.id) == ["1"])
        }
    }

    @Test(arguments: Backend.available)
    func areCountedUpToACap(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            let b = Filter.compare("a", .equal, ["b"])
            #expect(try await store.count(in: table) == 6)
            #expect(try await store.count(in: table, cap: 4) == 4)
            #expect(try await store.count(RowQuery(b, limit: 1, offset: 1), in: table) == 2)
            let estimate = try await store.read { [table] in try $0.estimatedCount(in: table) }
            #expect(estimate >= 6)
        }
    }

    @Test(arguments: Backend.available) func aPageOfTooManyBytesIsRefused(_ backend: Backend) async throws {
        try await withRows(backend) { store async throws in
            let table = table
            var query = RowQuery(limit: 6)
            query.maximumBytes = 1000
            let large = query
            let error = await #expect(throws: StoreError.self) {
                try await store.read { try $0.rows(large, in: table) }
            }
            #expect(error?.kind == .tooLarge)
            query.limit = 2
            let small = query
            #expect(try await store.read { try $0.rows(small, in: table) }.map(\.id) == ["1", "2"])
        }
    }
}
