import Catalog
import Foundation
import Storage
import Testing
import Values

@testable import Engine

@Suite("When a key is needed")
struct KeyNeedTests {
    private static let column: JSONObject = ["key": "s", "required": false, "encrypt": true]

    private func run(_ engine: Engine, _ method: String, _ arguments: JSONObject) async throws -> JSON {
        var arguments = arguments
        arguments["databaseId"] = "d"
        arguments["tableId"] = "t"
        return try JSON(parsing: try await engine.execute(Invocation("tablesDB." + method, arguments)).encoded)
    }

    @Test(arguments: Backend.available)
    func aMissingOneIsRefusedWithTheCure(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            let error = try await engine.error(
                "tablesDB.createTextColumn",
                JSONObject(Self.column.members + [("databaseId", "d"), ("tableId", "t")])
            )
            #expect(error.code.type == "store_unavailable")
            #expect(error.hint?.contains("/dev/urandom") == true)
            #expect(error.hint?.contains("--key-file") == true)
            #expect(try await engine.on("listColumns")["total"] == 0)
            // What needs no key goes on without one.
            try await engine.on("createTextColumn", ["key": "o", "required": false])
        }
    }

    @Test("The one of a data folder is made at first need, for its owner alone")
    func isMade() async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.makeTable()
            let path = engine.folder.path + "/key"
            func own() -> Engine {
                Engine(catalog: .embedded, store: engine.store, key: .ownFile(KeyFile(path: path)))
            }
            _ = try await run(own(), "createTextColumn", ["key": "o", "required": false])
            #expect(!FileManager.default.fileExists(atPath: path))
            _ = try await run(own(), "createTextColumn", Self.column)
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(attributes[.size] as? Int == 32)
            _ = try await run(own(), "createRow", ["rowId": "a", "data": ["s": "x"]])
            #expect(try await run(own(), "getRow", ["rowId": "a"])["s"] == "x")

            // Lost, it is not made again; other rows and tables go on.
            try FileManager.default.removeItem(atPath: path)
            let lost = await #expect(throws: AppError.self) { try await run(own(), "getRow", ["rowId": "a"]) }
            #expect(lost?.code.type == "store_unavailable")
            #expect(!FileManager.default.fileExists(atPath: path))
            #expect(try await engine.call("tablesDB.list")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func anotherOneOpensNothing(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, key, keys in
            try await engine.makeTable([["key": "s", "type": "text", "encrypt": true]])
            try await engine.on("createRow", ["rowId": "a", "data": ["s": "x"]])
            let other = Engine(catalog: .embedded, store: engine.store, key: .ownFile(try makeKey(keys, "other")))
            let calls: [(String, JSONObject)] = [
                ("getRow", ["rowId": "a"]), ("createRow", ["rowId": "b", "data": ["s": "y"]]), ("listRows", [:]),
            ]
            for (method, arguments) in calls {
                let wrong = await #expect(throws: AppError.self) { try await run(other, method, arguments) }
                #expect(wrong?.message.contains(try key.key().fingerprint) == true, "\(method)")
            }
            #expect(try await run(other, "createRow", ["rowId": "c", "data": [:]])["s"] == .null)
        }
    }

    @Test(
        "Transactions end and are swept without the key that their calls were sealed with",
        arguments: Backend.available
    )
    func endsTransactions(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([["key": "s", "type": "text", "encrypt": true]])
            var ids: [JSON] = []
            for _ in 0..<3 {
                let id = try await engine.call("tablesDB.createTransaction")["$id"] ?? nil
                try await engine.on("createRow", ["rowId": "a", "data": ["s": "x"], "transactionId": id])
                ids.append(id)
            }
            let other = Engine(
                catalog: .embedded,
                store: engine.store,
                key: .nowhere,
                clock: engine.clock.wallClock
            )
            _ = try await other.execute(Invocation("tablesDB.deleteTransaction", ["transactionId": ids[0]]))
            let end: JSONObject = ["transactionId": ids[1], "rollback": true]
            _ = try await other.execute(Invocation("tablesDB.updateTransaction", end))
            engine.clock.advance(milliseconds: 2 * 86_400_000)
            _ = try await other.execute(Invocation("tablesDB.createTransaction"))
            #expect(try await engine.store.read { try $0.rows(RowQuery(limit: 9), in: SystemTables.staged) }.isEmpty)
        }
    }

    @Test("An ephemeral store keeps its key in memory")
    func ephemeral() async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.makeTable()
            let memory = Engine(catalog: .embedded, store: engine.store, key: .memory)
            _ = try await run(memory, "createTextColumn", Self.column)
            _ = try await run(memory, "createRow", ["rowId": "a", "data": ["s": "memory-4711"]])
            #expect(try await run(memory, "getRow", ["rowId": "a"])["s"] == "memory-4711")
            #expect(try await !engine.backend.holds("memory-4711", engine.folder))
        }
    }

    @Test(arguments: Backend.available)
    func aRehearsalMakesNone(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let file = KeyFile(path: engine.folder.path + "/key")
            let store = SealedStore(base: engine.store, keys: Keyring(.ownFile(file)))
            let layout = TableLayout(
                databaseID: "d",
                tableID: "t",
                incarnation: "u",
                columns: [ColumnLayout("s", .text, seal: "c")]
            )
            let seen = try await store.rehearse { session in
                try session.bumpSchemaVersion()
                try session.create(layout, indexes: [])
                let moment = Timestamp(milliseconds: 0)
                let row = NewRow(id: "a", createdAt: moment, updatedAt: moment, values: ["x"])
                _ = try session.insert(row, into: layout)
                return try session.row("a", in: layout)?.values
            }
            #expect(seen == ["x"])
            #expect(!file.isThere)
        }
    }
}
