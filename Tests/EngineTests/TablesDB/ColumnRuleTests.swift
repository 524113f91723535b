import Testing
import Values

@testable import Engine

@Suite("Rules of columns")
struct ColumnRuleTests {
    private static let aBadDefinitionIsRefusedCases: [(String, JSONObject, String, String)] = [
        ("Integer", ["required": true, "default": 1], "column_default_unsupported", "default"),
        ("Integer", ["array": true, "default": 1], "column_default_unsupported", "default"),
        ("Integer", ["min": 2, "max": 1], "column_value_invalid", "min"),
        ("Integer", ["min": 2, "default": 1], "column_value_invalid", "default"),
        ("Integer", ["min": "x"], "general_argument_invalid", "min"),
        ("Integer", ["max": 1.5], "general_argument_invalid", "max"),
        ("Integer", ["size": 3], "general_argument_invalid", "size"),
        ("BigInt", ["max": 1, "default": "2"], "column_value_invalid", "default"),
        ("BigInt", ["min": "9223372036854775808"], "general_argument_invalid", "min"),
        ("Float", ["min": 0.5, "max": 0], "column_value_invalid", "min"),
        ("Float", ["max": 1, "default": 1.5], "column_value_invalid", "default"),
        ("Float", ["default": "1"], "general_argument_invalid", "default"),
        ("Boolean", ["default": "true"], "general_argument_invalid", "default"),
        ("Datetime", ["default": "yesterday"], "general_argument_invalid", "default"),
        ("Email", ["default": "nobody"], "column_value_invalid", "default"),
        ("Url", ["default": "nowhere"], "column_value_invalid", "default"),
        ("Ip", ["default": "1.2.3"], "column_value_invalid", "default"),
        ("Enum", [:], "general_argument_invalid", "elements"),
        ("Enum", ["elements": []], "general_argument_invalid", "elements"),
        ("Enum", ["elements": [""]], "general_argument_invalid", "elements[0]"),
        ("Enum", ["elements": ["a", "a"]], "column_value_invalid", "elements"),
        ("Enum", ["elements": ["a"], "default": "b"], "column_value_invalid", "default"),
        ("String", [:], "general_argument_invalid", "size"),
        ("String", ["size": 0], "general_argument_invalid", "size"),
        ("Varchar", ["size": 16_382], "general_argument_invalid", "size"),
        ("Varchar", ["size": 2, "default": "abc"], "column_value_invalid", "default"),
        ("Text", ["default": "a\u{0}"], "column_value_invalid", "default"),
        ("Integer", ["encrypt": true], "general_argument_invalid", "encrypt"),
        ("String", ["size": 149, "encrypt": true], "general_bad_request", "size"),
    ]

    @Test(arguments: aBadDefinitionIsRefusedCases)
    func aBadDefinitionIsRefused(
        _ word: String,
        _ arguments: JSONObject,
        _ type: String,
        _ argument: String
    ) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.makeTable()
            var arguments = arguments
            arguments["key"] = "c"
            if arguments["required"] == nil { arguments["required"] = false }
            let refusal = try await engine.refusalOn("create\(word)Column", arguments)
            #expect(refusal == Refusal(type, 400, argument))
            #expect(try await engine.on("listColumns")["total"] == 0)
        }
    }

    @Test(arguments: ["", "$id", "_a", "-a", "a b", "a.b", "ä", String(repeating: "k", count: 37)])
    func aBadKeyIsRefused(_ key: String) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.makeTable()
            let refusal = try await engine.refusalOn("createTextColumn", ["key": .string(key), "required": false])
            #expect(refusal == Refusal("general_argument_invalid", 400, "key"))
        }
    }

    @Test(
        arguments: Backend.available,
        ["a", "A-1_b", "0", "select", "rowid", "order", String(repeating: "k", count: 36)]
    )
    func everyOtherKeyWorks(_ backend: Backend, _ key: String) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            try await engine.on("createTextColumn", ["key": .string(key), "required": false])
            try await engine.on("createIndex", ["key": .string(key), "type": "key", "columns": [.string(key)]])
            let data = JSONObject([(key, "x")])
            let row = try await engine.on("createRow", ["rowId": "r", "data": .object(data)])
            #expect(row[key] == "x")
            #expect(try await engine.listed([query("equal", key, "x"), query("orderDesc", key)]) == ["r"])
        }
    }

    @Test(arguments: Backend.available, ["name", "Name", "NAME"])
    func aKeyIsTakenWhateverItsCase(_ backend: Backend, _ key: String) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "Name", "type": "text"]])
            let refusal = try await engine.refusalOn("createIntegerColumn", ["key": .string(key), "required": false])
            #expect(refusal == Refusal("column_already_exists", 409, "key"))
        }
    }

    @Test(arguments: Backend.available)
    func whatIsNotThereIsNotFound(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "title", "type": "text"]])
            let error = try await engine.error(
                "tablesDB.getColumn",
                ["databaseId": "d", "tableId": "t", "key": "titel"]
            )
            #expect(Refusal(error) == Refusal("column_not_found", 404, "key"))
            #expect(error.hint == "Did you mean title?")
            #expect(try await engine.refusalOn("deleteColumn", ["key": "x"]) == Refusal("column_not_found", 404, "key"))
            let update: JSONObject = ["key": "x", "required": false, "default": nil]
            #expect(try await engine.refusalOn("updateTextColumn", update) == Refusal("column_not_found", 404, "key"))
        }
    }
}
