import Testing
import Values

@testable import Engine

@Suite("Values of rows by the kind of column")
struct RowValueTests {
    private static let columns: [JSON] = [
        ["key": "string", "type": "string", "size": 3], ["key": "varchar", "type": "varchar", "size": 3],
        ["key": "text", "type": "text"], ["key": "mediumtext", "type": "mediumtext"],
        ["key": "longtext", "type": "longtext"], ["key": "email", "type": "email"], ["key": "url", "type": "url"],
        ["key": "ip", "type": "ip"], ["key": "enum", "type": "enum", "elements": ["a", "B"]],
        ["key": "integer", "type": "integer"], ["key": "small", "type": "integer", "min": -1, "max": 1],
        ["key": "bigint", "type": "bigint"], ["key": "float", "type": "float"],
        ["key": "ratio", "type": "float", "min": 0, "max": 1], ["key": "boolean", "type": "boolean"],
        ["key": "datetime", "type": "datetime"], ["key": "list", "type": "integer", "array": true],
        ["key": "words", "type": "varchar", "size": 2, "array": true],
        ["key": "times", "type": "datetime", "array": true], ["key": "flags", "type": "boolean", "array": true],
        ["key": "ratios", "type": "float", "array": true], ["key": "bigs", "type": "bigint", "array": true],
    ]

    /// A column, what is written, and what is read back.
    private static let valid: [(String, JSON, JSON)] = [
        ("string", "", ""), ("string", "äöü", "äöü"), ("varchar", "🌱🌱🌱", "🌱🌱🌱"), ("varchar", nil, nil),
        ("text", "a\n\"b\\\u{1}", "a\n\"b\\\u{1}"), ("text", .string(String(repeating: "x", count: 65_535)), nil),
        ("mediumtext", .string(String(repeating: "ü", count: 40_000)), nil), ("longtext", "x", "x"),
        ("email", "a.b+c@example.co", "a.b+c@example.co"), ("url", "https://user@example.com:80/a?b#c", nil),
        ("url", "http://[::1]/", "http://[::1]/"), ("url", "custom+x://host", "custom+x://host"),
        ("ip", "127.0.0.1", "127.0.0.1"), ("ip", "2001:db8::1", "2001:db8::1"), ("enum", "B", "B"),
        ("integer", .int(.min), .int(.min)), ("integer", .int(.max), .int(.max)), ("small", -1, -1), ("small", 1, 1),
        ("bigint", "9223372036854775807", .int(.max)), ("bigint", "-9223372036854775808", .int(.min)),
        ("bigint", 9_007_199_254_740_993, 9_007_199_254_740_993), ("bigint", "0", 0), ("float", 1, 1.0),
        ("float", 0.1, 0.1), ("float", -1e300, -1e300), ("ratio", 0, 0.0),
        ("ratio", 1.0, 1.0), ("boolean", false, false), ("boolean", true, true),
        ("datetime", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05.678+00:00"),
        ("datetime", "2026-01-02T03:04:05+05:30", "2026-01-01T21:34:05.000+00:00"),
        ("datetime", "2026-01-02", "2026-01-02T00:00:00.000+00:00"),
        ("datetime", "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999+00:00"),
        ("datetime", "0000-01-01", "0000-01-01T00:00:00.000+00:00"),
        ("datetime", "9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999+00:00"), ("list", [], []),
        ("list", [3, 1, 3], [3, 1, 3]), ("list", [.int(.max), .int(.min)], [.int(.max), .int(.min)]),
        ("words", ["a,", "\"]"], ["a,", "\"]"]),
        ("times", ["2026-01-01T01:00:00+01:00"], ["2026-01-01T00:00:00.000+00:00"]),
        ("flags", [true, false], [true, false]), ("ratios", [1, 0.5], [1.0, 0.5]),
        ("bigs", ["9007199254740993", 2], [9_007_199_254_740_993, 2]),
    ]

    @Test(arguments: Backend.available)
    func aFittingValueComesBack(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(Self.columns)
            for (index, (key, value, expected)) in Self.valid.enumerated() {
                let id: JSON = .string("r\(index)")
                let expected = expected == nil ? value : expected
                let data: JSON = .object(JSONObject([(key, value)]))
                let made = try await engine.on("createRow", ["rowId": id, "data": data])
                #expect(made[key] == expected, "\(key) \(value.text.prefix(50))")
                let read = try await engine.on("getRow", ["rowId": id])
                #expect(read == made, "\(key) \(value.text.prefix(50))")
                let updated = try await engine.on("updateRow", ["rowId": id, "data": data])
                #expect(updated == made)
            }
        }
    }

