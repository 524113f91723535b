import TestSupport
import Testing
import Values

@testable import Storage

/// The plans that MongoDB makes for pages, asked for with `explain`.
@Suite("Indexes that pages on MongoDB use", .enabled(if: MongoServer.uri != nil))
struct MongoIndexUseTests {
    private let table = TableLayout.small()
    private let indexes = [
        IndexLayout("byA", on: [.init("a")]), IndexLayout("byNDown", on: [.init("n", descending: true)]),
        IndexLayout("unique", unique: true, on: [.init("a"), .init("n")]),
    ]

    struct Case: Sendable, CustomTestStringConvertible {
        var query: RowQuery
        var index: String
        var testDescription: String { "\(index): \(query.filters) \(query.orders.map(\.field))" }
    }

    static let cases: [Case] = {
        func query(_ filters: [Filter], _ orders: [Query.Order] = [], _ permissions: [String]? = nil) -> RowQuery {
            var query = RowQuery(limit: 25)
            query.filters = filters
            query.orders = orders + [Query.Order("$sequence")]
            query.permissions = permissions
            return query
        }
        var placed = query([], [Query.Order("a")])
        placed.position = RowQuery.Position(values: ["a500", "7"], isBackward: false)
        return [
            Case(query: query([]), index: "$sequence"),
            Case(query: query([.compare("a", .equal, ["a7"])]), index: "byA"),
            Case(query: query([.compare("a", .startsWith, ["a7"])], [Query.Order("a")]), index: "byA"),
            Case(query: query([], [Query.Order("a")]), index: "byA"), Case(query: placed, index: "byA"),
            Case(query: query([], [Query.Order("n", descending: true)]), index: "byNDown"),
            Case(query: query([], [Query.Order("$createdAt")]), index: "$createdAt"),
            Case(query: query([], [], ["few"]), index: "$permissions"),
        ]
    }()

    @Test(arguments: cases)
    func existAndSpareTheSort(_ wanted: Case) async throws {
        try await Backend.mongoDB.withStore(table, indexes: indexes) { store async throws in
            let table = table
            try await store.write { session in
                for n in 0..<1000 {
                    let permissions = n % 100 == 0 ? ["few"] : []
                    _ = try session.insert(
                        NewRow("r\(n)", [.string("a\(n)"), .int(Int64(n))], permissions: permissions),
                        into: table
                    )
                }
            }
            let plan = try await store.read { session in try session.plan(wanted.query, in: table) }
            #expect(plan == PagePlan(.index, index: wanted.index))
        }
    }
}
