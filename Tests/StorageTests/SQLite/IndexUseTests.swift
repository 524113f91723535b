import Foundation
import GRDB
import Testing
import Values

@testable import Storage

@Suite("SQLite serves queries from indexes")
struct IndexUseTests {
    private let table = TableLayout.small()

    /// How SQLite would answer a query: one line for each step.
    private func plan(_ query: RowQuery, few: Bool = false) async throws -> [String] {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let store = SQLiteStore(.init(folder: .at(folder.path), project: "test", systemTables: []))
        let table = table
        try await store.write { session in
            try session.create(
                table,
                indexes: [IndexLayout("byA", on: [.init("a")]), IndexLayout("byN", on: [.init("n")])]
            )
        }
        await store.close()
        let queue = try DatabaseQueue(path: folder.database)
        defer { try? queue.close() }
        let pages = SQLCompiler.page(query, in: SQLiteTable(table), few: few)
        return try await queue.read { database in
            try pages.flatMap { page in
                let values = page.parameters.map { value -> DatabaseValue in
                    switch value {
                    case .null: .null
                    case .integer(let number): number.databaseValue
                    case .real(let number): number.databaseValue
                    case .text(let text): text.databaseValue
                    }
                }
                return try Row.fetchAll(
                    database,
                    sql: "EXPLAIN QUERY PLAN " + page.sql,
                    arguments: StatementArguments(values)
                ).map { $0["detail"] as String }
            }
        }
    }

    private func sorted(_ field: String, descending: Bool = false) -> [Query.Order] {
        [Query.Order(field, descending: descending), Query.Order("$sequence", descending: descending)]
    }

    @Test func filters() async throws {
        #expect(
            try await plan(RowQuery(.compare("a", .equal, ["x"])))[0] == "SEARCH t USING INDEX shop/notes#1:byA (a=?)"
        )
        #expect(
            try await plan(RowQuery(.compare("n", .between, [1, 2]), orders: sorted("n")))[0]
                == "SEARCH t USING INDEX shop/notes#1:byN (n>? AND n<?)"
        )
        #expect(
            try await plan(RowQuery(.compare("n", .greaterThan, [1]), orders: sorted("n")))[0]
                == "SEARCH t USING INDEX shop/notes#1:byN (n>?)"
        )
        #expect(
            try await plan(RowQuery(.compare("a", .startsWith, ["x"]), orders: sorted("a")))[0]
                == "SEARCH t USING INDEX shop/notes#1:byA (a>? AND a<?)"
        )
        #expect(try await plan(RowQuery(.compare("$id", .equal, ["x"])))[0].hasSuffix("(_id=?)"))
    }

    @Test(arguments: [false, true])
    func sortedPages(descending: Bool) async throws {
        #expect(
            try await plan(RowQuery(orders: sorted("n", descending: descending))) == [
                "SCAN t USING INDEX shop/notes#1:byN"
            ]
        )
        #expect(
            try await plan(RowQuery(orders: sorted("$createdAt", descending: descending)))
                == ["SCAN t USING INDEX shop/notes#1:$createdAt"]
        )
        #expect(try await plan(RowQuery(orders: [Query.Order("$sequence", descending: descending)])) == ["SCAN t"])
    }

    @Test(arguments: [false, true], [false, true])
    func theContinuationOfASortedPage(descending: Bool, backward: Bool) async throws {
        var query = RowQuery(orders: sorted("n", descending: descending))
        query.position = RowQuery.Position(values: [1, "7"], isBackward: backward)
        let steps = try await plan(query)
        #expect(steps[0] == "SEARCH t USING INDEX shop/notes#1:byN (n\(descending == backward ? ">" : "<")?)")
        // Downwards, the rows without a value come after the smallest.
        #expect(steps.dropFirst() == (descending == backward ? [] : ["SEARCH t USING INDEX shop/notes#1:byN (n=?)"]))
        query = RowQuery(orders: [Query.Order("$sequence", descending: descending)])
        query.position = RowQuery.Position(values: ["7"], isBackward: backward)
        #expect(try await plan(query)[0].hasPrefix("SEARCH t USING INTEGER PRIMARY KEY"))
    }

    @Test func fewRowsThatPermissionsOpen() async throws {
        let query = RowQuery(permissions: ["read(\"user:u1\")"])
        #expect(try await plan(query, few: true)[0] == "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)")
        #expect(try await plan(query, few: false)[0] == "SCAN t")
    }
}
