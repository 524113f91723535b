import Testing
import Values

@testable import Engine

@Suite("Changes of columns")
struct ColumnChangeTests {
    @Test(arguments: Backend.available)
    func aRenameKeepsTheValues(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let renamed = try await engine.on(
                "updateIntegerColumn",
                ["key": "n", "required": false, "default": nil, "newKey": "m"]
            )
            #expect(renamed["key"] == "m")
            #expect(renamed["status"] == "available")
            #expect(try await engine.on("getRow", ["rowId": "r"])["m"] == 7)
            #expect(try await engine.listed([query("equal", "m", 7)]) == ["r"])
            #expect(try await engine.refusalOn("getColumn", ["key": "n"]) == Refusal("column_not_found", 404, "key"))
            let old = try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["n": 1]])
            #expect(old == Refusal("row_invalid_structure", 400, "data.n"))
            try await engine.on("createTextColumn", ["key": "n", "required": false])
            let row = try await engine.on("updateRow", ["rowId": "r", "data": ["n": "text"]])
            #expect(row["n"] == "text")
            #expect(row["m"] == 7)
        }
    }

    @Test(arguments: Backend.available)
    func aRenameMayChangeTheCaseAlone(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let renamed = try await engine.on(
                "updateIntegerColumn",
                ["key": "n", "required": false, "default": nil, "newKey": "N"]
            )
            #expect(renamed["key"] == "N")
            #expect(try await engine.on("getRow", ["rowId": "r"])["N"] == 7)
            let taken: JSONObject = ["key": "N", "required": false, "default": nil, "newKey": "TEXT"]
            let refusal = try await engine.refusalOn("updateIntegerColumn", taken)
            #expect(refusal == Refusal("column_already_exists", 409, "newKey"))
        }
    }

    @Test(arguments: Backend.available)
    func aDefinitionChangesForNewRowsOnly(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            engine.clock.advance(milliseconds: 5)
            let changed = try await engine.on(
                "updateIntegerColumn",
                ["key": "n", "required": false, "min": 100, "max": "200", "default": 150]
            )
            #expect(changed["min"] == 100)
            #expect(changed["max"] == 200)
            #expect(changed["default"] == 150)
            #expect(changed["$updatedAt"] == "2026-11-22T08:00:00.005+00:00")
            #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == 7)
            #expect(try await engine.on("createRow", ["rowId": "s", "data": [:]])["n"] == 150)
            let low = try await engine.refusalOn("createRow", ["rowId": "x", "data": ["n": 99]])
            #expect(low == Refusal("row_invalid_structure", 400, "data.n"))
            let kept = try await engine.on("updateIntegerColumn", ["key": "n", "required": true, "default": nil])
            #expect(kept["min"] == 100)
            #expect(kept["default"] == nil as JSON)
            let missing = try await engine.refusalOn("createRow", ["rowId": "x", "data": [:]])
            #expect(missing == Refusal("row_invalid_structure", 400, "data.n"))
        }
    }

    @Test(arguments: Backend.available)
    func wholeNumbersOfAFloatColumnAreFloats(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let changed = try await engine.on(
                "updateFloatColumn",
                ["key": "f", "required": false, "min": 1, "max": 5, "default": 2]
            )
            #expect(changed["default"] == 2.0)
            #expect(changed["min"] == 1.0)
            #expect(changed["max"] == 5.0)
            #expect(try await engine.on("createRow", ["rowId": "s", "data": [:]])["f"] == 2.0)
            let free = try await engine.on(
                "updateFloatColumn",
                ["key": "f", "required": false, "min": nil, "max": nil, "default": nil]
            )
            #expect(free["min"] == .double(-1.7976931348623157e308))
        }
    }

    @Test(arguments: Backend.available)
    func enumElementsAreReplaced(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            try await engine.on(
                "updateEnumColumn",
                ["key": "e", "required": false, "elements": ["c"], "default": "c"]
            )
            #expect(try await engine.on("getRow", ["rowId": "r"])["e"] == "a")
            #expect(try await engine.on("createRow", ["rowId": "s", "data": [:]])["e"] == "c")
            let old = try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["e": "a"]])
            #expect(old == Refusal("row_invalid_structure", 400, "data.e"))
        }
    }

    @Test(arguments: Backend.available)
    func theKindMustBeTheColumnsOwn(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            for (method, key) in [("updateTextColumn", "n"), ("updateBigIntColumn", "n"), ("updateStringColumn", "e")] {
                let refusal = try await engine.refusalOn(
                    method,
                    ["key": .string(key), "required": false, "default": nil]
                )
                #expect(refusal == Refusal("column_type_invalid", 400, "key"))
            }
            let noDefault = try await engine.refusalOn("updateIntegerColumn", ["key": "n", "required": false])
            #expect(noDefault == Refusal("general_argument_invalid", 400, "default"))
            let both = try await engine.refusalOn(
                "updateIntegerColumn",
                ["key": "n", "required": true, "default": 1]
            )
            #expect(both == Refusal("column_default_unsupported", 400, "default"))
        }
    }

    @Test(arguments: Backend.available)
    func aTextMayNotShrinkBelowWhatRowsHold(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            func resize(_ size: Int64) -> JSONObject {
                ["key": "text", "required": false, "default": nil, "size": .int(size)]
            }
            // The row holds "grün\n" and an emoji: six characters in eleven bytes.
            #expect(
                try await engine.refusalOn("updateVarcharColumn", resize(5))
                    == Refusal("column_invalid_resize", 400, "size")
            )
            #expect(try await engine.on("updateVarcharColumn", resize(6))["size"] == 6)
            #expect(try await engine.on("updateVarcharColumn", resize(9))["size"] == 9)
            try await engine.on("deleteRow", ["rowId": "r"])
            #expect(try await engine.on("updateVarcharColumn", resize(1))["size"] == 1)
        }
    }

    /// Sizes beyond those of any row, and beyond what a regular expression can count to.
    @Test(arguments: Backend.available)
    func aVeryLargeTextMayShrink(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "string", "size": 1_000_000_000]])
            try await engine.on("createRow", ["rowId": "r", "data": ["s": "seven  "]])
            for size in [900_000_000, 8 << 20, (8 << 20) - 1, 1_000_000, 7] as [Int64] {
                let arguments: JSONObject = ["key": "s", "required": false, "default": nil, "size": .int(size)]
                #expect(try await engine.on("updateStringColumn", arguments)["size"] == .int(size))
            }
            let small: JSONObject = ["key": "s", "required": false, "default": nil, "size": 6]
            let refusal = try await engine.refusalOn("updateStringColumn", small)
            #expect(refusal == Refusal("column_invalid_resize", 400, "size"))
        }
    }

    @Test(arguments: Backend.available)
    func aContradictionNamesHowManyRowsAndThree(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([
                ["key": "n", "type": "integer"], ["key": "t", "type": "varchar", "size": 9],
                ["key": "list", "type": "varchar", "size": 9, "array": true],
                ["key": "sealed", "type": "varchar", "size": 9, "encrypt": true],
            ])
            for id in ["a", "b", "c", "d", "e"] {
                let long: JSON = id == "e" ? "kurz" : "längeres"
                let data: JSON = id == "e" ? ["n": 1, "t": long] : ["t": long, "list": ["x", long], "sealed": long]
                try await engine.on("createRow", ["rowId": .string(id), "data": data])
            }
            func message(_ method: String, _ arguments: JSONObject) async throws -> String {
                var arguments = arguments
                for (key, value) in ["databaseId": "d", "tableId": "t", "required": false] as [String: JSON]
                where arguments[key] == nil { arguments[key] = value }
                arguments["default"] = .null
                return try await engine.error("tablesDB." + method, arguments).message
            }
            let four = "4 rows ('a', 'b', 'c' and others)"
            let nulls = try await message("updateIntegerColumn", ["key": "n", "required": true])
            #expect(nulls == "'n' has no value in \(four), so it can't be required.")
            for key in ["t", "list", "sealed"] {
                let long = try await message("updateVarcharColumn", ["key": .string(key), "size": 7])
                #expect(long == "'\(key)' holds more than 7 characters in \(four).")
                let fits: JSONObject = ["key": .string(key), "required": false, "default": nil, "size": 8]
                #expect(try await engine.on("updateVarcharColumn", fits)["size"] == 8)
            }
            for id in ["b", "c", "d"] { try await engine.on("updateRow", ["rowId": .string(id), "data": ["n": 2]]) }
            let one = try await message("updateIntegerColumn", ["key": "n", "required": true])
            #expect(one == "'n' has no value in 1 row ('a'), so it can't be required.")
            try await engine.on("deleteRow", ["rowId": "a"])
            let strict: JSONObject = ["key": "n", "required": true, "default": nil]
            #expect(try await engine.on("updateIntegerColumn", strict)["required"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func aUniqueIndexNamesTheRowsThatAreAlike(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"], ["key": "t", "type": "varchar", "size": 9]])
            let rows: [(String, JSON)] = [
                ("a", ["n": 1, "t": "x"]), ("b", ["n": 1, "t": "y"]), ("c", ["n": 1, "t": "x"]), ("d", ["t": "x"]),
                ("e", ["t": "x"]), ("f", ["n": 1, "t": "x"]), ("g", ["n": 2, "t": "x"]), ("h", ["n": 2, "t": "x"]),
            ]
            for (id, data) in rows { try await engine.on("createRow", ["rowId": .string(id), "data": data]) }
            func refusal(_ key: String, _ columns: JSON) async throws -> AppError {
                try await engine.error(
                    "tablesDB.createIndex",
                    ["databaseId": "d", "tableId": "t", "key": .string(key), "type": "unique", "columns": columns]
                )
            }
            let both = try await refusal("both", ["n", "t"])
            #expect(both.code.type == "row_unique_constraint_violation")
            // One store tells the rows that were made first, the other one the ends of each group of equal ones.
            let (five, six) =
                backend == .sqlite ? ("'a', 'c', 'f'", "'a', 'b', 'c'") : ("'a', 'f', 'g'", "'a', 'f', 'g'")
            let same = "The same values are in 5 rows (\(five) and others)"
            #expect(both.message.contains(same), "\(both.message)")
            let failed = try await engine.on("getIndex", ["key": "both"])
            #expect(failed["status"] == "failed")
            #expect(both.message.contains(failed["error"]?.string ?? "?"))
            let one = try await refusal("one", ["n"])
            #expect(one.message.contains("6 rows (\(six) and others)"), "\(one.message)")
            #expect(try await refusal("t", ["t"]).message.contains("7 rows ("))
            for id in ["b", "c", "f", "h"] { try await engine.on("deleteRow", ["rowId": .string(id)]) }
            let index: JSONObject = ["key": "works", "type": "unique", "columns": ["n", "t"]]
            #expect(try await engine.on("createIndex", index)["status"] == "available")
        }
    }

    @Test(arguments: Backend.available)
    func aDeletedColumnIsGoneFromRowsAndQueries(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            #expect(try await engine.on("deleteColumn", ["key": "n"]) == [:])
            #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == nil)
            let filter = try await engine.refusalOn("listRows", ["queries": [query("equal", "n", 7)]])
            #expect(filter == Refusal("general_query_invalid", 400, "queries"))
            try await engine.on("createIntegerColumn", ["key": "n", "required": false])
            #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == nil as JSON)
        }
    }

    @Test(arguments: Backend.available)
    func anIndexHoldsItsColumn(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            try await engine.on("createIndex", ["key": "i", "type": "key", "columns": ["n", "$createdAt"]])
            let expected = Refusal("column_index_dependency", 409, "key")
            #expect(try await engine.refusalOn("deleteColumn", ["key": "n"]) == expected)
            let rename: JSONObject = ["key": "n", "required": false, "default": nil, "newKey": "m"]
            #expect(try await engine.refusalOn("updateIntegerColumn", rename) == expected)
            try await engine.on("deleteIndex", ["key": "i"])
            try await engine.on("deleteColumn", ["key": "n"])
        }
    }

    /// A table with the row `r`.
    private func withRow(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "n", "type": "integer"], ["key": "f", "type": "float"],
                ["key": "e", "type": "enum", "elements": ["a", "b"]], ["key": "text", "type": "varchar", "size": 20],
            ])
            try await engine.on(
                "createRow",
                ["rowId": "r", "data": ["n": 7, "f": 1.5, "e": "a", "text": "grün\n🌱"]]
            )
            try await body(engine)
        }
    }
}
