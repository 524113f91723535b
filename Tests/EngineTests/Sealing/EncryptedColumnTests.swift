import Storage
import Testing
import Values

@testable import Engine

@Suite("Encrypted columns")
struct EncryptedColumnTests {
    static let columns: [JSON] = [
        ["key": "open", "type": "varchar", "size": 50],
        ["key": "secret", "type": "varchar", "size": 20, "encrypt": true],
        ["key": "long", "type": "string", "size": 150, "encrypt": true, "default": "none"],
        ["key": "list", "type": "text", "encrypt": true, "array": true],
    ]

    @Test(arguments: Backend.available)
    func answerInClear(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            let data: JSON = ["open": "o", "secret": "é😀 4711", "list": ["a", "", "b"]]
            let made = try await engine.on("createRow", ["rowId": "a", "data": data])
            #expect(made["secret"] == "é😀 4711")
            #expect(made["long"] == "none")
            #expect(made["list"] == ["a", "", "b"])
            #expect(try await engine.on("getRow", ["rowId": "a"]) == made)
            let changed = try await engine.on("updateRow", ["rowId": "a", "data": ["secret": nil, "list": []]])
            #expect(changed["secret"] == .null)
            #expect(changed["list"] == [])
            #expect(changed["long"] == "none")
            try await engine.on("upsertRow", ["rowId": "a", "data": ["secret": ""]])
            try await engine.on("upsertRow", ["rowId": "b", "data": ["long": "$1$0123456789abcdef$Zm9v"]])
            let page = try await engine.on("listRows", ["queries": [query("select", nil, "secret", "long")]])
            #expect(page["rows"]?.each("secret") == ["", nil])
            #expect(page["rows"]?.each("long") == ["none", "$1$0123456789abcdef$Zm9v"])
            #expect(try await engine.on("getColumn", ["key": "secret"])["encrypt"] == true)
            #expect(try await engine.on("getColumn", ["key": "open"])["encrypt"] == false)
            let tooLong: JSON = ["secret": .string(String(repeating: "x", count: 21))]
            let refusal = try await engine.refusalOn("createRow", ["rowId": "c", "data": tooLong])
            #expect(refusal == Refusal("row_invalid_structure", 400, "data.secret"))
        }
    }

    @Test(arguments: Backend.available)
    func leaveNothingInClearBehind(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            try await engine.on("createTextColumn", ["key": "later", "required": false, "encrypt": true])
            for id in ["a", "b", "c"] {
                let data: JSON = [
                    "open": "plain-4711", "secret": "secret-4711", "long": "long-4711", "list": ["item-4711"],
                    "later": "later-4711",
                ]
                try await engine.on("createRow", ["rowId": .string(id), "data": data])
            }
            try await engine.on("updateRow", ["rowId": "a", "data": ["secret": "other-4711"]])
            try await engine.on("upsertRow", ["rowId": "b", "data": ["long": "third-4711"]])
            try await engine.on("deleteRow", ["rowId": "c"])
            #expect(try await backend.holds("plain-4711", engine.folder))
            for text in ["secret-4711", "long-4711", "item-4711", "later-4711", "other-4711", "third-4711"] {
                #expect(try await !backend.holds(text, engine.folder), "\(text)")
            }
            // Equal values look different in every row.
            let rows = try await engine.storedRows()
            #expect(rows["a"]![0] == rows["b"]![0])
            #expect(rows["a"]![3] != rows["b"]![3])
            #expect(rows["a"]![1].string?.hasPrefix("$1$") == true)
            #expect(rows["a"]![3].array?.count == 1)
        }
    }

    @Test(arguments: Backend.available)
    func staySealedInBulk(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            let rows: [JSON] = ["a", "b", "c"].map {
                ["$id": .string($0), "open": "o", "secret": .string("\($0)-4711")]
            }
            let made = try await engine.on("createRows", ["rows": .array(rows)])
            #expect(made["rows"]?.each("secret") == ["a-4711", "b-4711", "c-4711"])
            let changed = try await engine.on("updateRows", ["data": ["secret": "all-4711", "list": ["item-4711"]]])
            #expect(changed["total"] == 3)
            let upserted: JSON = [["$id": "c", "secret": "up-4711"], ["$id": "d", "secret": "new-4711"]]
            try await engine.on("upsertRows", ["rows": upserted])
            let page = try await engine.on("listRows")["rows"]
            #expect(page?.each("secret") == ["all-4711", "all-4711", "up-4711", "new-4711"])
            #expect(page?.each("list") == [["item-4711"], ["item-4711"], ["item-4711"], nil])
            for text in ["a-4711", "all-4711", "item-4711", "up-4711", "new-4711"] {
                #expect(try await !backend.holds(text, engine.folder), "\(text)")
            }
            var reader = engine.engine.events()
            let payloads = try await reader.next().map { String(decoding: $0.payload, as: UTF8.self) }
            for text in ["a-4711", "all-4711", "new-4711"] {
                #expect(payloads.contains { $0.contains(text) }, "\(text)")
            }
            let concat: JSON = ["method": "stringConcat", "values": ["x"]]
            for data in [["secret": .string(concat.text)], ["list": #"{"method":"arrayAppend","values":["x"]}"#]]
                as [JSON]
            {
                let refusal = try await engine.refusalOn("updateRow", ["rowId": "a", "data": data])
                #expect(refusal.status == 400, "\(data.text)")
            }
            #expect(try await engine.on("getRow", ["rowId": "a"])["secret"] == "all-4711")
        }
    }

    @Test(arguments: Backend.available)
    func waitInTransactionsSealed(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            try await engine.on("createRow", ["rowId": "a", "data": ["secret": "before"]])
            let id = try await engine.call("tablesDB.createTransaction")["$id"] ?? nil
            let staged = try await engine.on(
                "createRow",
                ["rowId": "b", "data": ["secret": "staged-4711"], "transactionId": id]
            )
            #expect(staged["secret"] == "staged-4711")
            try await engine.on("updateRow", ["rowId": "a", "data": ["long": "later-4711"], "transactionId": id])
            let seen = try await engine.on("getRow", ["rowId": "b", "transactionId": id])
            #expect(seen["secret"] == "staged-4711")
            for text in ["staged-4711", "later-4711"] { #expect(try await !backend.holds(text, engine.folder)) }
            try await engine.call("tablesDB.updateTransaction", ["transactionId": id, "commit": true])
            #expect(try await engine.on("getRow", ["rowId": "b"])["secret"] == "staged-4711")
            #expect(try await engine.on("getRow", ["rowId": "a"])["long"] == "later-4711")
            for text in ["staged-4711", "later-4711"] { #expect(try await !backend.holds(text, engine.folder)) }
        }
    }

    @Test(arguments: Backend.available)
    func openOnlyWhereTheyWereWritten(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            for id in ["a", "b"] {
                try await engine.on("createRow", ["rowId": .string(id), "data": ["secret": "s", "long": "l"]])
            }
            let values = try await engine.storedRows()["a"]!
            for (value, position) in [(values[1], 2), (values[1], 1), ("clear", 1), ("$1$0123456789abcdef$Zm9v", 1)] {
                try await engine.store(value, at: position, of: "b")
                let refusal = try await engine.refusalOn("getRow", ["rowId": "b"])
                #expect(refusal.type == "store_unavailable", "\(value.text)")
                #expect(try await engine.on("getRow", ["rowId": "a"])["secret"] == "s")
                try await engine.store(nil, at: 1, of: "b")
                try await engine.store(nil, at: 2, of: "b")
            }
            #expect(try await engine.on("getRow", ["rowId": "b"])["secret"] == .null)
        }
    }

    @Test(arguments: Backend.available)
    func canNotBeQueriedNorIndexed(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(Self.columns)
            let queries = [
                query("equal", "secret", "x"), query("isNull", "secret"), query("contains", "list", "x"),
                query("orderAsc", "secret"), query("or", nil, query("equal", "open", "x"), query("equal", "long", "x")),
            ]
            for query in queries {
                let refusal = try await engine.refusalOn("listRows", ["queries": [query]])
                #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
            }
            for type in ["key", "unique", "fulltext"] {
                let arguments: JSONObject = [
                    "key": "i", "type": .string(type), "columns": type == "fulltext" ? ["secret"] : ["open", "secret"],
                ]
                let refusal = try await engine.refusalOn("createIndex", arguments)
                let place = type == "fulltext" ? "columns[0]" : "columns[1]"
                #expect(refusal == Refusal("column_index_invalid", 400, place))
            }
            let inline: JSONObject = [
                "tableId": "u", "name": "U", "columns": .array(Self.columns),
                "indexes": [["key": "i", "type": "key", "columns": ["long"]]],
            ]
            let refusal = try await engine.refusalOn("createTable", inline)
            #expect(refusal == Refusal("column_index_invalid", 400, "indexes[0].columns[0]"))
        }
    }

    @Test("Only texts can be encrypted")
    func kinds() async throws {
        try await withSealedEngine(.sqlite) { engine, _, _ in
            try await engine.makeTable()
            for (word, more) in [
                ("Text", [:]), ("Mediumtext", [:]), ("Longtext", [:]), ("Varchar", ["size": 1]),
                ("String", ["size": 150]),
            ] as [(String, JSONObject)] {
                var arguments = more
                arguments["key"] = .string("c" + word)
                arguments["required"] = false
                arguments["encrypt"] = true
                #expect(try await engine.on("create\(word)Column", arguments)["encrypt"] == true)
            }
            for type in ["integer", "email", "enum", "datetime", "boolean"] {
                let column: JSON = ["key": "c", "type": .string(type), "encrypt": true, "elements": ["a"]]
                let arguments: JSONObject = [
                    "tableId": "u", "name": "U",
                    "columns": [type == "enum" ? column : column.without("elements")],
                ]
                let refusal = try await engine.refusalOn("createTable", arguments)
                #expect(refusal == Refusal("general_argument_invalid", 400, "columns[0].encrypt"), "\(type)")
            }
        }
    }

    @Test(arguments: Backend.available)
    func workInTheWordsOfDatabases(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let address: JSONObject = ["databaseId": "d", "collectionId": "t"]
            try await engine.makeTable()
            func call(_ method: String, _ arguments: JSONObject) async throws -> JSON {
                let all = JSONObject(address.members + arguments.members)
                return try await engine.call("databases." + method, all)
            }
            let column = try await call("createTextAttribute", ["key": "s", "required": false, "encrypt": true])
            #expect(column["encrypt"] == true)
            let made = try await call("createDocument", ["documentId": "a", "data": ["s": "hidden-4711"]])
            #expect(made["s"] == "hidden-4711")
            #expect(try await call("getDocument", ["documentId": "a"])["s"] == "hidden-4711")
            #expect(try await !backend.holds("hidden-4711", engine.folder))
            let all = JSONObject(address.members + [("queries", [query("equal", "s", "x")])])
            let refusal = try await engine.refusal("databases.listDocuments", all)
            #expect(refusal == Refusal("general_query_invalid", 400, "queries"))
        }
    }

    /// A body may go on after a bulk that was refused, and what was refused has left nothing.
    @Test(arguments: Backend.available)
    func aRefusedBulkLeavesEveryRowAsItWas(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, key, _ in
            try await engine.makeTable(
                Self.columns,
                indexes: [["key": "one", "type": "unique", "columns": ["open"]]]
            )
            for id in ["a", "b"] {
                let data: JSON = ["open": .string(id), "secret": .string("old-" + id)]
                try await engine.on("createRow", ["rowId": .string(id), "data": data])
            }
            let store = SealedStore(base: engine.store, keys: Keyring(.named(key)))
            try await store.write { session in
                let table = try SchemaReader(session: session).table("t", in: "d")!.layout
                let (open, secret) = (table.position(of: "open")!, table.position(of: "secret")!)
                let moment = Timestamp(milliseconds: 0)
                let same = RowChange(updatedAt: moment, values: [(open, "same"), (secret, "new")])
                #expect(throws: StoreError.self) { try session.update(["a", "b"], same, in: table) }
                let other = RowChange(updatedAt: moment, values: [(secret, "newer")])
                #expect(try session.update(["a", "b"], other, in: table) == 2)
                _ = try session.update("b", RowChange(updatedAt: moment, values: [(open, "c")]), in: table)
            }
            let rows = try await engine.on("listRows")["rows"]
            #expect(rows?.each("open") == ["a", "c"])
            #expect(rows?.each("secret") == ["newer", "newer"])
        }
    }
}