    /// A column, what is written, and the path of the refusal below `data`.
    private static let invalid: [(String, JSON, String)] = [
        ("string", "abcd", "string"), ("string", 1, "string"), ("varchar", "🌱🌱🌱🌱", "varchar"),
        ("varchar", ["a"], "varchar"), ("varchar", true, "varchar"), ("text", "a\u{0}b", "text"),
        ("text", .string(String(repeating: "x", count: 65_536)), "text"),
        ("text", .string(String(repeating: "ü", count: 32_768)), "text"), ("longtext", 1.5, "longtext"),
        ("email", "a", "email"), ("email", "a@b", "email"), ("email", "@b.cd", "email"), ("email", "a b@c.de", "email"),
        ("email", "a@-b.cd", "email"), ("url", "example.com", "url"), ("url", "/path", "url"),
        ("url", "http://", "url"), ("url", "http://a b", "url"), ("url", "http://x:99999/", "url"),
        ("ip", "1.2.3", "ip"),
        ("ip", "1.2.3.4.5", "ip"), ("ip", "::g", "ip"), ("ip", "", "ip"), ("enum", "b", "enum"), ("enum", "", "enum"),
        ("enum", 1, "enum"), ("integer", "1", "integer"), ("integer", 1.5, "integer"), ("integer", 1.0, "integer"),
        ("integer", true, "integer"), ("small", 2, "small"), ("small", -2, "small"),
        ("bigint", "9223372036854775808", "bigint"), ("bigint", "1.0", "bigint"), ("bigint", "", "bigint"),
        ("bigint", " 1", "bigint"), ("bigint", 1.5, "bigint"), ("float", "1", "float"), ("float", false, "float"),
        ("ratio", 1.000001, "ratio"), ("ratio", -1, "ratio"), ("boolean", 1, "boolean"), ("boolean", "true", "boolean"),
        ("datetime", "now", "datetime"), ("datetime", "2026-02-30", "datetime"),
        ("datetime", "2026-01-01T24:00:00Z", "datetime"), ("datetime", 0, "datetime"), ("list", 1, "list"),
        ("list", [1, "2"], "list[1]"), ("list", [nil], "list[0]"), ("list", [[1]], "list[0]"),
        ("words", ["a", "bb", "ccc"], "words[2]"), ("times", ["2026-01-01", "x"], "times[1]"),
        ("flags", [0], "flags[0]"), ("bigs", ["x"], "bigs[0]"),
        ("list", .array(Array(repeating: 1, count: 10_001)), "list"),
    ]

    @Test(arguments: Backend.available)
    func aMisfitIsNamed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(Self.columns)
            try await engine.on("createRow", ["rowId": "r", "data": [:]])
            for (key, value, path) in Self.invalid {
                let data: JSON = .object(JSONObject([(key, value)]))
                for method in ["createRow", "updateRow", "upsertRow"] {
                    let id: JSON = method == "createRow" ? "x" : "r"
                    let refusal = try await engine.refusalOn(method, ["rowId": id, "data": data])
                    let expected = Refusal("row_invalid_structure", 400, "data." + path)
                    #expect(refusal == expected, "\(method) \(key) \(value.text.prefix(50))")
                }
            }
            #expect(try await engine.on("listRows")["total"] == 1)
        }
    }

    @Test(arguments: Backend.available)
    func aRequiredColumnNeedsAValue(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "a", "type": "text", "required": true],
                ["key": "b", "type": "integer", "required": true, "array": true], ["key": "c", "type": "text"],
            ])
            let missing = try await engine.error(
                "tablesDB.createRow",
                ["databaseId": "d", "tableId": "t", "rowId": "r", "data": ["c": "x"]]
            )
            #expect(Refusal(missing) == Refusal("row_invalid_structure", 400, "data.a"))
            #expect(missing.message.contains("'a', 'b'"))
            let null = try await engine.refusalOn("createRow", ["rowId": "r", "data": ["a": nil, "b": []]])
            #expect(null == Refusal("row_invalid_structure", 400, "data.a"))
            try await engine.on("createRow", ["rowId": "r", "data": ["a": "", "b": []]])
            let cleared = try await engine.refusalOn("updateRow", ["rowId": "r", "data": ["b": nil]])
            #expect(cleared == Refusal("row_invalid_structure", 400, "data.b"))
        }
    }

    @Test(arguments: Backend.available)
    func integersBeyondADoubleAreFlagged(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(Self.columns)
            let cases: [(Int64, Bool)] = [
                (9_007_199_254_740_991, false), (9_007_199_254_740_992, true), (-9_007_199_254_740_991, false),
                (.min, true),
            ]
            for (index, (number, isUnsafe)) in cases.enumerated() {
                let response = try await engine.engine.execute(
                    Invocation(
                        "tablesDB.createRow",
                        [
                            "databaseId": "d", "tableId": "t", "rowId": .string("r\(index)"),
                            "data": ["integer": .int(number)],
                        ]
                    )
                )
                #expect(response.holdsUnsafeInteger == isUnsafe, "\(number)")
                #expect(String(decoding: response.encoded, as: UTF8.self).contains("\"integer\":\(number),"))
            }
        }
    }

    @Test(arguments: Backend.available)
    func aZeroHasNoSign(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([
                ["key": "f", "type": "float"], ["key": "list", "type": "float", "array": true],
                ["key": "d", "type": "float", "default": .double(-0.0)],
            ])
            let data: JSON = ["f": .double(-0.0), "list": [.double(-0.0), 1.5]]
            let made = try await engine.on("createRow", ["rowId": "r", "data": data])
            let more: JSON = ["list": ["method": "arrayAppend", "values": [.double(-0.0)]]]
            let appended = try await engine.on("updateRow", ["rowId": "r", "data": more])
            let read = try await engine.on("getRow", ["rowId": "r"])
            for (row, list) in [(made, "[0.0,1.5]"), (appended, "[0.0,1.5,0.0]"), (read, "[0.0,1.5,0.0]")] {
                #expect(row["f"]?.text == "0.0" && row["d"]?.text == "0.0")
                #expect(row["list"]?.text == list)
            }
            #expect(
                try await engine.events().allSatisfy { !String(decoding: $0.payload, as: UTF8.self).contains("-0.0") }
            )
        }
    }
}
