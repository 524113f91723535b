import Catalog
import Testing
import Values

@Suite("Argument validation")
struct ValidationTests {
    private let table: JSONObject = ["databaseId": "shop", "tableId": "items"]

    private func with(_ members: JSONObject) -> JSONObject { JSONObject(table.members + members.members) }

    @Test func answersInDeclaredOrderWithDefaults() throws {
        let arguments: JSONObject = ["name": "Shop", "databaseId": "shop"]
        #expect(
            try operation("tablesDB.create").validate(arguments)
                == ["databaseId": "shop", "name": "Shop", "enabled": true]
        )
    }

    @Test func leavesOutWhatHasNoDefault() throws {
        let arguments = with(["rowId": "unique()", "data": ["title": "Tea"]])
        #expect(try operation("tablesDB.createRow").validate(arguments) == arguments)
    }

    @Test func acceptsSnakeCaseButNeverInsideData() throws {
        let arguments: JSONObject = [
            "database_id": "shop", "table_id": "items", "row_id": "tea", "data": ["row_id": 1, "database_id": 2],
        ]
        #expect(
            try operation("tablesDB.createRow").validate(arguments)
                == with(["rowId": "tea", "data": ["row_id": 1, "database_id": 2]])
        )
    }

    @Test func refusesAnArgumentGivenInTwoSpellings() throws {
        let error = try refusal("tablesDB.get", ["databaseId": "shop", "database_id": "shop"])
        #expect(error.argument == "databaseId")
    }

    @Test func namesEveryMissingArgumentAndShowsTheCall() throws {
        let error = try refusal("tablesDB.createRow", ["databaseId": "shop"])
        #expect(error.code == .generalArgumentInvalid)
        #expect(error.message == "'tableId', 'rowId', 'data' are required.")
        #expect(error.argument == "tableId")
        #expect(error.hint?.hasPrefix("Call tablesDB.createRow(databaseId: string, ") == true)
    }

    @Test func nullIsLeftOutUnlessNullable() throws {
        #expect(
            try operation("tablesDB.create").validate(["databaseId": "shop", "name": "Shop", "enabled": nil])
                == ["databaseId": "shop", "name": "Shop", "enabled": true]
        )
        #expect(try refusal("tablesDB.create", ["databaseId": "shop", "name": nil]).message == "'name' is required.")
        let update = with(["key": "done", "required": false, "default": nil])
        #expect(try operation("tablesDB.updateBooleanColumn").validate(update) == update)
        let withoutDefault = try refusal("tablesDB.updateBooleanColumn", with(["key": "done", "required": false]))
        #expect(withoutDefault.argument == "default")
    }

    @Test func suggestsTheArgumentThatWasMeant() throws {
        let error = try refusal("tablesDB.createRow", with(["rowId": "tea", "dat": ["a": 1]]))
        #expect(error.message == "tablesDB.createRow has no argument 'dat'.")
        #expect(error.argument == "dat")
        #expect(error.hint == "Did you mean 'data'?")
    }

    @Test func checksTheKindOfValue() throws {
        #expect(try refusal("tablesDB.get", ["databaseId": 7]).hint == #"Ids are strings: "7"."#)
        #expect(
            try refusal("tablesDB.create", ["databaseId": "a", "name": "A", "enabled": "true"]).message
                == "'enabled' must be true or false, not a string."
        )
        #expect(
            try refusal("tablesDB.createRow", with(["rowId": "a", "data": 3])).message
                == "'data' must be an object, not an integer."
        )
    }

    @Test(arguments: ["", "-a", ".a", "$id", "a b", "a/b", "ä", String(repeating: "a", count: 37)])
    func refusesAMalformedID(_ id: String) throws {
        #expect(try refusal("tablesDB.get", ["databaseId": .string(id)]).argument == "databaseId")
        #expect(try refusal("tablesDB.create", ["databaseId": .string(id), "name": "A"]).argument == "databaseId")
    }

    @Test func uniqueIsForNewThingsOnly() throws {
        let error = try refusal("tablesDB.getRow", with(["rowId": "unique()"]))
        #expect(error.argument == "rowId")
        #expect(error.hint == "unique() makes a new id and works only where one is chosen.")
    }

    @Test func aColumnKeyHasNoDotButAnIndexKeyMay() throws {
        let dotted = try refusal("tablesDB.createBooleanColumn", with(["key": "a.b", "required": false]))
        #expect(dotted.message == "'key' must not contain a dot.")
        #expect(dotted.hint == "For example 'a_b'.")
        let index = with(["key": "by.name", "type": "key", "columns": ["name", "$createdAt"]])
        #expect(
            try operation("tablesDB.createIndex").validate(index)
                == JSONObject(index.members + [("orders", []), ("lengths", [])])
        )
        let field = try refusal(
            "tablesDB.createIndex",
            with(["key": "i", "type": "key", "columns": ["a", "$sequence"]])
        )
        #expect(field.argument == "columns[1]")
    }

    @Test func countsTextInCharacters() throws {
        let longest = String(repeating: "ä", count: 128)
        #expect(throws: Never.self) {
            try operation("tablesDB.create").validate(["databaseId": "a", "name": .string(longest)])
        }
        #expect(
            try refusal("tablesDB.create", ["databaseId": "a", "name": .string(longest + "a")]).message
                == "'name' must have 1 to 128 characters, not 129."
        )
        #expect(
            try refusal("tablesDB.create", ["databaseId": "a", "name": ""]).message
                == "'name' must have 1 to 128 characters, not 0."
        )
    }

    @Test func aChoiceListsItsWords() throws {
        let error = try refusal("tablesDB.createIndex", with(["key": "i", "type": "uniq", "columns": ["a"]]))
        #expect(error.message.hasPrefix("'type' must be one of key, unique"))
        #expect(error.hint == "Did you mean 'unique'?")
        let order = try refusal(
            "tablesDB.createIndex",
            with(["key": "i", "type": "key", "columns": ["a"], "orders": ["ASC", "down"]])
        )
        #expect(order.argument == "orders[1]")
    }

    @Test func boundsListsAndNumbers() throws {
        let many = JSON(Array(repeating: "a", count: 101))
        #expect(
            try refusal("tablesDB.createIndex", with(["key": "i", "type": "key", "columns": many])).message
                == "'columns' must hold 1 to 100 items, not 101."
        )
        #expect(
            try refusal("tablesDB.createVarcharColumn", with(["key": "a", "size": 16_382, "required": false])).message
                == "'size' must be from 1 to 16381, not 16382."
        )
    }

    @Test func inlineColumnsAreAListOfObjects() throws {
        let columns: JSON = [["key": "title", "type": "varchar", "size": 80, "anything": 1]]
        let arguments: JSONObject = ["databaseId": "shop", "tableId": "items", "name": "Items", "columns": columns]
        #expect(try operation("tablesDB.createTable").validate(arguments)["columns"] == columns)
        let error = try refusal(
            "tablesDB.createTable",
            ["databaseId": "shop", "tableId": "items", "name": "Items", "columns": [["key": "a"], "b"]]
        )
        #expect(error.argument == "columns[1]")
    }

    @Test func dataMayBeJSONText() throws {
        let arguments = with(["rowId": "tea", "data": #"{"title":"Tea","stock":3}"#])
        #expect(
            try operation("tablesDB.createRow").validate(arguments)["data"] == ["title": "Tea", "stock": 3]
        )
        #expect(try refusal("tablesDB.createRow", with(["rowId": "tea", "data": "[1]"])).argument == "data")
        #expect(try refusal("tablesDB.createRow", with(["rowId": "tea", "data": "{"])).argument == "data")
        #expect(try operation("tablesDB.updateRow").validate(with(["rowId": "tea", "data": []]))["data"] == [:])
    }

    @Test func queriesAreTextOrObjects() throws {
        let queries: JSON = [#"{"method":"limit","values":[5]}"#, ["method": "offset", "values": [5]]]
        #expect(
            try operation("tablesDB.listRows").validate(with(["queries": queries]))
                == with(["queries": queries, "total": true, "ttl": 0, "freshness": "ttl"])
        )
        #expect(try refusal("tablesDB.listRows", with(["queries": ["a", 1]])).argument == "queries[1]")
        #expect(
            try refusal("tablesDB.listRows", with(["queries": ["method": "limit"]])).message
                == "'queries' must be a list of queries, not an object."
        )
    }

    @Test func aDefaultDateIsISO8601() throws {
        let column = with(["key": "due", "required": false, "default": "tomorrow"])
        #expect(try refusal("tablesDB.createDatetimeColumn", column).argument == "default")
    }

    @Test func describeTakesNothing() throws {
        #expect(try operation("project.describe").validate([:]) == [:])
        #expect(try refusal("project.describe", ["a": 1]).hint == "It takes no arguments.")
    }
}

