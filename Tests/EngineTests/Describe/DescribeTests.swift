import TestSupport
import Testing
import Values

@testable import Engine

@Suite("project.describe and describeTable")
struct DescribeTests {
    private static let columns: [JSON] = [
        ["key": "title", "type": "varchar", "size": 128, "required": true], ["key": "body", "type": "text"],
        ["key": "status", "type": "enum", "elements": ["open", "done"], "default": "open"],
        ["key": "stars", "type": "integer", "min": 0, "max": 5], ["key": "price", "type": "float"],
        ["key": "email", "type": "email"], ["key": "tags", "type": "varchar", "size": 20, "array": true],
        ["key": "due", "type": "datetime"],
    ]

    @Test(arguments: Backend.available)
    func fiveTablesOfEightColumnsFitInTwoKibibytes(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("tablesDB.create", ["databaseId": "shop", "name": "Shop"])
            for name in ["orders", "items", "customers", "reviews", "invoices"] {
                try await engine.call(
                    "tablesDB.createTable",
                    [
                        "databaseId": "shop", "tableId": .string(name), "name": .string(name),
                        "columns": .array(Self.columns), "permissions": ["read(\"any\")", "create(\"users\")"],
                        "indexes": [["key": "byTitle", "type": "unique", "columns": ["title"]]],
                    ]
                )
            }
            let answer = try await engine.call("project.describe")
            #expect(answer.encoded.count < 2048, "\(answer.encoded.count) bytes: \(answer.text)")
            #expect(answer["hint"] == nil)
            let orders = answer["databases"]?.array?.first?["tables"]?["orders"]
            #expect(orders?["rows"] == "0")
            #expect(orders?["access"] == "any: read; users: create")
        }
    }

    @Test(arguments: Backend.available)
    func aTableIsDescribedInAFewWords(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                Self.columns,
                indexes: [
                    ["key": "i", "type": "key", "columns": ["status", "$createdAt"], "orders": ["ASC", "DESC"]]
                ],
                rowSecurity: true
            )
            try await engine.on("createRow", ["rowId": "r", "data": ["title": "x"]])
            let table = try await engine.on("describeTable")
            let expected: JSON = [
                "title": "varchar(128) required", "body": "text", "status": "enum(open|done) = \"open\"",
                "stars": "integer 0..5", "price": "float", "email": "email", "tags": "varchar(20)[]", "due": "datetime",
            ]
            #expect(table["columns"] == expected)
            #expect(table["indexes"] == ["i": "key(status, $createdAt DESC)"])
            #expect(table["rows"] == "1")
            #expect(table["newestRows"]?.each("$id") == ["r"])
            #expect(table["rowSecurity"] == true)
        }
    }

    @Test(arguments: Backend.available)
    func aLargeProjectIsListedByNames(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable()
            for index in 0..<40 {
                try await engine.on(
                    "createTable",
                    ["tableId": .string("table\(index)"), "name": "T", "columns": .array(Self.columns)]
                )
            }
            try await engine.on("createRow", ["tableId": "table7", "rowId": "r", "data": ["title": "x"]])
            let answer = try await engine.call("project.describe")
            let tables = answer["databases"]?.array?.first?["tables"]
            #expect(tables?["table7"]?.string?.contains("1 rows, 8 columns") == true)
            #expect(tables?.object?.count == 41)
            #expect(answer["hint"]?.string?.contains("describeTable") == true)
            #expect(answer.encoded.count < 8000)
        }
    }

    @Test(arguments: Backend.available, [21, 22] as [UInt64])
    func theEffectsAreWhatTheOracleSays(_ backend: Backend, _ seed: UInt64) async throws {
        try await withEngine(backend) { engine in
            var random = SplitMix64(seed: seed)
            try await engine.makeTable()
            for round in 0..<40 {
                let actions = ["create", "read", "update", "delete"]
                let permissions = Set(
                    (0..<random.below(6)).map { _ in
                        "\(random.pick(actions))(\"\(random.pick(["any", "guests", "users"]))\")"
                    }
                )
                let oracle = AccessOracle(table: permissions, rowSecurity: random.once(in: 2))
                try await engine.on(
                    "updateTable",
                    ["permissions": JSON(permissions.sorted()), "rowSecurity": .bool(oracle.rowSecurity)]
                )
                let effects = try await engine.on("describeTable")["access"]
                for (role, actor) in [("guests", AccessOracle.Actor.guest), ("users", .userA)] {
                    for action in actions {
                        let expected: JSON =
                            oracle.allows(action, [], actor)
                            ? "all rows" : oracle.rowSecurity && action != "create" ? "rows that grant it" : "no"
                        let label = "seed \(seed), round \(round), \(role) \(action), \(permissions.sorted())"
                        #expect(effects?[role]?[action] == expected, "\(label)")
                    }
                }
                for action in actions {
                    let isOpen = permissions.contains("\(action)(\"any\")")
                    #expect((effects?["any"]?[action] == "all rows") == isOpen, "seed \(seed), round \(round)")
                }
            }
        }
    }
}
