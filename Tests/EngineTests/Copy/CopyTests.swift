import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("Copies of a project")
struct CopyTests {
    struct Way: Sendable, CustomTestStringConvertible {
        var from: Backend
        var to: Backend
        var testDescription: String { "\(from) to \(to)" }

        static let all = Backend.available.flatMap { from in Backend.available.map { Way(from: from, to: $0) } }
    }

    private static let columns: [JSON] = [
        ["key": "text", "type": "varchar", "size": 100], ["key": "whole", "type": "bigint"],
        ["key": "part", "type": "float"], ["key": "flag", "type": "boolean"], ["key": "moment", "type": "datetime"],
        ["key": "kind", "type": "string", "format": "enum", "elements": ["a", "b"]],
        ["key": "words", "type": "varchar", "size": 20, "array": true],
        ["key": "moments", "type": "datetime", "array": true],
        ["key": "parts", "type": "float", "array": true], ["key": "place", "type": "point"],
    ]

    private func fill(_ engine: TestEngine) async throws {
        try await engine.makeTable(
            Self.columns,
            indexes: [
                ["key": "byWhole", "type": "key", "attributes": ["whole"], "orders": ["DESC"]],
                ["key": "oneText", "type": "unique", "attributes": ["text"]],
                ["key": "allWords", "type": "fulltext", "attributes": ["text"]],
            ],
            permissions: ["read(\"any\")"],
            rowSecurity: true
        )
        let moment: JSON = "1969-07-20T20:17:40.123+00:00"
        let rows: [JSONObject] = [
            [
                "text": "é😀", "whole": .int(.max), "part": 0.1, "flag": true, "moment": moment, "kind": "a",
                "words": ["x", "", "y"], "moments": [moment], "place": [13.4, 52.5],
            ],
            [
                "whole": .int(.min), "part": .double(-0.0), "flag": false, "words": [], "moments": [],
                "parts": [.double(-0.0), 1],
            ], [:],
            ["text": "{\"no\":\"json\"}", "part": .double(1e300)],
        ]
        for (index, data) in rows.enumerated() {
            try await engine.on(
                "createRow",
                [
                    "rowId": .string("Row.\(index)"), "data": .object(data),
                    "permissions": index == 0 ? ["read(\"user:u\")", "update(\"user:u\")"] : [],
                ]
            )
        }
        for id in ["tandem", "Shop.Main", String(repeating: "Z", count: 36)] {
            try await engine.call("tablesDB.create", ["databaseId": .string(id), "name": "Odd"])
            try await engine.call(
                "tablesDB.createTable",
                ["databaseId": .string(id), "tableId": "T.t", "name": "T", "columns": .array(Self.columns)]
            )
        }
    }

    /// Everything that a caller can see, but for sequences.
    private func everything(_ engine: TestEngine) async throws -> [JSON] {
        var seen: [JSON] = []
        for database in try await engine.call("tablesDB.list")["databases"]?.array ?? [] {
            let address: JSONObject = ["databaseId": database["$id"]!]
            let tables = try await engine.call("tablesDB.listTables", address)
            seen += [database, tables]
            for table in tables["tables"]?.array ?? [] {
                var address = address
                address["tableId"] = table["$id"]!
                let rows = try await engine.call("tablesDB.listRows", address)["rows"]?.array ?? []
                seen += rows.map { $0.without("$sequence") }
            }
        }
        return seen
    }

