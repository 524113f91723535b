import Testing
import Values

@testable import Engine

@Suite("Column models")
struct ColumnModelTests {
    private static let common: JSON = [
        "key": "c", "status": "available", "error": "", "required": false, "array": false,
        "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
    ]

    /// The word of the operation, its own arguments, and what the answer has beside the common fields.
    private static let kinds: [(String, JSONObject, JSON)] = [
        ("Boolean", [:], ["type": "boolean", "default": nil]),
        ("Boolean", ["default": true], ["type": "boolean", "default": true]),
        ("Datetime", [:], ["type": "datetime", "format": "datetime", "default": nil]),
        (
            "Datetime", ["default": "2026-01-01T02:00:00+02:00"],
            ["type": "datetime", "format": "datetime", "default": "2026-01-01T00:00:00.000+00:00"]
        ),
        ("Email", ["default": "a@b.cd"], ["type": "string", "format": "email", "default": "a@b.cd"]),
        ("Url", [:], ["type": "string", "format": "url", "default": nil]),
        ("Ip", ["default": "::1"], ["type": "string", "format": "ip", "default": "::1"]),
        (
            "Enum", ["elements": ["a", "b"], "default": "b"],
            ["type": "string", "elements": ["a", "b"], "format": "enum", "default": "b"]
        ),
        ("Integer", [:], ["type": "integer", "min": .int(.min), "max": .int(.max), "default": nil]),
        (
            "Integer", ["min": -1, "max": "9223372036854775807", "default": 0],
            ["type": "integer", "min": -1, "max": .int(.max), "default": 0]
        ),
        (
            "BigInt", ["min": "-9223372036854775808", "default": "7"],
            ["type": "bigint", "min": .int(.min), "max": .int(.max), "default": 7]
        ),
        (
            "Float", [:],
            [
                "type": "double", "min": .double(-1.7976931348623157e308), "max": .double(1.7976931348623157e308),
                "default": nil,
            ]
        ),
        (
            "Float", ["min": 0, "max": 9, "default": 3],
            ["type": "double", "min": 0.0, "max": 9.0, "default": 3.0]
        ),
        ("String", ["size": 200], ["type": "string", "size": 200, "default": nil, "encrypt": false]),
        (
            "Varchar", ["size": 16_381, "default": ""],
            ["type": "varchar", "size": 16_381, "default": "", "encrypt": false]
        ),
        ("Text", [:], ["type": "text", "default": nil, "encrypt": false]),
        ("Mediumtext", [:], ["type": "mediumtext", "default": nil, "encrypt": false]),
        ("Longtext", ["default": "x"], ["type": "longtext", "default": "x", "encrypt": false]),
    ]

    @Test(arguments: Backend.available)
    func everyKindIsAnsweredWithItsFields(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            for (word, arguments, own) in Self.kinds {
                var arguments = arguments
                arguments["key"] = "c"
                arguments["required"] = false
                let made = try await engine.on("create\(word)Column", arguments)
                let expected = Self.common.members.merging(own.members) { $1 }
                #expect(made.members == expected, "\(word)")
                #expect(try await engine.on("getColumn", ["key": "c"]) == made, "\(word)")
                try await engine.on("deleteColumn", ["key": "c"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func everyKindMakesRequiredAndArrayColumns(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            for word in Set(Self.kinds.map(\.0)) {
                var arguments: JSONObject = ["required": true, "array": true]
                if word == "Enum" { arguments["elements"] = ["a"] }
                if word == "String" || word == "Varchar" { arguments["size"] = 10 }
                arguments["key"] = .string(word)
                let made = try await engine.on("create\(word)Column", arguments)
                #expect(made["required"] == true)
                #expect(made["array"] == true)
                #expect(made["status"] == "available")
            }
            let answer = try await engine.on("listColumns", ["queries": [query("equal", "array", true)]])
            #expect(answer["total"] == 14)
        }
    }
}

extension JSON {
    /// The members of an object, whatever their order.
    fileprivate var members: [String: JSON] {
        Dictionary((object?.members ?? []).map { ($0.key, $0.value) }) { first, _ in first }
    }
}
