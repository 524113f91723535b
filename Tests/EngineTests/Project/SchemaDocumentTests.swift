import Storage
import Testing
import Values

@testable import Engine

@Suite("The schema as one document")
struct SchemaDocumentTests {
    static let document: JSON = [
        "format": 1,
        "databases": [
            [
                "$id": "shop", "name": "Shop", "enabled": true, "type": "tablesdb",
                "tables": [
                    [
                        "$id": "orders", "$permissions": ["read(\"any\")", "create(\"users\")"], "name": "Orders",
                        "enabled": false, "rowSecurity": true,
                        "columns": [
                            column("title", ["type": "varchar", "required": true, "size": 80, "encrypt": false]),
                            column("note", ["type": "text", "default": "none", "encrypt": true]),
                            column("count", ["type": "integer", "max": 9, "default": 3]),
                            column("big", ["type": "bigint", "min": .int(.min + 1)]),
                            column("price", ["type": "double", "min": 0.5]),
                            column(
                                "kind",
                                ["type": "string", "elements": ["a", "b"], "format": "enum", "default": "b"]
                            ),
                            column("at", ["type": "datetime", "array": true]),
                            column("mail", ["type": "string", "format": "email"]),
                        ],
                        "indexes": [
                            [
                                "key": "byTitle", "type": "unique", "columns": ["title"], "lengths": [],
                                "orders": ["ASC"],
                            ],
                            [
                                "key": "byCount", "type": "key", "columns": ["count", "$createdAt"], "lengths": [],
                                "orders": ["DESC", "ASC"],
                            ],
                        ],
                    ],
                    [
                        "$id": "bare", "$permissions": [], "name": "Bare", "enabled": true, "rowSecurity": false,
                        "columns": [], "indexes": [],
                    ],
                ],
            ],
            ["$id": "old", "name": "Old", "enabled": true, "type": "legacy", "tables": []],
        ],
    ]

    private static func column(_ key: String, _ own: JSONObject) -> JSON {
        var members: JSONObject = ["required": false, "array": false, "default": nil]
        for (name, value) in own.members { members[name] = value }
        return .object(JSONObject([("key", .string(key))] + members.members))
    }

