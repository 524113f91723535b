import Storage
import TestSupport
import Testing
import Values

@Suite("Conditions on related rows answer what a plain evaluation answers", .serialized)
struct RelatedQueryTests {
    private let left = TableLayout(
        databaseID: "shop",
        tableID: "left",
        incarnation: "1",
        columns: [ColumnLayout("n", .integer), ColumnLayout("right", .text)]
    )
    private let right = TableLayout(
        databaseID: "shop",
        tableID: "right",
        incarnation: "1",
        columns: [ColumnLayout("n", .integer), ColumnLayout("left", .text)]
    )
    private let pairs = TableLayout(
        databaseID: "shop",
        tableID: "_pairs",
        incarnation: "1",
        columns: [ColumnLayout("parent", .text), ColumnLayout("child", .text)]
    )

    private func withTables(_ backend: Backend, _ body: (any DocumentStore) async throws -> Void) async throws {
        try await backend.withStore(left) { store in
            for table in [right, pairs] { try await store.write { try $0.create(table, indexes: []) } }
            try await body(store)
        }
    }

    /// Ways from one table to the other and back, numbered as the filters number them.
    private func joins(_ permissions: [String]?) -> [Join] {
        [
            Join(.holds("right"), to: right, permissions: permissions),
            Join(.heldBy("left"), to: right, permissions: permissions),
            Join(.pairs(pairs, own: "parent", other: "child"), to: right, permissions: permissions),
            Join(.holds("left"), to: left), Join(.heldBy("right"), to: left),
            Join(.pairs(pairs, own: "child", other: "parent"), to: left),
        ]
    }

    private func filter(_ random: inout SplitMix64, from isLeft: Bool, depth: Int) -> Filter {
        let (depth, number) = (depth + 1, random.below(depth < 4 ? 5 : 2))
        switch number {
        case 0: return .compare("n", .equal, [.int(Int64(random.below(6)))])
        case 1: return .compare("n", random.pick([.greaterThan, .notEqual]), [.int(Int64(random.below(6)))])
        case 2:
            return .or([filter(&random, from: isLeft, depth: depth), filter(&random, from: isLeft, depth: depth)])
        default:
            let join = random.below(3) + (isLeft ? 0 : 3)
            return .related(join, (0..<random.below(3)).map { _ in filter(&random, from: !isLeft, depth: depth) })
        }
    }

    /// Fills the tables with rows that are related at random, some to rows that are not there.
    private func fill(_ store: any DocumentStore, _ random: inout SplitMix64) async throws -> Oracle {
        var kept: [String: [NewRow]] = [:]
        for (table, other) in [("left", "r"), ("right", "l")] {
            kept[table] = (0..<30).map { number in
                NewRow(
                    "\(table.prefix(1))\(number)",
                    [
                        random.once(in: 5) ? .null : .int(Int64(random.below(6))),
                        random.once(in: 4) ? .null : .string("\(other)\(random.below(34))"),
                    ],
                    permissions: random.once(in: 2) ? ["a"] : ["b"]
                )
            }
        }
        var ids: Set<String> = []
        for _ in 0..<50 { ids.insert("l\(random.below(34))/r\(random.below(34))") }
        kept["_pairs"] = ids.sorted().map { id in
            NewRow(id, id.split(separator: "/").map { .string(String($0)) })
        }
        var oracles: [String: Oracle] = [:]
        for table in [left, right, pairs] {
            let rows = kept[table.tableID]!
            let sequences = try await store.write { session in try rows.map { try session.insert($0, into: table) } }
            let stored = zip(rows, sequences).map { row, sequence in
                StoredRow(
                    id: row.id,
                    sequence: sequence,
                    createdAt: row.createdAt,
                    updatedAt: row.updatedAt,
                    permissions: row.permissions,
                    values: row.values
                )
            }
            oracles[table.tableID] = Oracle(table: table, rows: stored)
        }
        var oracle = oracles["left"]!
        oracle.others = oracles
        return oracle
    }

    @Test(arguments: Backend.available, [1, 2, 3] as [UInt64])
    func pagesAndCounts(_ backend: Backend, seed: UInt64) async throws {
        try await withTables(backend) { store in
            var random = SplitMix64(seed: seed)
            let oracle = try await fill(store, &random)
            for number in 0..<120 {
                var query = RowQuery(limit: random.pick([3, 100]))
                for _ in 0..<(1 + random.below(2)) { query.filters.append(filter(&random, from: true, depth: 0)) }
                query.joins = joins(random.once(in: 3) ? ["a"] : nil)
                if random.once(in: 3) { query.permissions = ["b"] }
                query.orders = [Query.Order("n", descending: random.once(in: 2)), Query.Order("$sequence")]
                let (asked, table) = (query, left)
                let (found, count) = try await store.read { session in
                    (try session.rows(asked, in: table).map(\.id), try session.count(asked, in: table, cap: 99))
                }
                let expected = oracle.page(query).map(\.id)
                guard found == expected, count == oracle.count(query, cap: 99) else {
                    Issue.record(
                        "seed \(seed), query \(number): \(query.filters)\nfound \(found), expected \(expected)"
                    )
                    return
                }
            }
        }
    }

    /// More related rows than lead a search are looked at one by one.
    @Test(arguments: Backend.available)
    func manyRelatedRows(_ backend: Backend) async throws {
        try await withTables(backend) { store in
            let (left, right, pairs) = (left, right, pairs)
            try await store.write { session in
                for number in 0..<300 {
                    let id = String(number)
                    _ = try session.insert(NewRow(id, [.int(Int64(number)), .string(id)]), into: left)
                    _ = try session.insert(NewRow(id, [.int(Int64(number)), .string(id)]), into: right)
                    _ = try session.insert(NewRow("\(id)/\(id)", [.string(id), .string(id)]), into: pairs)
                }
            }
            for number in 0..<3 {
                var query = RowQuery(limit: 2)
                query.joins = joins(nil)
                query.filters = [.related(number, [.compare("n", .greaterThanEqual, [50])])]
                query.orders = [Query.Order("n", descending: true), Query.Order("$sequence")]
                #expect(try await store.ids(query, in: left) == ["299", "298"])
                #expect(try await store.count(query, in: left) == 250)
                // So few that they lead.
                query.filters = [.related(number, [.compare("n", .lessThan, [2])])]
                #expect(try await store.ids(query, in: left) == ["1", "0"])
            }
        }
    }
}
