import Storage
import Testing
import Values

@Suite("Full-text search")
struct SearchTests {
    private let words = IndexLayout("words", .fulltext, on: [.init("a")])
    private var table: TableLayout { TableLayout.small(indexes: [words]) }

    private func found(_ search: String, _ store: any DocumentStore, _ more: Filter...) async throws -> [String] {
        try await store.ids(query([.compare("a", .search, [.string(search)])] + more), in: table)
    }

    private func query(_ filters: [Filter]) -> RowQuery {
        var query = RowQuery()
        query.filters = filters
        return query
    }

    private static let texts: [(id: String, text: JSON)] = [
        ("tea", "Green tea, freshly brewed"), ("cake", "A cake for five o'clock tea"), ("coffee", "Café crème"),
        ("null", .null), ("empty", ""), ("dash", "tea-time; GREEN: tea"), ("german", "Straße in München"),
        ("greek", "Σίσυφος"), ("japanese", "緑茶 と 抹茶"), ("code", "snake_case v2"), ("teapot", "teapot 😀"),
    ]

    private func withTexts(_ backend: Backend, _ body: (any DocumentStore) async throws -> Void) async throws {
        try await backend.withStore(table, indexes: [words]) { store async throws in
            let table = table
            try await store.write { session in
                for (id, text) in Self.texts { _ = try session.insert(NewRow(id, [text, 1]), into: table) }
            }
            try await body(store)
        }
    }

    static let cases: [(String, [String])] = [
        ("tea", ["tea", "cake", "dash"]), ("TEA", ["tea", "cake", "dash"]), ("te", []), ("teapot", ["teapot"]),
        ("green cake", ["tea", "cake", "dash"]), ("\"green tea\"", ["tea"]), ("\"Green\" \"five\"", []),
        ("\"tea\" \"five o'clock\"", ["cake"]), ("\"green: TEA\"", ["dash"]), ("cafe", ["coffee"]),
        ("CRÈME", ["coffee"]), ("\"cafe creme\"", ["coffee"]), ("munchen", ["german"]), ("STRAßE", ["german"]),
        ("strasse", []), ("ΣΊΣΥΦΟΣ", ["greek"]), ("緑茶", ["japanese"]), ("茶", []), ("case", []),
        ("SNAKE_CASE", ["code"]),
        ("😀", ["teapot"]), ("-tea", ["tea", "cake", "dash"]), ("\"tea", ["tea", "cake", "dash"]), ("", []),
        ("!? \"", []),
        ("\"\" tea", ["tea", "cake", "dash"]), ("o", ["cake"]), ("\\ v2 \n", ["code"]), ("nothing", []),
    ]

    @Test(arguments: Backend.available)
    func findsTheSameEverywhere(_ backend: Backend) async throws {
        try await withTexts(backend) { store async throws in
            let every = Self.texts.filter { !$0.text.isNull }.map(\.id)
            for (search, expected) in Self.cases {
                #expect(try await found(search, store) == expected, "\(search)")
                let others = try await store.ids(query([.compare("a", .notSearch, [.string(search)])]), in: table)
                #expect(others == every.filter { !expected.contains($0) }, "not \(search)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func goesWithFiltersOrdersPlacesAndCounts(_ backend: Backend) async throws {
        try await withTexts(backend) { store async throws in
            #expect(try await found("tea", store, .compare("a", .startsWith, ["A"])) == ["cake"])
            #expect(try await found("tea", store, .compare("a", .notSearch, ["green"])) == ["cake"])
            #expect(
                try await found("tea", store, .or([.compare("$id", .equal, ["tea"]), .compare("n", .isNull, [])])) == [
                    "tea"
                ]
            )
            var sorted = RowQuery(.compare("a", .search, ["tea"]), orders: [.init("$id", descending: true)], limit: 2)
            #expect(try await store.ids(sorted, in: table) == ["tea", "dash"])
            #expect(try await store.count(sorted, in: table) == 3)
            #expect(try await store.count(sorted, in: table, cap: 2) == 2)
            sorted.position = RowQuery.Position(values: ["dash"], isBackward: false)
            #expect(try await store.ids(sorted, in: table) == ["cake"])
            sorted.position?.isBackward = true
            #expect(try await store.ids(sorted, in: table) == ["tea"])
            #expect(
                try await store.ids(
                    RowQuery(.and([.compare("a", .search, ["cafe tea"]), .compare("a", .isNotNull, [])]), offset: 3),
                    in: table
                )
                    == ["dash"]
            )
        }
    }

    @Test(arguments: Backend.available)
    func permissionsAreKept(_ backend: Backend) async throws {
        try await backend.withStore(table, indexes: [words]) { store async throws in
            try await store.insert(
                NewRow("mine", ["tea", 1], permissions: ["u1"]),
                NewRow("yours", ["tea", 1], permissions: ["u2"]),
                into: table
            )
            for (permissions, expected) in [(["u1"], ["mine"]), (["u2", "u1"], ["mine", "yours"]), (["u3"], [])] {
                let query = RowQuery(.compare("a", .search, ["tea"]), permissions: permissions)
                #expect(try await store.ids(query, in: table) == expected)
                #expect(try await store.count(query, in: table) == expected.count)
            }
        }
    }

