import Storage
import TestSupport
import Testing
import Values

@Suite("Random queries answer what a plain evaluation answers")
struct RandomQueryTests {
    private let table = TableLayout.everything()

    /// Fills the table with random rows and lends everything that a test needs.
    private func withTable(
        _ backend: Backend,
        seed: UInt64,
        rows count: Int,
        _ body: (any DocumentStore, Oracle, inout RandomTable) async throws -> Void
    ) async throws {
        let indexes = [IndexLayout("i", on: [.init("integer"), .init("text")]), TableLayout.words]
        try await backend.withStore(table, indexes: indexes) {
            store async throws in
            var random = RandomTable(table: table, random: SplitMix64(seed: seed))
            var rows: [NewRow] = []
            for number in 0..<count { rows.append(random.row("\(random.random.once(in: 2) ? "r" : "R")\(number)")) }
            let (table, all) = (table, rows)
            let sequences = try await store.write { session in try all.map { try session.insert($0, into: table) } }
            let stored = zip(all, sequences).map { row, sequence in
                StoredRow(
                    id: row.id,
                    sequence: sequence,
                    createdAt: row.createdAt,
                    updatedAt: row.updatedAt,
                    permissions: row.permissions,
                    values: row.values
                )
            }
            try await body(store, Oracle(table: table, rows: stored), &random)
        }
    }

    @Test(arguments: Backend.available, [1, 2, 3, 4] as [UInt64])
    func pagesAndCounts(_ backend: Backend, seed: UInt64) async throws {
        try await withTable(backend, seed: seed, rows: 60) { store, oracle, random async throws in
            let (ids, sequences) = (oracle.rows.map(\.id), oracle.rows.map(\.sequence))
            for number in 0..<800 {
                var query = random.query(ids: ids, sequences: sequences)
                if random.random.once(in: 2) { query.position = position(beside: oracle, query, &random) }
                let (asked, table, cap) = (query, table, random.random.pick([1, 5, 5000]))
                let (found, count) = try await store.read { session in
                    (try session.rows(asked, in: table), try session.count(asked, in: table, cap: cap))
                }
                let expected = oracle.page(query)
                guard found.map(\.exact) == expected.map(\.exact), count == oracle.count(query, cap: cap) else {
                    Issue.record(
                        "seed \(seed), query \(number): \(query)\nfound \(found.map(\.id)), expected \(expected.map(\.id)), counted \(count) of \(oracle.count(query, cap: cap))"
                    )
                    return
                }
            }
        }
    }

    @Test(arguments: Backend.available, [5, 6] as [UInt64])
    func walkingTheOrderMeetsEveryRowOnce(_ backend: Backend, seed: UInt64) async throws {
        try await withTable(backend, seed: seed, rows: 40) { store, oracle, random async throws in
            for number in 0..<60 {
                var query = RowQuery(limit: 1 + random.random.below(6))
                if random.random.once(in: 2) { query.permissions = RandomTable.permissions }
                query.orders = random.orders()
                // The place beside a row without a value is refused by the engine, so such rows are left out.
                for order in query.orders where !order.field.hasPrefix("$") {
                    query.filters.append(.compare(order.field, .isNotNull, []))
                }
                var whole = query
                whole.limit = 1000
                let expected = oracle.page(whole).map(\.id)
                let forward = try await walk(store, query, oracle, backward: false)
                let backward = try await walk(store, query, oracle, backward: true)
                guard forward == expected, backward == expected else {
                    Issue.record(
                        "seed \(seed), walk \(number): \(query)\nforward \(forward), backward \(backward), expected \(expected)"
                    )
                    return
                }
            }
        }
    }

    /// Reads page after page until there is none, from the start or from the end.
    private func walk(_ store: any DocumentStore, _ query: RowQuery, _ oracle: Oracle, backward: Bool) async throws
        -> [String]
    {
        var query = query
        var ids: [String] = []
        if backward {
            var whole = query
            whole.limit = 1000
            guard let last = oracle.page(whole).last else { return [] }
            ids = [last.id]
            query.position = RowQuery.Position(values: oracle.key(last, query.orders), isBackward: true)
        }
        while true {
            let page = try await store.rows(query, in: table)
            guard let edge = backward ? page.first : page.last else { return ids }
            ids = backward ? page.map(\.id) + ids : ids + page.map(\.id)
            guard ids.count <= oracle.rows.count else { return ids }
            query.position = RowQuery.Position(values: oracle.key(edge, query.orders), isBackward: backward)
        }
    }

    /// The place beside a random row that has values in every field of the order.
    private func position(beside oracle: Oracle, _ query: RowQuery, _ random: inout RandomTable) -> RowQuery.Position? {
        let values = oracle.key(random.random.pick(oracle.rows), query.orders)
        guard !values.contains(.null) else { return nil }
        return RowQuery.Position(values: values, isBackward: random.random.once(in: 2))
    }
}