@Suite("64-bit integers")
struct IntegerArgumentTests {
    private func column(_ value: JSON) -> JSONObject {
        ["databaseId": "shop", "tableId": "items", "key": "n", "required": false, "max": value]
    }

    @Test(arguments: [
        (JSON.int(5), Int64(5)), ("9223372036854775807", .max), ("-9223372036854775808", .min), (.double(3), 3),
    ])
    func areNormalised(_ given: JSON, _ expected: Int64) throws {
        #expect(try operation("tablesDB.createBigIntColumn").validate(column(given))["max"] == .int(expected))
    }

    @Test(arguments: [JSON.double(3.5), "3.5", "9223372036854775808", "", " 1", "+1", .double(1e19), true])
    func areRefusedWhenInexact(_ given: JSON) throws {
        #expect(try refusal("tablesDB.createIntegerColumn", column(given)).argument == "max")
    }

    @Test func aPlainIntegerIsNoString() throws {
        let error = try refusal(
            "tablesDB.createVarcharColumn",
            ["databaseId": "shop", "tableId": "items", "key": "n", "size": "80", "required": false]
        )
        #expect(error.hint == "Write the number without quotes.")
    }
}

@Suite("Permission strings")
struct PermissionArgumentTests {
    private func refused(_ permission: String) throws -> AppError {
        try refusal(
            "tablesDB.updateTable",
            ["databaseId": "shop", "tableId": "items", "permissions": ["read(\"any\")", .string(permission)]]
        )
    }