    @Test(arguments: Backend.available)
    func followsEveryWrite(_ backend: Backend) async throws {
        try await withTexts(backend) { store async throws in
            try await store.update("tea", RowChange([0: "black coffee"]), in: table)
            try await store.update("null", RowChange([0: "tea again"]), in: table)
            try await store.update("dash", RowChange([0: .null]), in: table)
            try await store.update("teapot", RowChange([1: 5]), in: table)
            try await store.delete("cake", from: table)
            #expect(try await found("tea", store) == ["null"])
            #expect(try await found("coffee teapot", store) == ["tea", "teapot"])
            try await store.insert(NewRow("dash2", ["tea", 1]), into: table)
            let table = table
            struct Undone: Error {}
            await #expect(throws: Undone.self) {
                try await store.write { session in
                    _ = try session.insert(NewRow("never", ["tea", 1]), into: table)
                    _ = try session.delete("null", from: table)
                    throw Undone()
                }
            }
            #expect(try await found("tea", store) == ["null", "dash2"])
            let own = try await store.write { session in
                _ = try session.insert(NewRow("own", ["tea", 1]), into: table)
                return try session.rows(RowQuery(.compare("a", .search, ["tea"])), in: table).map(\.id)
            }
            #expect(own == ["null", "dash2", "own"])
        }
    }

    @Test(arguments: Backend.available)
    func theIndexIsBuiltOverRowsAndDropped(_ backend: Backend) async throws {
        let plain = TableLayout.small()
        try await backend.withStore(plain) { store async throws in
            try await store.insert(NewRow("x", ["tea", 1]), NewRow("y", [.null, 1]), into: plain)
            for _ in 1...2 { try await store.define(.createIndex(words, plain)) }
            #expect(try await found("tea", store) == ["x"])
            for _ in 1...2 { try await store.define(.dropIndex(key: "words", plain)) }
            try await store.update("x", RowChange([0: "coffee"]), in: plain)
            try await store.define(.createIndex(IndexLayout("Other", .fulltext, on: [.init("a")]), plain))
            let other = TableLayout.small(indexes: [IndexLayout("Other", .fulltext, on: [.init("a")])])
            let coffee = RowQuery(.compare("a", .search, ["tea coffee"]))
            #expect(try await store.ids(coffee, in: other) == ["x"])
            for _ in 1...2 { try await store.define(.dropTable(plain)) }
            let again = TableLayout.small(incarnation: "2", indexes: [words])
            try await store.write { try $0.create(again, indexes: again.indexes) }
            try await store.insert(NewRow("z", ["coffee", 1]), into: again)
            #expect(try await store.ids(coffee, in: again) == ["z"])
        }
    }

    @Test(arguments: Backend.available)
    func worksWhileAnotherColumnIsRenamed(_ backend: Backend) async throws {
        try await withTexts(backend) { store async throws in
            let renaming = TableLayout(
                databaseID: "shop",
                tableID: "notes",
                incarnation: "1",
                columns: [ColumnLayout("a", .text), ColumnLayout("m", storedAs: "n", .integer)],
                indexes: [words]
            )
            let query = RowQuery(.compare("m", .equal, [1]), .compare("a", .search, ["tea"]))
            if backend == .mongoDB {
                #expect(try await store.ids(query, in: renaming) == ["tea", "cake", "dash"])
                #expect(try await store.count(query, in: renaming) == 3)
            }
            try await store.define(.renameColumn(from: "n", to: "m", renaming))
            let renamed = TableLayout(
                databaseID: "shop",
                tableID: "notes",
                incarnation: "1",
                columns: [ColumnLayout("a", .text), ColumnLayout("m", .integer)],
                indexes: [words]
            )
            #expect(try await store.ids(query, in: renamed) == ["tea", "cake", "dash"])
            try await store.define(.dropColumn(renamed.columns[1], renamed))
            let rest = TableLayout(
                databaseID: "shop",
                tableID: "notes",
                incarnation: "1",
                columns: [ColumnLayout("a", .text)],
                indexes: [words]
            )
            try await store.delete("tea", from: rest)
            #expect(try await store.ids(RowQuery(.compare("a", .search, ["tea"])), in: rest) == ["cake", "dash"])
        }
    }

    @Test(arguments: Backend.available)
    func tooManyRowsAreNotLeftOut(_ backend: Backend) async throws {
        try await withTexts(backend) { store async throws in
            var query = RowQuery(.compare("a", .notSearch, ["tea"]))
            query.maximumExcluded = 3
            #expect(try await store.ids(query, in: table).count == 7)
            query.maximumExcluded = 2
            let asked = query
            let failure = await #expect(throws: StoreError.self) { try await store.rows(asked, in: table) }
            #expect(failure?.kind == .tooManyExcluded)
            let counted = await #expect(throws: StoreError.self) { try await store.count(asked, in: table) }
            #expect(counted?.kind == .tooManyExcluded)
        }
    }
}
