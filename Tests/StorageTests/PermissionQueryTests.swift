import Storage
import Testing
import Values

@Suite("Rows that permissions open")
struct PermissionQueryTests {
    private let table = TableLayout.small()

    /// 2,500 rows: `many` opens all but each fifth, `few` each hundredth, `both` those that both open.
    private func withRows(_ backend: Backend, _ body: (any DocumentStore) async throws -> Void) async throws {
        try await backend.withStore(table) { store async throws in
            let table = table
            try await store.write { session in
                for n in 0..<2500 {
                    var permissions: [String] = []
                    if n % 5 != 0 { permissions.append("many") }
                    if n % 100 < 2 { permissions.append("few") }
                    _ = try session.insert(
                        NewRow("r\(n)", [.string("a\(n % 7)"), .int(Int64(n))], permissions: permissions),
                        into: table
                    )
                }
            }
            try await body(store)
        }
    }

    @Test(arguments: Backend.available, [["many"], ["few"], ["many", "few"], ["few", "none"], ["none"], []])
    func areThoseAndNoOthers(_ backend: Backend, permissions: [String]) async throws {
        let open = (0..<2500).filter { n in
            (permissions.contains("many") && n % 5 != 0) || (permissions.contains("few") && n % 100 < 2)
        }
        try await withRows(backend) { store async throws in
            let all = RowQuery(permissions: permissions)
            #expect(try await store.ids(all, in: table) == open.map { "r\($0)" })
            #expect(try await store.count(all, in: table) == open.count)
            #expect(try await store.count(all, in: table, cap: 10) == min(10, open.count))
            let some = RowQuery(
                .compare("a", .equal, ["a3"]),
                .compare("n", .lessThan, [2000]),
                orders: [Query.Order("n", descending: true), Query.Order("$sequence")],
                permissions: permissions,
                limit: 5,
                offset: 1
            )
            let expected = open.filter { $0 % 7 == 3 && $0 < 2000 }.reversed().dropFirst().prefix(5)
            #expect(try await store.ids(some, in: table) == expected.map { "r\($0)" })
        }
    }
}
