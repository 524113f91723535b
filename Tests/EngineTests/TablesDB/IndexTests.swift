import Testing
import Values

@testable import Engine

@Suite("Indexes")
struct IndexTests {
    @Test(arguments: Backend.available)
    func aNewIndexIsAnsweredInFull(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on(
                "createIndex",
                ["key": "i", "type": "key", "columns": ["a", "$updatedAt"], "orders": ["DESC"]]
            )
            let expected: JSON = [
                "$id": "i", "$createdAt": "2026-11-22T08:00:00.000+00:00",
                "$updatedAt": "2026-11-22T08:00:00.000+00:00", "key": "i", "type": "key", "status": "available",
                "error": "", "columns": ["a", "$updatedAt"], "lengths": [], "orders": ["DESC", "ASC"],
            ]
            #expect(made == expected)
            #expect(try await engine.on("getIndex", ["key": "i"]) == expected)
            #expect(try await engine.on("getTable")["indexes"] == [expected])
        }
    }

    @Test(arguments: Backend.available, ["i", "permissions", "a.b", "unique"])
    func anyKeyWorks(_ backend: Backend, _ key: String) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on(
                "createIndex",
                ["key": .string(key), "type": "unique", "columns": ["a"]]
            )
            #expect(made["status"] == "available")
            #expect(try await engine.on("deleteIndex", ["key": .string(key)]) == [:])
            #expect(try await engine.on("listIndexes")["total"] == 0)
            #expect(
                try await engine.refusalOn("getIndex", ["key": .string(key)])
                    == Refusal("column_index_not_found", 404, "key")
            )
        }
    }

    private static let aBadIndexIsRefusedCases: [(JSONObject, Refusal)] = [
        (["key": "j", "type": "hash", "columns": ["a"]], Refusal("general_argument_invalid", 400, "type")),
        (["key": "j", "type": "key", "columns": []], Refusal("general_argument_invalid", 400, "columns")),
        (
            ["key": "j", "type": "key", "columns": ["$sequence"]],
            Refusal("general_argument_invalid", 400, "columns[0]")
        ),
        (
            ["key": "j", "type": "key", "columns": ["a"], "orders": ["UP"]],
            Refusal("general_argument_invalid", 400, "orders[0]")
        ),
        (["key": "j", "type": "key", "columns": ["a", "a"]], Refusal("column_index_invalid", 400, "columns")),
        (["key": "j", "type": "key", "columns": ["zz"]], Refusal("column_unknown", 400, "columns[0]")),
        (["key": "j", "type": "key", "columns": ["a", "list"]], Refusal("column_index_invalid", 400, "columns[1]")),
        (
            ["key": "j", "type": "key", "columns": ["a"], "orders": ["ASC", "ASC"]],
            Refusal("column_index_invalid", 400, "orders")
        ),
        (
            ["key": "j", "type": "key", "columns": ["a"], "lengths": [3]],
            Refusal("column_index_invalid", 400, "lengths[0]")
        ),
        (
            ["key": "j", "type": "key", "columns": ["t"], "lengths": [11]],
            Refusal("column_index_invalid", 400, "lengths[0]")
        ),
        (["key": "TAKEN", "type": "key", "columns": ["a"]], Refusal("column_index_already_exists", 409, "key")),
        (["key": "j", "type": "key", "columns": ["b"]], Refusal("column_index_invalid", 400, "columns")),
    ]

    @Test(arguments: aBadIndexIsRefusedCases)
    func aBadIndexIsRefused(_ arguments: JSONObject, _ expected: Refusal) async throws {
        try await withTable(.sqlite) { engine in
            try await engine.on("createIndex", ["key": "taken", "type": "key", "columns": ["b"]])
            #expect(try await engine.refusalOn("createIndex", arguments) == expected)
            #expect(try await engine.on("listIndexes")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aUniqueIndexRefusesTwins(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createIndex", ["key": "u", "type": "unique", "columns": ["a", "b"]])
            try await engine.on("createRow", ["rowId": "r", "data": ["a": 1, "b": "x"]])
            try await engine.on("createRow", ["rowId": "s", "data": ["a": 1, "b": "X"]])
            let expected = Refusal("row_unique_constraint_violation", 409, "data")
            let twin: JSONObject = ["a": 1, "b": "x"]
            #expect(try await engine.refusalOn("createRow", ["rowId": "t", "data": .object(twin)]) == expected)
            #expect(try await engine.refusalOn("updateRow", ["rowId": "s", "data": .object(twin)]) == expected)
            #expect(try await engine.refusalOn("upsertRow", ["rowId": "s", "data": .object(twin)]) == expected)
            for id in ["n", "m"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["a": 1]]) }
            #expect(try await engine.on("updateRow", ["rowId": "r", "data": .object(twin)])["a"] == 1)
            try await engine.on("deleteRow", ["rowId": "r"])
            #expect(try await engine.on("updateRow", ["rowId": "s", "data": .object(twin)])["b"] == "x")
        }
    }

    @Test(arguments: Backend.available)
    func aUniqueIndexOverTwinsFailsAndStaysListed(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            for id in ["r", "s"] { try await engine.on("createRow", ["rowId": .string(id), "data": ["a": 1]]) }
            let arguments: JSONObject = ["key": "u", "type": "unique", "columns": ["a"]]
            let refusal = try await engine.refusalOn("createIndex", arguments)
            #expect(refusal == Refusal("row_unique_constraint_violation", 409, "columns"))
            let index = try await engine.on("getIndex", ["key": "u"])
            #expect(index["status"] == "failed")
            #expect(index["error"]?.string?.isEmpty == false)
            try await engine.on("createRow", ["rowId": "t", "data": ["a": 1]])
            try await engine.on("deleteIndex", ["key": "u"])
            for id in ["s", "t"] { try await engine.on("deleteRow", ["rowId": .string(id)]) }
            #expect(try await engine.on("createIndex", arguments)["status"] == "available")
        }
    }

    /// The one over the ids of related rows is among them.
    @Test(arguments: Backend.available)
    func aTableHas55IndexesAtMost(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let columns = (0..<55).map { ["key": "c\($0)", "type": "integer"] as JSON }
            let indexes = (0..<53).map { ["key": "i\($0)", "type": "key", "columns": ["c\($0)"]] as JSON }
            try await engine.makeTable(columns, indexes: indexes)
            let relation: JSONObject = ["relatedTableId": "t", "type": "manyToOne", "key": "up"]
            try await engine.on("createRelationshipColumn", relation)
            let last = try await engine.on("createIndex", ["key": "i53", "type": "key", "columns": ["c53"]])
            #expect(last["status"] == "available")
            let expected = Refusal("column_index_limit_exceeded", 400, "key")
            let one: JSONObject = ["key": "i54", "type": "key", "columns": ["c54"]]
            #expect(try await engine.refusalOn("createIndex", one) == expected)
            var another = relation
            another["key"] = "other"
            another["twoWayKey"] = "back"
            #expect(try await engine.refusalOn("createRelationshipColumn", another) == expected)
            try await engine.on("deleteIndex", ["key": "i0"])
            #expect(try await engine.on("createIndex", one)["status"] == "available")
        }
    }

    /// What every table has an index for anyway.
    @Test(arguments: Backend.available, [true, false])
    func systemFieldsCanBeIndexed(_ backend: Backend, inline: Bool) async throws {
        try await withEngine(backend) { engine in
            let indexes: [JSON] = [
                ["key": "id", "type": "unique", "columns": ["$id"]],
                ["key": "byID", "type": "key", "columns": ["$id"]],
                ["key": "made", "type": "key", "columns": ["$createdAt"]],
                ["key": "changed", "type": "key", "columns": ["$updatedAt"], "orders": ["ASC"]],
                ["key": "last", "type": "key", "columns": ["$updatedAt"], "orders": ["DESC"]],
                ["key": "moment", "type": "unique", "columns": ["$createdAt", "a"]],
            ]
            try await engine.makeTable([["key": "a", "type": "integer"]], indexes: inline ? indexes : [])
            if !inline { for index in indexes { try await engine.on("createIndex", index.object!) } }
            let listed = try await engine.on("listIndexes")["indexes"]?.array ?? []
            #expect(listed.map { $0["status"] } == Array(repeating: "available", count: indexes.count))
            try await engine.on("createRow", ["rowId": "r", "data": ["a": 1]])
            let twin = try await engine.refusalOn("createRow", ["rowId": "r", "data": ["a": 2]])
            #expect(twin.type == "row_already_exists")
            for index in indexes { try await engine.on("deleteIndex", ["key": index["key"]!]) }
            #expect(try await engine.on("listIndexes")["total"] == 0)
            #expect(try await engine.listed([query("orderDesc", "$createdAt")]) == ["r"])
        }
    }

    @Test(arguments: Backend.available)
    func anIndexHas31ColumnsAtMost(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let keys = (0..<32).map { "c\($0)" }
            try await engine.makeTable(keys.map { ["key": .string($0), "type": "integer"] })
            for type in ["key", "unique"] as [JSON] {
                let wide: JSONObject = ["key": "wide", "type": type, "columns": JSON(keys)]
                let refusal = try await engine.refusalOn("createIndex", wide)
                #expect(refusal == Refusal("column_index_invalid", 400, "columns"))
                let fits: JSONObject = ["key": type, "type": type, "columns": JSON(Array(keys.dropLast()))]
                #expect(try await engine.on("createIndex", fits)["status"] == "available")
            }
        }
    }

    private func withTable(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "a", "type": "integer"], ["key": "b", "type": "text"],
                ["key": "t", "type": "varchar", "size": 10], ["key": "list", "type": "integer", "array": true],
            ])
            try await body(engine)
        }
    }
}
