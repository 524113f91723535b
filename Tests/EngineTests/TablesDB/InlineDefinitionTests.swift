import Testing
import Values

@testable import Engine

@Suite("Columns and indexes given to createTable")
struct InlineDefinitionTests {
    @Test(arguments: Backend.available)
    func everyKindIsMadeAtOnce(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let table = try await engine.makeTable(
                [
                    ["key": "a", "type": "string", "size": 5, "default": "x"],
                    ["key": "b", "type": "varchar", "size": 7],
                    ["key": "c", "type": "text"], ["key": "d", "type": "mediumtext"], ["key": "e", "type": "longtext"],
                    ["key": "f", "type": "email"], ["key": "g", "type": "url"], ["key": "h", "type": "ip"],
                    ["key": "i", "type": "enum", "elements": ["on", "off"], "default": "on"],
                    ["key": "j", "type": "integer", "min": -5, "max": 5, "default": 0],
                    ["key": "k", "type": "bigint", "min": "-9223372036854775808"],
                    ["key": "l", "type": "float", "min": 0, "max": 1, "default": 1],
                    ["key": "m", "type": "boolean", "array": true], ["key": "n", "type": "datetime", "required": true],
                    ["key": "o", "type": "double"], ["key": "p", "type": "string", "format": "email"],
                    ["key": "q", "type": "string", "format": "enum", "elements": ["1"]],
                ],
                indexes: [
                    ["key": "u", "type": "unique", "columns": ["b"]],
                    ["key": "k", "type": "key", "attributes": ["j", "$createdAt"], "orders": ["DESC"]],
                ]
            )
            #expect(
                table["columns"]?.each("type") == [
                    "string", "varchar", "text", "mediumtext", "longtext", "string", "string", "string", "string",
                    "integer", "bigint", "double", "boolean", "datetime", "double", "string", "string",
                ]
            )
            #expect(table["columns"]?.each("status").allSatisfy { $0 == "available" } == true)
            #expect(table["columns"]?.array?[11]["default"] == 1.0)
            #expect(table["columns"]?.array?[10]["min"] == .int(.min))
            #expect(table["indexes"]?.each("status") == ["available", "available"])
            #expect(table["indexes"]?.array?[1]["orders"] == ["DESC", "ASC"])
            #expect(table["indexes"]?.array?[1]["columns"] == ["j", "$createdAt"])
            let row = try await engine.on("createRow", ["rowId": "r", "data": ["n": "2026-01-01T00:00:00Z"]])
            #expect(row["a"] == "x")
            #expect(row["i"] == "on")
            #expect(row["l"] == 1.0)
        }
    }

    private static let aBadColumnIsNamedCases: [(JSON, String)] = [
        (["type": "text"], "columns[0].key"),
        (["key": "_a", "type": "text"], "columns[0].key"),
        (["key": "a.b", "type": "text"], "columns[0].key"),
        (["key": "a"], "columns[0].type"),
        (["key": "a", "type": "txet"], "columns[0].type"),
        (["key": "a", "type": "relationship"], "columns[0].type"),
        (["key": "a", "type": "text", "sise": 3], "columns[0].sise"),
        (["key": "a", "type": "text", "size": 3], "columns[0].size"),
        (["key": "a", "type": "string"], "columns[0].size"),
        (["key": "a", "type": "string", "size": 0], "columns[0].size"),
        (["key": "a", "type": "varchar", "size": 16_382], "columns[0].size"),
        (["key": "a", "type": "string", "size": 1_073_741_825], "columns[0].size"),
        (["key": "a", "type": "text", "required": "yes"], "columns[0].required"),
        (["key": "a", "type": "text", "array": 1], "columns[0].array"),
        (["key": "a", "type": "enum"], "columns[0].elements"),
        (["key": "a", "type": "enum", "elements": [1]], "columns[0].elements"),
        (["key": "a", "type": "enum", "elements": [""]], "columns[0].elements"),
        (["key": "a", "type": "text", "elements": ["x"]], "columns[0].elements"),
        (["key": "a", "type": "text", "min": 1], "columns[0].min"),
        (["key": "a", "type": "integer", "max": 1.5], "columns[0].max"),
        (["key": "a", "type": "string", "size": 3, "format": "phone"], "columns[0].format"),
        (["key": "a", "type": "integer", "format": "email"], "columns[0].format"),
    ]

    @Test(arguments: aBadColumnIsNamedCases)
    func aBadColumnIsNamed(_ column: JSON, _ argument: String) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let refusal = try await engine.refusalOn("createTable", ["name": "T", "columns": [column]])
            #expect(refusal == Refusal("general_argument_invalid", 400, argument))
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 0)
        }
    }

    private static let aColumnThatContradictsItselfIsRefusedCases: [(JSON, String, String)] = [
        (["key": "a", "type": "integer", "required": true, "default": 1], "column_default_unsupported", "default"),
        (["key": "a", "type": "integer", "array": true, "default": [1]], "column_default_unsupported", "default"),
        (["key": "a", "type": "integer", "default": "1"], "column_value_invalid", "default"),
        (["key": "a", "type": "integer", "min": 2, "default": 1], "column_value_invalid", "default"),
        (["key": "a", "type": "integer", "min": 3, "max": 2], "column_value_invalid", "min"),
        (["key": "a", "type": "float", "min": 3, "max": 2.5], "column_value_invalid", "min"),
        (["key": "a", "type": "enum", "elements": []], "column_value_invalid", "elements"),
        (["key": "a", "type": "enum", "elements": ["x", "x"]], "column_value_invalid", "elements"),
        (["key": "a", "type": "enum", "elements": ["x"], "default": "X"], "column_value_invalid", "default"),
    ]

    @Test(arguments: aColumnThatContradictsItselfIsRefusedCases)
    func aColumnThatContradictsItselfIsRefused(_ column: JSON, _ type: String, _ member: String) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let columns: JSON = [["key": "fine", "type": "text"], column]
            let refusal = try await engine.refusalOn("createTable", ["name": "T", "columns": columns])
            #expect(refusal == Refusal(type, 400, "columns[1]." + member))
        }
    }

    private static let aBadIndexIsNamedCases: [(JSON, String, Int, String)] = [
        (["type": "key", "columns": ["a"]], "general_argument_invalid", 400, "key"),
        (["key": "i", "type": "hash", "columns": ["a"]], "general_argument_invalid", 400, "type"),
        (["key": "i", "type": "key"], "general_argument_invalid", 400, "attributes"),
        (["key": "i", "type": "key", "columns": ["a"], "order": ["ASC"]], "general_argument_invalid", 400, "order"),
        (["key": "i", "type": "key", "columns": ["a"], "orders": ["asc"]], "general_argument_invalid", 400, "orders"),
        (["key": "i", "type": "key", "columns": []], "column_index_invalid", 400, "columns"),
        (["key": "i", "type": "key", "columns": ["a", "a"]], "column_index_invalid", 400, "columns"),
        (["key": "i", "type": "key", "columns": ["a", "b"]], "column_unknown", 400, "columns[1]"),
        (["key": "i", "type": "key", "columns": ["list"]], "column_index_invalid", 400, "columns[0]"),
        (["key": "I0", "type": "key", "columns": ["a"]], "column_index_already_exists", 409, "key"),
        (["key": "i", "type": "key", "columns": ["n"]], "column_index_invalid", 400, "columns"),
    ]

    @Test(arguments: aBadIndexIsNamedCases)
    func aBadIndexIsNamed(_ index: JSON, _ type: String, _ status: Int, _ member: String) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let refusal = try await engine.refusalOn(
                "createTable",
                [
                    "name": "T",
                    "columns": [
                        ["key": "a", "type": "integer"], ["key": "n", "type": "integer"],
                        ["key": "list", "type": "integer", "array": true],
                    ],
                    "indexes": [["key": "i0", "type": "key", "columns": ["n"]], index],
                ]
            )
            #expect(refusal == Refusal(type, status, "indexes[1]." + member))
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 0)
        }
    }

    @Test func twoColumnsMayNotDifferInCaseOnly() async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let columns: JSON = [["key": "Name", "type": "text"], ["key": "name", "type": "text"]]
            let refusal = try await engine.refusalOn("createTable", ["name": "T", "columns": columns])
            #expect(refusal == Refusal("column_already_exists", 409, "columns[1].key"))
        }
    }

    @Test func anItemThatIsNoObjectIsRefused() async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let refusal = try await engine.refusalOn("createTable", ["name": "T", "columns": ["a"]])
            #expect(refusal == Refusal("general_argument_invalid", 400, "columns[0]"))
        }
    }

    @Test(arguments: [101, 100])
    func aHundredColumnsMayBeGiven(_ count: Int) async throws {
        try await withEngine(.sqlite) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "d", "name": "D"])
            let columns = (0..<count).map { ["key": "c\($0)", "type": "boolean"] as JSON }
            let arguments: JSONObject = ["name": "T", "columns": .array(columns)]
            if count == 100 {
                #expect(try await engine.on("createTable", arguments)["columns"]?.array?.count == 100)
            } else {
                let refusal = try await engine.refusalOn("createTable", arguments)
                #expect(refusal == Refusal("general_argument_invalid", 400, "columns"))
            }
        }
    }
}