    @Test(arguments: [
        "read(\"any\")", "create(\"users\")", "write(\"guests\")", "read(\"users/verified\")", "update(\"user:a1\")",
        "update(\"user:a1/unverified\")", "delete(\"team:t\")", "delete(\"team:t/owner\")", "read(\"member:m\")",
        "read(\"label:vip2\")",
    ])
    func areAccepted(_ permission: String) throws {
        let arguments: JSONObject = [
            "databaseId": "shop", "tableId": "items", "permissions": [.string(permission)],
        ]
        #expect(throws: Never.self) { try operation("tablesDB.updateTable").validate(arguments) }
    }

    @Test(arguments: [
        ("read:any", "Did you mean read(\"any\")?"),
        ("read(any)", "Did you mean read(\"any\")?"),
        ("read('users')", "Did you mean read(\"users\")?"),
        ("reed(\"any\")", "Did you mean read(\"any\")?"),
        ("read(\"*\")", "Did you mean \"any\"?"),
        ("read(\"user\")", "Write \"user:ID\"."),
        ("read(\"users:a\")", "Write \"users\"."),
        ("read(\"guest\")", "Did you mean \"guests\"?"),
        ("read(\"any/verified\")", "Write \"any\"."),
        ("read(\"label:a b\")", "Write \"label:NAME\"."),
        ("any", "For example read(\"any\") or update(\"user:ID\")."),
        ("read(\"", "For example read(\"any\") or update(\"user:ID\")."),
    ])
    func areRefusedWithACure(_ permission: String, _ hint: String) throws {
        let error = try refused(permission)
        #expect(error.code == .generalArgumentInvalid)
        #expect(error.argument == "permissions[1]")
        #expect(error.hint == hint)
    }

    @Test func aRowHasNoCreate() throws {
        let error = try refusal(
            "tablesDB.createRow",
            [
                "databaseId": "shop", "tableId": "items", "rowId": "a", "data": [:],
                "permissions": ["create(\"any\")"],
            ]
        )
        #expect(error.argument == "permissions[0]")
        #expect(error.message.hasSuffix("must be one of read, update, delete, write."))
    }

    @Test func nullMeansNoneGiven() throws {
        let arguments: JSONObject = ["databaseId": "shop", "tableId": "items", "permissions": nil]
        #expect(try operation("tablesDB.updateTable").validate(arguments)["permissions"] == .null)
    }

    @Test func atMostAHundred() throws {
        let error = try refusal(
            "tablesDB.updateTable",
            [
                "databaseId": "shop", "tableId": "items",
                "permissions": JSON(Array(repeating: "read(\"any\")", count: 101)),
            ]
        )
        #expect(error.message == "'permissions' must hold at most 100 items, not 101.")
    }
}
