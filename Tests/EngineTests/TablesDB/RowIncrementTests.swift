import Testing
import Values

@testable import Engine

@Suite("Counting up and down")
struct RowIncrementTests {
    private func withTable(
        _ backend: Backend,
        permissions: [String] = [],
        rowSecurity: Bool = false,
        _ body: (TestEngine) async throws -> Void
    ) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "n", "type": "integer"], ["key": "big", "type": "bigint"], ["key": "f", "type": "float"],
                    ["key": "stock", "type": "integer", "min": 0, "max": 10], ["key": "s", "type": "text"],
                    ["key": "list", "type": "integer", "array": true],
                ],
                permissions: permissions,
                rowSecurity: rowSecurity
            )
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func theNumberChangesAndTheRowIsAnswered(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let made = try await engine.on("createRow", ["rowId": "r", "data": ["s": "x", "stock": 3]])
            engine.clock.advance(milliseconds: 5)
            let first = try await engine.on("incrementRowColumn", ["rowId": "r", "column": "n"])
            #expect(first["n"] == 1)
            #expect(first["s"] == "x")
            #expect(first["$updatedAt"] == "2026-11-22T08:00:00.005+00:00")
            #expect(first["$createdAt"] == made["$createdAt"])
            #expect(try await engine.on("getRow", ["rowId": "r"]) == first)
            func step(_ method: String, _ column: String, _ more: JSONObject) async throws -> JSON? {
                let arguments: JSONObject = ["rowId": "r", "column": .string(column)]
                return try await engine.on(method + "RowColumn", JSONObject(arguments.members + more.members))[column]
            }
            #expect(try await step("increment", "n", ["value": 41]) == 42)
            #expect(try await step("increment", "n", ["value": 8, "max": 50]) == 50)
            #expect(try await step("decrement", "n", ["value": 60, "min": -10]) == -10)
            #expect(try await step("increment", "n", ["max": nil]) == -9)
            #expect(try await step("increment", "f", ["value": 0.1]) == 0.1)
            #expect(try await step("increment", "f", ["value": 1]) == 1.1)
            #expect(try await step("decrement", "f", ["value": 0.5, "min": 0]) == 0.6000000000000001)
            #expect(try await step("increment", "stock", ["value": 7]) == 10)
            #expect(try await step("decrement", "stock", ["value": 10]) == 0)
            #expect(try await step("increment", "big", ["value": "9223372036854775807"]) == .int(.max))
            #expect(try await step("decrement", "big", ["value": .int(.max), "min": "0"]) == 0)
            #expect(try await step("decrement", "big", ["value": .int(.max)]) == .int(-.max))
            #expect(try await step("decrement", "big", ["value": 1, "min": "-9223372036854775808"]) == .int(.min))
        }
    }

    @Test(arguments: Backend.available)
    func aBoundIsNeverPassed(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            let data: JSON = ["n": .int(.max), "big": .int(.min), "f": 1e308, "stock": 10]
            let made = try await engine.on("createRow", ["rowId": "r", "data": data])
            try await engine.on("createRow", ["rowId": "low", "data": ["n": 5, "f": -1e308, "stock": 0]])
            let cases: [(String, String, String, JSONObject)] = [
                ("increment", "r", "n", [:]), ("increment", "r", "n", ["max": .int(.max)]),
                ("decrement", "r", "big", [:]), ("decrement", "r", "big", ["value": .int(.max)]),
                ("increment", "r", "f", ["value": 1e308]), ("increment", "r", "f", ["value": 1, "max": 10]),
                ("decrement", "low", "f", ["value": 1e308]), ("increment", "r", "stock", [:]),
                ("increment", "r", "stock", ["max": 100]), ("decrement", "low", "stock", [:]),
                ("decrement", "low", "stock", ["min": -5]), ("increment", "low", "n", ["value": 5, "max": 9]),
                ("decrement", "low", "n", ["value": 5, "min": 1]),
                ("increment", "low", "stock", ["value": 3, "max": 2]),
            ]
            for (method, row, column, more) in cases {
                let arguments: JSONObject = ["rowId": .string(row), "column": .string(column)]
                let refusal = try await engine.refusalOn(
                    method + "RowColumn",
                    JSONObject(arguments.members + more.members)
                )
                #expect(refusal == Refusal("column_limit_exceeded", 400, "value"), "\(method) \(row) \(column) \(more)")
            }
            #expect(try await engine.on("getRow", ["rowId": "r"]) == made)
        }
    }

    @Test(arguments: Backend.available)
    func refusalsSayWhatIsWrong(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            let cases: [(JSONObject, Refusal)] = [
                (["rowId": "no", "column": "n"], Refusal("row_not_found", 404, "rowId")),
                (["rowId": "r", "column": "nn"], Refusal("column_not_found", 404, "column")),
                (["rowId": "r", "column": "s"], Refusal("column_type_invalid", 400, "column")),
                (["rowId": "r", "column": "list"], Refusal("column_type_invalid", 400, "column")),
                (["rowId": "r", "column": "n", "value": 0], Refusal("general_argument_invalid", 400, "value")),
                (["rowId": "r", "column": "n", "value": -1], Refusal("general_argument_invalid", 400, "value")),
                (["rowId": "r", "column": "n", "value": 0.5], Refusal("general_argument_invalid", 400, "value")),
                (["rowId": "r", "column": "n", "value": "x"], Refusal("general_argument_invalid", 400, "value")),
                (["rowId": "r", "column": "n", "value": true], Refusal("general_argument_invalid", 400, "value")),
                (["rowId": "r", "column": "n", "max": 1.5], Refusal("general_argument_invalid", 400, "max")),
                (["rowId": "r", "column": "n", "min": 1], Refusal("general_argument_invalid", 400, "min")),
                (["rowId": "r"], Refusal("general_argument_invalid", 400, "column")),
            ]
            for (arguments, expected) in cases {
                let refusal = try await engine.refusalOn("incrementRowColumn", arguments)
                #expect(refusal == expected, "\(JSON.object(arguments).text)")
            }
            #expect(try await engine.on("getRow", ["rowId": "r"])["n"] == nil as JSON)
        }
    }

    @Test(arguments: Backend.available)
    func permissionsToUpdateAreNeeded(_ backend: Backend) async throws {
        try await withTable(backend, rowSecurity: true) { engine in
            try await engine.on("createRow", ["rowId": "mine", "data": [:], "permissions": ["update(\"user:u\")"]])
            try await engine.on("createRow", ["rowId": "other", "data": [:], "permissions": ["read(\"user:u\")"]])
            let mine = try await engine.on("incrementRowColumn", ["rowId": "mine", "column": "n"], as: .user("u"))
            #expect(mine["n"] == 1)
            let expected = Refusal("user_unauthorized", 401)
            #expect(
                try await engine.refusalOn("incrementRowColumn", ["rowId": "other", "column": "n"], as: .user("u"))
                    == expected
            )
            #expect(
                try await engine.refusalOn("decrementRowColumn", ["rowId": "mine", "column": "n"], as: .guest)
                    == expected
            )
        }
        try await withTable(backend, permissions: ["update(\"any\")"]) { engine in
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            let row = try await engine.on("decrementRowColumn", ["rowId": "r", "column": "n"], as: .guest)
            #expect(row["n"] == -1)
        }
    }

    @Test(arguments: Backend.available)
    func callsThatMeetAllCount(_ backend: Backend) async throws {
        try await withTable(backend) { engine in
            try await engine.on("createRow", ["rowId": "r", "data": ["stock": 10]])
            let taken = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<25 {
                    group.addTask {
                        (try? await engine.on("decrementRowColumn", ["rowId": "r", "column": "stock"])) != nil
                    }
                    group.addTask {
                        _ = try? await engine.on("incrementRowColumn", ["rowId": "r", "column": "n"])
                        return false
                    }
                }
                return await group.reduce(0) { $1 ? $0 + 1 : $0 }
            }
            #expect(taken == 10)
            let row = try await engine.on("getRow", ["rowId": "r"])
            #expect(row["stock"] == 0)
            #expect(row["n"] == 25)
            let events = try await engine.events().filter { $0.event.hasSuffix("rows.[rowId].update") }
            #expect(events.count == 35)
        }
    }
}