    /// A document whose members are in one order, so that equal ones are equal.
    static func sorted(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): .array(items.map(sorted))
        case .object(let object):
            .object(JSONObject(object.members.sorted { $0.key < $1.key }.map { ($0.key, sorted($0.value)) }))
        default: value
        }
    }

    @Test(arguments: Backend.available)
    func isAppliedAndWrittenAgain(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let applied = try await engine.call("project.apply", ["document": Self.document])
            #expect(applied["complete"] == true)
            #expect(applied["create"]?.each("path") == ["shop", "shop/orders", "shop/bare", "old"])
            #expect([applied["change"], applied["delete"], applied["left"]] == [[], [], []])
            let exported = try await engine.call("project.export")
            #expect(Self.sorted(exported) == Self.sorted(Self.document))

            // Again nothing is left to do, and nothing is written.
            let events = try await engine.events().count
            let again = try await engine.call("project.apply", ["document": exported, "delete": true])
            #expect(again == ["create": [], "change": [], "delete": [], "left": [], "complete": true])
            #expect(try await engine.events().count == events)

            // What was made works like what is made by hand.
            let address: JSONObject = ["databaseId": "shop", "tableId": "orders"]
            let row = JSONObject(address.members + [("rowId", "a"), ("data", ["title": "x"])])
            #expect(try await engine.call("tablesDB.createRow", row)["note"] == "none")
            #expect(
                try await engine.call("tablesDB.listIndexes", address)["indexes"]?.each("status") == [
                    "available", "available",
                ]
            )
            #expect(try await engine.call("databases.get", ["databaseId": "old"])["type"] == "legacy")
        }
    }

    @Test("A document goes from one store to the other and comes back the same", arguments: CopyTests.Way.all)
    func crossesStores(_ way: CopyTests.Way) async throws {
        try await withSealedEngine(way.from) { source, _, _ in
            try await source.call("project.apply", ["document": Self.document])
            let exported = try await source.call("project.export")
            try await withSealedEngine(way.to) { target, _, _ in
                try await target.call("project.apply", ["document": .string(exported.text)])
                #expect(try await target.call("project.export") == exported)
            }
        }
    }

    @Test(arguments: Backend.available)
    func changesOnlyWhatDiffers(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable(
                [
                    ["key": "n", "type": "integer", "max": 5], ["key": "t", "type": "varchar", "size": 10],
                    ["key": "old", "type": "text"],
                ],
                indexes: [
                    ["key": "i", "type": "key", "columns": ["n"]], ["key": "gone", "type": "key", "columns": ["t"]],
                ]
            )
            try await engine.on("createTable", ["tableId": "u", "name": "U"])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 3, "t": "x", "old": "kept"]])
            let document: JSON = [
                "format": 1,
                "databases": [
                    [
                        "$id": "d", "name": "Data",
                        "tables": [
                            [
                                "$id": "t", "name": "T", "$permissions": ["write(\"users\")"],
                                "columns": [
                                    ["key": "n", "type": "integer", "max": 9],
                                    ["key": "t", "type": "varchar", "size": 20],
                                    ["key": "new", "type": "email"],
                                ],
                                "indexes": [
                                    ["key": "i", "type": "key", "columns": ["n"], "orders": ["DESC"]],
                                    ["key": "j", "type": "key", "columns": ["new"]],
                                ],
                            ]
                        ],
                    ]
                ],
            ]
            let first = try await engine.call("project.apply", ["document": document])
            #expect(first["create"] == [["kind": "column", "path": "d/t/new"], ["kind": "index", "path": "d/t/j"]])
            #expect(
                first["change"] == [
                    ["kind": "database", "path": "d", "from": ["name": "D"], "to": ["name": "Data"]],
                    [
                        "kind": "table", "path": "d/t", "from": ["$permissions": []],
                        "to": ["$permissions": ["create(\"users\")", "update(\"users\")", "delete(\"users\")"]],
                    ], ["kind": "column", "path": "d/t/n", "from": ["max": 5], "to": ["max": 9]],
                    ["kind": "column", "path": "d/t/t", "from": ["size": 10], "to": ["size": 20]],
                    ["kind": "index", "path": "d/t/i", "from": ["orders": ["ASC"]], "to": ["orders": ["DESC"]]],
                ]
            )
            #expect(first["delete"] == [])
            #expect(first["left"]?.each("path") == ["d/t/old", "d/t/gone", "d/u"])
            #expect(first["complete"] == false)
            #expect(first["remaining"] == [["kind": "index", "path": "d/t/i"]])
            #expect(try await engine.on("getRow", ["rowId": "a"])["old"] == "kept")

            let second = try await engine.call("project.apply", ["document": document])
            #expect(second["create"] == [["kind": "index", "path": "d/t/i"]])
            #expect(second["complete"] == true)

            let third = try await engine.call("project.apply", ["document": document, "delete": true])
            #expect(third["delete"]?.each("path") == ["d/t/old", "d/t/gone", "d/u"])
            #expect(third["complete"] == true)
            let exported = try await engine.call("project.export")["databases"]?.array?.first?["tables"]?.array
            #expect(exported?.count == 1)
            #expect(exported?[0]["columns"]?.each("key") == ["n", "t", "new"])
            #expect(exported?[0]["indexes"]?.each("key") == ["j", "i"])
            #expect(try await engine.on("getRow", ["rowId": "a"])["n"] == 3)
        }
    }

    @Test(arguments: Backend.available)
    func aColumnOfAnotherTypeIsReplacedOnlyWhenAsked(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 3]])
            let document: JSON = [
                "format": 1,
                "databases": [
                    [
                        "$id": "d", "name": "D",
                        "tables": [
                            ["$id": "t", "name": "T", "columns": [["key": "n", "type": "float", "default": 1.5]]]
                        ],
                    ]
                ],
            ]
            let kept = try await engine.call("project.apply", ["document": document])
            #expect(kept["left"]?.each("path") == ["d/t/n"])
            #expect(kept["complete"] == true)
            #expect(try await engine.on("getRow", ["rowId": "a"])["n"] == 3)
            let gone = try await engine.call("project.apply", ["document": document, "delete": true])
            #expect(gone["delete"]?.each("path") == ["d/t/n"])
            #expect(gone["remaining"]?.each("path") == ["d/t/n"])
            let made = try await engine.call("project.apply", ["document": document, "delete": true])
            #expect(made["create"]?.each("path") == ["d/t/n"])
            #expect(made["complete"] == true)
            #expect(try await engine.on("getRow", ["rowId": "a"])["n"] == nil as JSON)
        }
    }

    @Test(arguments: Backend.available)
    func nothingIsChangedWhenAnythingIsRefused(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": [:]])
            let before = try await engine.call("project.export")
            let events = try await engine.events().count
            let document: JSON = [
                "format": 1,
                "databases": [
                    ["$id": "new", "name": "New"],
                    [
                        "$id": "d", "name": "D",
                        "tables": [
                            ["$id": "t", "name": "T", "columns": [["key": "n", "type": "integer", "required": true]]]
                        ],
                    ],
                ],
            ]
            let error = try await engine.error("project.apply", ["document": document])
            #expect(error.code.type == "column_value_invalid")
            #expect(
                error.message.contains(
                    "tablesDB.updateIntegerColumn for d/t/n was refused: 'n' has no value in 1 row ('a')"
                )
            )
            #expect(try await engine.call("project.export") == before)
            #expect(try await engine.events().count == events)
        }
    }

    private static let wrong: [(JSON, String)] = [
        ([:], "document.format"), (["format": 2], "document.format"), (["format": 1, "tables": []], "document.tables"),
        (["format": 1, "databases": 3], "document.databases"),
        (["format": 1, "databases": [3]], "document.databases[0]"),
        (["format": 1, "databases": [["$id": "d"]]], "document.databases[0].name"),
        (["format": 1, "databases": [["$id": "d", "name": "D", "tabels": []]]], "document.databases[0].tabels"),
        (
            ["format": 1, "databases": [["$id": "d", "name": "D"], ["$id": "d", "name": "E"]]], "document.databases[1]"
        ),
        (table(["columns": [["key": "c"]]]), "document.databases[0].tables[0].columns[0].type"),
        (table(["columns": [["key": "c", "type": "txt"]]]), "document.databases[0].tables[0].columns[0].type"),
        (
            table(["columns": [["key": "c", "type": "text", "size": 3]]]),
            "document.databases[0].tables[0].columns[0].size"
        ),
        (table(["indexes": [["key": "i", "type": "key"]]]), "document.databases[0].tables[0].indexes[0].columns"),
        (table(["$permissions": 7]), "document.databases[0].tables[0].$permissions"),
        (
            table(["columns": [["key": "c", "type": "varchar"]]]), "document.databases[0].tables[0].columns[0].size"
        ),
        (
            table(["columns": [["key": "c", "type": "point", "array": true]]]),
            "document.databases[0].tables[0].columns[0].array"
        ),
        (
            table(["columns": [["key": "c", "type": "relationship", "relatedTableId": "t"]]]),
            "document.databases[0].tables[0].columns[0].relatedTableId"
        ),
        (
            table(["columns": [["key": "c", "type": "relationship", "relatedTable": "t"]]]),
            "document.databases[0].tables[0].columns[0].relationType"
        ),
        (table(["indexes": [["key": "i", "type": "key", "columns": ["none"]]]]), "document"),
        (table(["$permissions": ["read(any)"]]), "document"),
    ]

    private static func table(_ more: JSONObject) -> JSON {
        let table = JSON.object(JSONObject([("$id", "t"), ("name", "T")] + more.members))
        return ["format": 1, "databases": [["$id": "d", "name": "D", "tables": [table]]]]
    }

    @Test("What is no document is refused with its place")
    func refusals() async throws {
        try await withEngine(.sqlite) { engine in
            for (document, place) in Self.wrong {
                let refusal = try await engine.refusal("project.apply", ["document": document])
                #expect(refusal.status == 400, "\(document.text)")
                #expect(refusal.argument == place, "\(document.text)")
            }
            #expect(try await engine.call("tablesDB.list")["total"] == 0)
        }
    }

    @Test("Each operation on the way needs its own scope")
    func scopes() async throws {
        try await withEngine(.sqlite, access: Access(scopes: ["databases.write", "databases.read"])) { engine in
            let table = try await engine.refusal("project.apply", ["document": Self.table([:])])
            #expect(table == Refusal("general_unauthorized_scope", 401, "document"))
            let bare: JSON = ["format": 1, "databases": [["$id": "d", "name": "D"]]]
            #expect(try await engine.call("project.apply", ["document": bare])["complete"] == true)
            let guest = try await engine.refusal("project.export", as: .guest)
            #expect(guest.type == "general_unauthorized_scope")
        }
    }

    @Test(arguments: Backend.available)
    func isConfirmedOnlyWhereItMayDelete(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable([["key": "n", "type": "integer"]])
            try await engine.on("createRow", ["rowId": "a", "data": ["n": 1]])
            let bare: JSON = ["format": 1, "databases": [["$id": "d", "name": "D"]]]
            func ask(_ delete: Bool, _ token: String? = nil) async throws -> JSON {
                let arguments: JSONObject = ["document": bare, "delete": .bool(delete)]
                return try await engine.answer("project.apply", arguments) { $0.confirmation = .needed(token: token) }
            }
            #expect(try await ask(false)["result"]?["left"]?.each("path") == ["d/t"])
            let confirm = try await ask(true)["confirm"]
            let counts: JSON = ["columns": 1, "tables": 1, "rows": 1]
            #expect(confirm?["would"] == [["operation": "project.apply", "counts": counts]])
            #expect(try await engine.listed([]) == ["a"])
            let done = try await ask(true, confirm?["token"]?.string)
            #expect(done["result"]?["delete"]?.each("path") == ["d/t"])
            #expect(try await engine.call("tablesDB.listTables", ["databaseId": "d"])["total"] == 0)
        }
    }

    @Test(arguments: Backend.available)
    func aDryRunShowsTheDifferenceAndLeavesNothing(_ backend: Backend) async throws {
        try await withSealedEngine(backend) { engine, _, _ in
            let answer = try await engine.answer("project.apply", ["document": Self.document]) { $0.isDryRun = true }
            #expect(answer["result"]?["create"]?.each("path") == ["shop", "shop/orders", "shop/bare", "old"])
            #expect(answer["events"]?.array?.count == 4)
            #expect(try await engine.call("tablesDB.list")["total"] == 0)
            #expect(try await engine.events().isEmpty)
        }
    }

    @Test("Relationships, shapes and their indexes come along", arguments: CopyTests.Way.all)
    func otherKinds(_ way: CopyTests.Way) async throws {
        try await withEngine(way.from) { source in
            try await source.makeTable(
                [
                    ["key": "text", "type": "text"], ["key": "place", "type": "point", "required": true],
                    ["key": "way", "type": "linestring"], ["key": "area", "type": "polygon"],
                ],
                indexes: [
                    ["key": "words", "type": "fulltext", "columns": ["text"]],
                    ["key": "near", "type": "spatial", "columns": ["place"]],
                ]
            )
            try await source.on("createTable", ["tableId": "u", "name": "U"])
            let two: JSONObject = [
                "relatedTableId": "u", "type": "oneToMany", "twoWay": true, "key": "many", "twoWayKey": "one",
                "onDelete": "cascade",
            ]
            try await source.on("createRelationshipColumn", two)
            let one: JSONObject = ["tableId": "u", "relatedTableId": "t", "type": "manyToOne", "key": "back"]
            try await source.on("createRelationshipColumn", one)
            let exported = try await source.call("project.export")
            #expect(exported.text.contains("\"fulltext\""))
            try await withEngine(way.to) { target in
                let applied = try await target.call("project.apply", ["document": exported])
                #expect(applied["complete"] == true)
                #expect(try await target.call("project.export") == exported)
                let again = try await target.call("project.apply", ["document": exported, "delete": true])
                #expect(again == ["create": [], "change": [], "delete": [], "left": [], "complete": true])
                var tables = exported["databases"]?.array?[0]["tables"]?.array ?? []
                tables[0] = .object(JSONObject(tables[0].without("columns", "indexes").object!.members))
                tables[1] = .object(JSONObject(tables[1].without("columns").object!.members))
                let bare: JSON = ["format": 1, "databases": [["$id": "d", "name": "D", "tables": .array(tables)]]]
                let emptied = try await target.call("project.apply", ["document": bare, "delete": true])
                #expect(emptied["complete"] == true)
                let columns = try await target.call("project.export")["databases"]?.array?[0]["tables"]?.each("columns")
                #expect(columns == [[], []])
            }
        }
    }
}
