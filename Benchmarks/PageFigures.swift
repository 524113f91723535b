import Catalog
import Engine
import Foundation
import GRDB
import Storage
import Values

extension Bench {
    /// A page of 25 rows by an index, beside the same page in bare SQL, in a small and in a large table.
    static func pageFigures(_ rows: Int, _ report: inout Report) async throws {
        var small: PageTimes?
        for size in [10_000, rows] {
            let times = try await pageTimes(size)
            report.add(
                "25-row page of \(size) rows, `total: false`",
                "\(milliseconds(times.page)), bare SQL \(milliseconds(times.barePage)): \(ratio(times.page / times.barePage))",
                target: size == rows ? "at most 3.0" : "to compare with"
            )
            report.add(
                "25-row page of \(size) rows with its total",
                "\(milliseconds(times.counted)), bare page and count \(milliseconds(times.barePage + times.bareCount)): "
                    + ratio(times.counted / (times.barePage + times.bareCount)),
                target: size == rows ? "at most 1.5" : "to compare with"
            )
            if let small {
                report.add(
                    "the same page, \(size) to 10000 rows",
                    ratio(times.page / small.page),
                    target: "the index's logarithm"
                )
            }
            small = times
        }
    }

    private struct PageTimes {
        var page: Double
        var counted: Double
        var barePage: Double
        var bareCount: Double
    }

    private static func pageTimes(_ size: Int) async throws -> PageTimes {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-pages-\(getpid())-\(size)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = SQLiteStore(
            SQLiteStore.Configuration(
                folder: .at(folder.path),
                project: "default",
                systemTables: SystemTables.all
            )
        )
        let engine = Engine(catalog: .embedded, store: store)
        _ = try await engine.execute(Invocation("tablesDB.create", ["databaseId": "shop", "name": "Shop"]))
        guard case .object(let table) = try JSON(parsing: shopTable) else { preconditionFailure("a literal object") }
        _ = try await engine.execute(Invocation("tablesDB.createTable", table))
        _ = try await engine.execute(
            Invocation(
                "tablesDB.createIndex",
                [
                    "databaseId": "shop", "tableId": "products", "key": "by_status", "type": "key",
                    "columns": ["status", "stock"],
                ]
            )
        )
        let file = folder.appendingPathComponent("projects/default.sqlite").path
        let name = try await seed(store, file, size)
        let result = try await measure(engine, file, name)
        await engine.close()
        return result
    }

    /// Fills the table through the store, a few thousand rows to a transaction.
    private static func seed(_ store: SQLiteStore, _ file: String, _ size: Int) async throws -> String {
        let name = try await DatabaseQueue(path: file).read { database in
            try String.fetchOne(
                database,
                sql:
                    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'shop/products#%' AND name NOT LIKE '%:%'"
            )!
        }
        try await fill(store, shopLayout(incarnation: String(name.split(separator: "#")[1])), size)
        return name
    }

    /// The layout of the table that the figures are about.
    static func shopLayout(incarnation: String) -> TableLayout {
        TableLayout(
            databaseID: "shop",
            tableID: "products",
            incarnation: incarnation,
            columns: [
                ColumnLayout("title", .text), ColumnLayout("status", .text), ColumnLayout("price", .double),
                ColumnLayout("stock", .integer), ColumnLayout("active", .boolean), ColumnLayout("seenAt", .datetime),
            ]
        )
    }

    /// Adds rows, a few thousand to a transaction.
    static func fill(_ store: any DocumentStore, _ layout: TableLayout, _ size: Int) async throws {
        let moment = Timestamp(milliseconds: 1_793_000_000_000)
        for start in stride(from: 0, to: size, by: 5000) {
            try await store.write { session in
                for index in start..<min(start + 5000, size) {
                    let values: [JSON] = [
                        .string("Product number \(index)"), .string("state\(index % 100)"), .double(4.5),
                        .int(Int64(index)), true, .string(moment.text),
                    ]
                    _ = try session.insert(
                        NewRow(id: "p\(index)", createdAt: moment, updatedAt: moment, values: values),
                        into: layout
                    )
                }
            }
        }
    }

    /// The median time of a page by an index.
    static func pageTime(_ engine: Engine, total: Bool) async throws -> Double {
        let queries: JSON = [
            ["method": "equal", "attribute": "status", "values": ["state7"]],
            ["method": "orderAsc", "attribute": "stock"], ["method": "limit", "values": [25]],
        ]
        let invocation = Invocation(
            "tablesDB.listRows",
            ["databaseId": "shop", "tableId": "products", "queries": queries, "total": .bool(total)]
        )
        return try await Bench.medianTime(of: invocation, on: engine, 400)
    }

    private static func measure(_ engine: Engine, _ file: String, _ name: String) async throws -> PageTimes {
        _ = try await pageTime(engine, total: true)
        let withoutTotal = try await pageTime(engine, total: false)
        let withTotal = try await pageTime(engine, total: true)
        let (barePage, bareCount) = try await bare(file, name)
        return PageTimes(page: withoutTotal, counted: withTotal, barePage: barePage, bareCount: bareCount)
    }

    private static func bare(_ file: String, _ name: String) async throws -> (Double, Double) {
        try await DatabaseQueue(path: file).read { database in
            let select = try database.makeStatement(
                sql:
                    "SELECT _seq, _id, _createdAt, _updatedAt, _permissions, title, status, price, stock, active, seenAt "
                    + "FROM \"\(name)\" WHERE status = ? ORDER BY stock, _seq LIMIT 25"
            )
            let count = try database.makeStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM \"\(name)\" WHERE status = ? LIMIT 5000)"
            )
            func time(_ statement: Statement) throws -> Double {
                var times: [Double] = []
                for _ in 0..<400 {
                    let start = seconds()
                    let rows = try Row.fetchAll(statement, arguments: ["state7"])
                    precondition(!rows.isEmpty)
                    times.append(seconds() - start)
                }
                return median(times)
            }
            return (try time(select), try time(count))
        }
    }
}