    @Test(arguments: Way.all)
    func holdTheSame(_ way: Way) async throws {
        try await withEngine(way.from) { source in
            try await fill(source)
            try await withEngine(way.to) { target in
                let copy = ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }
                let (tables, rows) = try await copy.run()
                #expect(tables == 4)
                #expect(rows == 4)
                let expected = try await everything(source)
                #expect(expected.count == 4 + 4 + 4)
                #expect(try await everything(target) == expected)
                // What was copied goes on working: indexes, sequences, permissions.
                let again: JSONObject = ["rowId": "new", "data": ["text": "é😀"]]
                #expect(try await target.refusalOn("createRow", again).type == "row_unique_constraint_violation")
                try await target.on("createRow", ["rowId": "new", "data": ["text": "other"]])
                #expect(try await target.listed([query("search", "text", "E😀 other")]) == ["Row.0", "new"])
                let ids = ["Row.0", "Row.1", "Row.2", "Row.3", "new"]
                #expect(try await target.listed([]) == ids)
                try await target.on("deleteColumn", ["key": "flag"])
                await #expect(throws: ProjectCopy.Refusal.self) { try await copy.run() }
            }
        }
    }

    @Test(arguments: Way.all)
    func keepWhatIsEncrypted(_ way: Way) async throws {
        try await withSealedEngine(way.from) { source, key, keys in
            try await source.makeTable(EncryptedColumnTests.columns)
            let data: JSON = ["secret": "copied-4711", "list": ["a", "b"]]
            try await source.on("createRow", ["rowId": "a", "data": data])
            let expected = try await everything(source)
            let folder = try TemporaryFolder()
            let target = TestEngine(way.to, folder, key: .named(key))
            _ = try await ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }.run()
            #expect(try await everything(target) == expected)
            #expect(try await !way.to.holds("copied-4711", folder))
            let other = TestEngine(way.to, folder, key: .named(try makeKey(keys, "other")))
            #expect(try await other.refusalOn("getRow", ["rowId": "a"]).type == "store_unavailable")
            for engine in [target, other] { await engine.engine.close() }
            await way.to.remove(folder)
        }
    }

    @Test(arguments: Way.all)
    func goOnWhereTheyWere(_ way: Way) async throws {
        try await withEngine(way.from) { source in
            try await source.makeTable([["key": "n", "type": "integer"]])
            let table = try await source.store.read { try SchemaReader(session: $0).table("t", in: "d") }!
            try await source.store.write(grouped: false) { session in
                for n in 0..<3500 {
                    let moment = Timestamp(milliseconds: Int64(n))
                    let row = NewRow(id: "r\(n)", createdAt: moment, updatedAt: moment, values: [.int(Int64(n))])
                    _ = try session.insert(row, into: table.layout)
                }
            }
            try await withEngine(way.to) { target in
                // Cancelled by its own report, after a page or two were written.
                let halves = ProjectCopy(from: source.store, to: target.store, identity: "test") { progress in
                    if progress.rows >= 2000, !progress.isVerifying { withUnsafeCurrentTask { $0?.cancel() } }
                }
                let task = Task { try await halves.run() }
                _ = try? await task.value
                let there = try await target.store.read {
                    try $0.count(RowQuery(limit: 1), in: table.layout, cap: 5000)
                }
                #expect((1000...3000).contains(there))
                let copy = ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }
                #expect(try await copy.run().rows == 3500)
                let rows = try await target.store.read { try $0.rows(RowQuery(limit: 5000), in: table.layout) }
                #expect(rows.map(\.id) == (0..<3500).map { "r\($0)" })
            }
        }
    }

    @Test(arguments: Way.all)
    func areRefusedWhereOtherDataIs(_ way: Way) async throws {
        try await withEngine(way.from) { source in
            try await fill(source)
            try await withEngine(way.to) { target in
                try await target.call("tablesDB.create", ["databaseId": "own", "name": "Own"])
                let copy = ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }
                await #expect(throws: ProjectCopy.Refusal.self) { try await copy.run() }
                #expect(try await target.call("tablesDB.list")["databases"]?.each("$id") == ["own"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func sayWhenSomebodyWroteMeanwhile(_ backend: Backend) async throws {
        try await withEngine(backend) { source in
            try await fill(source)
            try await withEngine(.sqlite) { target in
                let copy = ProjectCopy(from: source.store, to: target.store, identity: "test") { _ in }
                _ = try await copy.run()
                try await source.on("updateRow", ["rowId": "Row.2", "data": ["whole": 1]])
                let table = try await source.store.read { try SchemaReader(session: $0).table("t", in: "d") }!
                #expect(
                    try await copy.digest(source.store, table.keptTables[0])
                        != copy.digest(target.store, table.keptTables[0])
                )
            }
        }
    }
}
