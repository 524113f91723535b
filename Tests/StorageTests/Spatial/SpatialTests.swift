import Storage
import TestSupport
import Testing
import Values

@Suite("Queries for shapes")
struct SpatialTests {
    private static let indexes = [
        IndexLayout("places", .spatial, on: [.init("place")]), IndexLayout("shapes", .spatial, on: [.init("shape")]),
    ]

    private func table(_ indexes: [IndexLayout]) -> TableLayout {
        TableLayout(
            databaseID: "shop",
            tableID: "map",
            incarnation: "1",
            columns: [ColumnLayout("place", .geometry), ColumnLayout("shape", .geometry), ColumnLayout("n", .integer)],
            indexes: indexes
        )
    }

    private func rows(_ count: Int, _ random: inout RandomGeometry) -> [NewRow] {
        (0..<count).map { number in
            let values = [
                random.random.once(in: 9) ? .null : random.point(), random.random.once(in: 9) ? .null : random.shape(),
            ]
            return NewRow("r\(number)", values + [.int(Int64(number % 3))])
        }
    }

    /// Even seeds have indexes.
    @Test(arguments: Backend.available, [1, 2, 3, 4, 5, 6] as [UInt64])
    func answerWhatAPlainEvaluationAnswers(_ backend: Backend, seed: UInt64) async throws {
        let table = table(seed % 2 == 0 ? Self.indexes : [])
        try await backend.withStore(table, indexes: table.indexes) { store async throws in
            var random = RandomGeometry(random: SplitMix64(seed: seed))
            let rows = rows(60, &random)
            let sequences = try await store.write { session in try rows.map { try session.insert($0, into: table) } }
            let oracle = Oracle(table: table, rows: zip(rows, sequences).map { StoredRow($0, sequence: $1) })
            #expect(try await store.rows(RowQuery(), in: table).map(\.exact) == oracle.rows.map(\.exact))
            for number in 0..<150 {
                var query = RowQuery(random.filter())
                if random.random.once(in: 2) { query.filters.append(.compare("n", .notEqual, [1])) }
                if random.random.once(in: 3) { query.filters.append(random.filter()) }
                let asked = query
                let (found, count) = try await store.read { session in
                    (try session.rows(asked, in: table).map(\.id), try session.count(asked, in: table, cap: 5000))
                }
                let expected = oracle.page(query).map(\.id)
                guard found == expected, count == expected.count else {
                    Issue.record(
                        "seed \(seed), query \(number): \(query.filters)\nfound \(found), expected \(expected)"
                    )
                    return
                }
            }
        }
    }

    /// The oracle and one of the stores share their geometry; these answers were worked out by hand.
    @Test(arguments: Backend.available)
    func answerWhatIsKnown(_ backend: Backend) async throws {
        let table = table([])
        try await backend.withStore(table) { store async throws in
            let table = table
            for (number, (one, other, expected)) in GeometryTests.pairs.enumerated() {
                let id = "r\(number)"
                // MongoDB takes the two names of a point on the date line for two points.
                if backend == .mongoDB, one == [180, 5] { continue }
                let shape = try Geometry(one).coordinates
                try await store.insert(NewRow(id, [.null, shape, 1]), into: table)
                let operand = try Geometry(other).coordinates
                let found = try await store.count(
                    RowQuery(.compare("$id", .equal, [.string(id)]), .compare("shape", .intersects, [operand])),
                    in: table
                )
                #expect(found == (expected ? 1 : 0), "\(shape.text) and \(operand.text)")
            }
            for (number, (one, other, metres)) in GeometryTests.distances.enumerated() {
                let id = "d\(number)"
                let row = NewRow(id, [[.double(one.0), .double(one.1)], .null, 1])
                try await store.insert(row, into: table)
                for (bound, expected) in [(metres * 1.0002 + 0.01, 1), (metres * 0.9998 - 0.01, 0)] where bound > 0 {
                    let place: JSON = [.double(other.0), .double(other.1)]
                    let near = Filter.compare("place", .distanceLessThan, [place, .double(bound)])
                    let query = RowQuery(.compare("$id", .equal, [.string(id)]), near)
                    #expect(try await store.count(query, in: table) == expected, "\(one), \(other), \(bound)")
                }
            }
        }
    }

    @Test(arguments: Backend.available)
    func indexesFollowEveryWrite(_ backend: Backend) async throws {
        let (plain, indexed) = (table([]), table(Self.indexes))
        try await backend.withStore(plain) { store async throws in
            let row = NewRow("a", [[1.0, 1.0], [[0.0, 0.0], [1.0, 1.0]], 1])
            try await store.insert(row, NewRow("null", [.null, .null, 1]), into: plain)
            for index in Self.indexes {
                for _ in 1...2 { try await store.define(.createIndex(index, plain)) }
            }
            let here = RowQuery(.compare("place", .distanceLessThan, [[1.0, 1.0], 10.0]))
            let there = RowQuery(.compare("place", .intersects, [[50.0, 50.0]]))
            let across = RowQuery(.compare("shape", .intersects, [[[0.0, 1.0], [1.0, 0.0]]]))
            #expect(try await store.ids(here, in: indexed) == ["a"])
            #expect(try await store.ids(across, in: indexed) == ["a"])
            try await store.update("a", RowChange([0: [50.0, 50.0], 1: .null]), in: indexed)
            #expect(try await store.ids(here, in: indexed) == [])
            #expect(try await store.ids(there, in: indexed) == ["a"])
            #expect(try await store.ids(across, in: indexed) == [])
            try await store.update("null", RowChange([0: [1.0, 1.0]]), in: indexed)
            #expect(try await store.ids(here, in: indexed) == ["null"])
            try await store.delete("a", from: indexed)
            #expect(try await store.ids(there, in: indexed) == [])
            for _ in 1...2 { try await store.define(.dropIndex(key: "places", indexed)) }
            try await store.insert(NewRow("b", [[1.0, 1.0], .null, 1]), into: table([Self.indexes[1]]))
            #expect(try await store.ids(here, in: table([Self.indexes[1]])) == ["null", "b"])
            for _ in 1...2 { try await store.define(.dropTable(indexed)) }
        }
    }
}

extension StoredRow {
    /// What a store makes of a new row.
    fileprivate init(_ row: NewRow, sequence: String) {
        self.init(
            id: row.id,
            sequence: sequence,
            createdAt: row.createdAt,
            updatedAt: row.updatedAt,
            permissions: row.permissions,
            values: row.values
        )
    }
}
