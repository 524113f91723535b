import Catalog
import Engine
import Foundation
import GRDB
import Storage
import Values

/// A filtered and sorted page of rows with the rows they are related to, beside what one would write by hand.
enum RelationFigures {
    /// How many rows there are to page through, and how many they are related to.
    static let books = 100_000
    private static let authors = 1000

    /// What the filter on the related rows finds: half of the authors, or ten of them.
    enum Part: String, CaseIterable {
        case half, few

        /// A filter on `age`, which is the number of an author modulo 100.
        var condition: (method: String, age: Int64) {
            switch self {
            case .half: ("greaterThanEqual", 50)
            case .few: ("equal", 7)
            }
        }

        var words: String { self == .half ? "half of the related rows match" : "ten of 1000 related rows match" }
    }

    /// Makes and fills the tables.
    static func prepare(_ engine: Engine, _ store: any DocumentStore) async throws {
        let texts = [
            ("create", #"{"databaseId":"library","name":"Library"}"#),
            (
                "createTable",
                #"{"databaseId":"library","tableId":"authors","name":"A","columns":[{"key":"name","type":"varchar","size":60},{"key":"age","type":"integer"}]}"#
            ),
            (
                "createTable",
                #"{"databaseId":"library","tableId":"books","name":"B","columns":[{"key":"title","type":"varchar","size":60},{"key":"year","type":"integer"}],"indexes":[{"key":"byYear","type":"key","columns":["year"]}]}"#
            ),
            (
                "createRelationshipColumn",
                #"{"databaseId":"library","tableId":"books","relatedTableId":"authors","type":"manyToOne","key":"author"}"#
            ),
        ]
        for (method, text) in texts {
            guard case .object(let arguments) = try JSON(parsing: text) else { preconditionFailure("a literal object") }
            _ = try await engine.execute(Invocation("tablesDB." + method, arguments))
        }
        try await fill(
            store,
            "authors",
            [ColumnLayout("name", .text), ColumnLayout("age", .integer)],
            authors
        ) { [.string("Author number \($0)"), .int(Int64($0 % 100))] }
        try await fill(
            store,
            "books",
            [ColumnLayout("title", .text), ColumnLayout("year", .integer), ColumnLayout("author", .text)],
            books
        ) { [.string("Book number \($0)"), .int(Int64($0 * 7919 % 100_003)), .string("r\($0 % authors)")] }
    }

    private static func fill(
        _ store: any DocumentStore,
        _ id: String,
        _ columns: [ColumnLayout],
        _ count: Int,
        _ values: @escaping @Sendable (Int) -> [JSON]
    ) async throws {
        let tables = SystemTables.all.first { $0.layout.tableID == "tables" }!.layout
        let table = try await store.read { try $0.row("library/\(id)", in: tables) }!
        let uid = table.values[tables.position(of: "uid")!].string!
        let layout = TableLayout(databaseID: "library", tableID: id, incarnation: uid, columns: columns)
        let moment = Timestamp(milliseconds: 1_793_000_000_000)
        for start in stride(from: 0, to: count, by: 5000) {
            try await store.write { session in
                for index in start..<min(start + 5000, count) {
                    let row = NewRow(id: "r\(index)", createdAt: moment, updatedAt: moment, values: values(index))
                    _ = try session.insert(row, into: layout)
                }
            }
        }
    }

    /// The median time of the page.
    static func time(_ engine: Engine, _ part: Part, _ count: Int = 200) async throws -> Double {
        let (method, age) = part.condition
        let queries: JSON = [
            ["method": "select", "values": ["*", "author.*"]],
            ["method": .string(method), "attribute": "author.age", "values": [.int(age)]],
            ["method": "orderAsc", "attribute": "year"],
        ]
        let invocation = Invocation(
            "tablesDB.listRows",
            ["databaseId": "library", "tableId": "books", "queries": queries, "total": false]
        )
        return try await Bench.medianTime(of: invocation, on: engine, count)
    }

    static func add(_ part: Part, _ place: String, _ time: Double, _ bare: Double, to report: inout Report) {
        report.add(
            "25-row page with a relation, \(books) rows\(place), filtered and sorted, \(part.words)",
            "\(milliseconds(time)), by hand \(milliseconds(bare)): \(ratio(time / bare))",
            target: "at most 4.0"
        )
    }

    /// The figures of the embedded store, beside a join.
    static func onSQLite(_ report: inout Report) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-relations-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = SQLiteStore(
            SQLiteStore.Configuration(
                folder: .at(folder.path),
                project: "default",
                systemTables: SystemTables.all
            )
        )
        let engine = Engine(catalog: .embedded, store: store)
        try await prepare(engine, store)
        let file = folder.appendingPathComponent("projects/default.sqlite").path
        for part in Part.allCases {
            let time = try await time(engine, part)
            add(part, "", time, try await join(file, part), to: &report)
        }
        await engine.close()
    }

    private static func join(_ file: String, _ part: Part) async throws -> Double {
        try await DatabaseQueue(path: file).read { database in
            func name(_ table: String) throws -> String {
                try String.fetchOne(
                    database,
                    sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE ? AND name NOT LIKE '%:%'",
                    arguments: ["library/\(table)#%"]
                )!
            }
            let sign = part == .half ? ">=" : "="
            let statement = try database.makeStatement(
                sql:
                    "SELECT b.*, a.* FROM \"\(try name("books"))\" b JOIN \"\(try name("authors"))\" a ON a._id = b.author "
                    + "WHERE a.age \(sign) ? ORDER BY b.year, b._seq LIMIT 25"
            )
            var times: [Double] = []
            for _ in 0..<200 {
                let start = seconds()
                let rows = try Row.fetchAll(statement, arguments: [part.condition.age])
                precondition(rows.count == 25)
                times.append(seconds() - start)
            }
            return median(times)
        }
    }
}
