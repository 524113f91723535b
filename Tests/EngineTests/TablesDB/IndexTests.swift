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

    @Test(arguments: Backend.available)
    func aTableHas60IndexesAtMost(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let columns = (0..<61).map { ["key": "c\($0)", "type": "integer"] as JSON }
            let indexes = (0..<59).map { ["key": "i\($0)", "type": "key", "columns": ["c\($0)"]] as JSON }
            try await engine.makeTable(columns, indexes: indexes)
            try await engine.on("createIndex", ["key": "i59", "type": "key", "columns": ["c59"]])
            let refusal = try await engine.refusalOn(
                "createIndex",
                ["key": "i60", "type": "key", "columns": ["c60"]]
            )
            #expect(refusal == Refusal("column_index_limit_exceeded", 400, "key"))
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
