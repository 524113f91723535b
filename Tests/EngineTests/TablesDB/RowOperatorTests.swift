import Testing
import Values

@testable import Engine

@Suite("Operators in the data of a row")
struct RowOperatorTests {
    private static let columns: [JSON] = [
        ["key": "n", "type": "integer", "min": -1000, "max": 1000], ["key": "big", "type": "bigint"],
        ["key": "f", "type": "float"], ["key": "s", "type": "varchar", "size": 6],
        ["key": "kind", "type": "enum", "elements": ["new", "old"]], ["key": "b", "type": "boolean"],
        ["key": "d", "type": "datetime"], ["key": "due", "type": "datetime", "required": true],
        ["key": "list", "type": "integer", "array": true, "max": 99],
        ["key": "tags", "type": "varchar", "size": 3, "array": true],
        ["key": "start", "type": "integer", "default": 10], ["key": "u", "type": "integer"],
    ]

    private func withRow(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                Self.columns,
                indexes: [["key": "u", "type": "unique", "columns": ["u"]]]
            )
            let data: JSON = [
                "n": 7, "big": .int(.max), "f": 1.5, "s": "abc", "kind": "new", "b": true,
                "d": "2024-02-28T00:00:00.000+00:00", "due": "2024-01-01T00:00:00.000+00:00", "list": [3, 1, 3],
                "tags": ["a", "b"], "u": 1,
            ]
            try await engine.on("createRow", ["rowId": "r", "data": data])
            try await body(engine)
        }
    }

    private static func op(_ method: String, _ values: JSON...) -> JSON {
        ["method": .string(method), "values": .array(values)]
    }

    /// A column, an operator, and what becomes of the value above.
    private static let results: [(String, JSON, JSON)] = [
        ("n", op("increment", 5), 12), ("n", op("increment", 5, 11), 7), ("n", op("increment", -5, nil), 2),
        ("n", op("decrement", 5), 2), ("n", op("decrement", 5, 3), 7), ("n", op("multiply", 3), 21),
        ("n", op("multiply", 3, 20), 7), ("n", op("divide", 2), 3), ("n", op("divide", 2, 4), 7),
        ("n", op("modulo", 4), 3), ("n", op("power", 2), 49), ("n", op("power", 3, 100), 7),
        ("big", op("decrement", "9223372036854775807"), 0),
        ("big", op("increment", 1, "9223372036854775807"), .int(.max)),
        ("f", op("increment", 1), 2.5), ("f", op("multiply", 0.5), 0.75), ("f", op("power", -1), .double(1 / 1.5)),
        ("f", op("divide", 2, 1), 1.5), ("s", op("stringConcat", "de"), "abcde"),
        ("s", op("stringReplace", "b", "XX"), "aXXc"), ("kind", op("stringReplace", "new", "old"), "old"),
        ("b", op("toggle"), false), ("d", op("dateAddDays", 2), "2024-03-01T00:00:00.000+00:00"),
        ("d", op("dateSubDays", 59), "2023-12-31T00:00:00.000+00:00"),
        ("d", op("dateSetNow"), "2026-11-22T08:00:00.000+00:00"), ("list", op("arrayAppend", 4, 5), [3, 1, 3, 4, 5]),
        ("list", op("arrayPrepend", 4), [4, 3, 1, 3]), ("list", op("arrayInsert", 1, 9), [3, 9, 1, 3]),
        ("list", op("arrayRemove", 3), [1]), ("list", op("arrayUnique"), [3, 1]),
        ("list", op("arrayIntersect", 3, 100), [3, 3]), ("list", op("arrayDiff", 3, 100), [1]),
        ("list", op("arrayFilter", "greaterThan", 1), [3, 3]), ("list", op("arrayFilter", "isNull"), []),
        ("list", op("arrayFilter", "isNotNull", nil), [3, 1, 3]), ("tags", op("arrayAppend", "c"), ["a", "b", "c"]),
    ]

    @Test(arguments: Backend.available)
    func computeWhatTheySay(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let original = try await engine.on("getRow", ["rowId": "r"])
            let values = original.object!.members.filter { !$0.key.hasPrefix("$") }
            for (index, (key, op, expected)) in Self.results.enumerated() {
                let data: JSON = .object(JSONObject([(key, index % 2 == 0 ? op : .string(op.text))]))
                let answer = try await engine.on(
                    index % 3 == 0 ? "upsertRow" : "updateRow",
                    ["rowId": "r", "data": data]
                )
                #expect(answer[key] == expected, "\(key) \(op.text)")
                #expect(answer.ownValues.filter { $0.key != key } == original.ownValues.filter { $0.key != key })
                #expect(try await engine.on("getRow", ["rowId": "r"]) == answer, "\(key) \(op.text)")
                let event = try #require(try await engine.events().last)
                #expect(try JSON(parsing: event.payload) == answer)
                try await engine.on("updateRow", ["rowId": "r", "data": .object(JSONObject(values))])
            }
        }
    }

    @Test(arguments: Backend.available)
    func severalWorkTogetherAndWithPlainValues(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let data: JSON = [
                "n": Self.op("increment", 1), "f": Self.op("multiply", 2), "s": "$f", "b": nil, "tags": ["$x"],
                "list": Self.op("arrayUnique"), "d": Self.op("dateSetNow"),
            ]
            let answer = try await engine.on(
                "updateRow",
                ["rowId": "r", "data": data, "permissions": ["read(\"any\")"]]
            )
            #expect(answer["n"] == 8)
            #expect(answer["f"] == 3.0)
            #expect(answer["s"] == "$f")
            #expect(answer["b"] == nil as JSON)
            #expect(answer["tags"] == ["$x"])
            #expect(answer["list"] == [3, 1])
            #expect(answer["$permissions"] == ["read(\"any\")"])
            #expect(try await engine.on("getRow", ["rowId": "r"]) == answer)
        }
    }

    @Test(arguments: Backend.available)
    func aNewRowStartsFromItsDefaults(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let data: JSON = [
                "due": Self.op("dateSetNow"), "start": Self.op("increment", 5), "n": Self.op("decrement", 1),
                "s": Self.op("stringConcat", "x"), "list": Self.op("arrayAppend", 1), "b": Self.op("toggle"),
                "d": Self.op("dateAddDays", 1),
            ]
            let answer = try await engine.on("upsertRow", ["rowId": "new", "data": data])
            #expect(["start", "n", "s", "list", "b", "d"].map { answer[$0] } == [15, -1, "x", [1], true, .null])
            #expect(try await engine.on("getRow", ["rowId": "new"]) == answer)
            // The unique value that the default would have taken does not stand in the way.
            let other = try await engine.on(
                "upsertRow",
                ["rowId": "two", "data": ["due": Self.op("dateSetNow"), "u": Self.op("increment", 2)]]
            )
            #expect(other["u"] == 2)
            let required: JSONObject = ["rowId": "three", "data": ["due": Self.op("dateAddDays", 1)]]
            #expect(
                try await engine.refusalOn("upsertRow", required) == Refusal("row_invalid_structure", 400, "data.due")
            )
            #expect(try await engine.refusalOn("getRow", ["rowId": "three"]).type == "row_not_found")
        }
    }

    @Test(arguments: Backend.available)
    func textThatOnlyLooksLikeOneIsText(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "text"]])
            let op = Self.op("stringConcat", "x").text
            let made = try await engine.on("createRow", ["rowId": "r", "data": ["s": .string(op)]])
            #expect(made["s"] == .string(op))
            for text in [
                "{\"method\":\"nothing\",\"values\":[]}", "{\"method\":\"toggle\",\"more\":1}", "{}", "{\"method\":",
                "[\"toggle\"]", "toggle", " {\"method\":\"toggle\"}",
            ] {
                let answer = try await engine.on("updateRow", ["rowId": "r", "data": ["s": .string(text)]])
                #expect(answer["s"] == .string(text))
            }
            #expect(
                try await engine.on("updateRow", ["rowId": "r", "data": ["s": .string(op)]])["s"]
                    == " {\"method\":\"toggle\"}x"
            )
        }
    }

    /// A column, what is said of it, and the error type.
    private static let refused: [(String, JSON, String)] = [
        ("n", op("stringConcat", "x"), "row_invalid_structure"), ("s", op("increment", 1), "row_invalid_structure"),
        ("list", op("increment", 1), "row_invalid_structure"), ("n", op("arrayAppend", 1), "row_invalid_structure"),
        ("b", op("dateSetNow"), "row_invalid_structure"), ("d", op("toggle"), "row_invalid_structure"),
        ("n", op("divide", 0), "row_invalid_structure"), ("f", op("modulo", 0.0), "row_invalid_structure"),
        ("n", op("power", -1), "row_invalid_structure"), ("n", op("increment", 994), "row_invalid_structure"),
        ("n", op("decrement", 1008), "row_invalid_structure"),
        ("n", op("increment", .int(.max)), "row_invalid_structure"),
        ("big", op("increment", 1), "row_invalid_structure"), ("big", op("multiply", 2), "row_invalid_structure"),
        ("big", op("multiply", -2), "row_invalid_structure"), ("big", op("power", 2), "row_invalid_structure"),
        ("f", op("power", 2000, nil), "row_invalid_structure"),
        ("d", op("dateAddDays", 2_920_000), "row_invalid_structure"),
        ("d", op("dateAddDays", .int(.max)), "row_invalid_structure"),
        ("s", op("stringConcat", "defg"), "row_invalid_structure"),
        ("s", op("stringReplace", "b", "12345"), "row_invalid_structure"),
        ("kind", op("stringConcat", "er"), "row_invalid_structure"),
        ("list", op("arrayAppend", 100), "row_invalid_structure"),
        ("list", op("arrayInsert", 0, "x"), "row_invalid_structure"),
        ("tags", op("arrayPrepend", "long"), "row_invalid_structure"),
        ("tags", op("arrayAppend", nil), "row_invalid_structure"),
        ("u", op("increment", 1), "row_unique_constraint_violation"),
        ("n", op("incremnt", 1), "general_bad_request"), ("n", op("increment"), "general_bad_request"),
        ("n", op("increment", 1, 2, 3), "general_bad_request"), ("n", op("increment", "x"), "general_bad_request"),
        ("n", op("increment", 1.5), "general_bad_request"), ("n", op("increment", 1, true), "general_bad_request"),
        ("n", op("increment", true), "general_bad_request"), ("b", op("toggle", 1), "general_bad_request"),
        ("s", op("stringConcat", 1), "general_bad_request"), ("s", op("stringReplace", "", "x"), "general_bad_request"),
        ("d", op("dateAddDays", 1.5), "general_bad_request"), ("list", op("arrayInsert", -1, 1), "general_bad_request"),
        ("list", op("arrayFilter", "like", 1), "general_bad_request"),
        ("list", op("arrayFilter", "equal"), "general_bad_request"),
        ("n", ["method": "increment", "values": 5], "general_bad_request"),
        ("n", ["method": "increment", "values": [1], "x": 1], "general_bad_request"),
        ("n", ["method": "increment", "values": [1], "x\u{0}y": 1], "general_bad_request"),
        ("n", ["values": [1]], "row_invalid_structure"),
        ("nope", op("increment", 1), "row_invalid_structure"),
    ]

    @Test(arguments: Backend.available)
    func areRefusedWithoutAnyChange(_ backend: Backend) async throws {
        try await withRow(backend) { engine in
            let data: JSON = ["u": 2, "due": Self.op("dateSetNow")]
            try await engine.on("upsertRow", ["rowId": "other", "data": data])
            let before = try await engine.on("getRow", ["rowId": "r"])
            let events = try await engine.events().count
            for (key, op, type) in Self.refused {
                let plain: [JSONObject.Member] = key == "s" ? [] : [("s", "new")]
                let data: JSON = .object(JSONObject(plain + [(key, op)]))
                for (method, arguments) in [
                    ("updateRow", ["rowId": "r", "data": data]), ("upsertRow", ["rowId": "r", "data": data]),
                    ("updateRows", ["queries": [query("equal", "$id", "r")], "data": data]),
                ] as [(String, JSONObject)] {
                    let refusal = try await engine.refusalOn(method, arguments)
                    let argument = type.contains("unique") ? "data" : "data.\(key)"
                    #expect(refusal.type == type, "\(method) \(key) \(op.text)")
                    #expect(refusal.argument == argument, "\(method) \(key) \(op.text)")
                }
            }
            #expect(try await engine.on("getRow", ["rowId": "r"]) == before)
            #expect(try await engine.events().count == events)
        }
    }

    @Test(arguments: Backend.available)
    func aListHoldsTenThousandItems(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "list", "type": "integer", "array": true]])
            let items = JSON.array((0..<9_999).map { .int($0) })
            try await engine.on("createRow", ["rowId": "r", "data": ["list": items]])
            let data: JSON = ["list": Self.op("arrayAppend", 1)]
            let full = try await engine.on("updateRow", ["rowId": "r", "data": data])
            #expect(full["list"]?.array?.count == 10_000)
            #expect(
                try await engine.refusalOn("updateRow", ["rowId": "r", "data": data]).type == "row_invalid_structure"
            )
            #expect(try await engine.on("getRow", ["rowId": "r"])["list"] == full["list"])
            let unique = try await engine.on("updateRow", ["rowId": "r", "data": ["list": Self.op("arrayUnique")]])
            #expect(unique["list"] == items)
        }
    }

    @Test(arguments: Backend.available)
    func aTextThatGrowsBeyondAllBoundsIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "s", "type": "longtext"]])
            let text = JSON.string(String(repeating: "a", count: 1 << 20))
            try await engine.on("createRow", ["rowId": "r", "data": ["s": text]])
            for times in [10, 40] {
                let long = JSON.string(String(repeating: "b", count: times))
                let arguments: JSONObject = ["rowId": "r", "data": ["s": Self.op("stringReplace", "a", long)]]
                let refusal = try await engine.refusalOn("updateRow", arguments)
                #expect(refusal == Refusal("row_invalid_structure", 400, "data"))
            }
            #expect(try await engine.on("getRow", ["rowId": "r"])["s"] == text)
        }
    }
}
