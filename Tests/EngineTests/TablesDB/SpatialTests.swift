import Testing
import Values

@testable import Engine

@Suite("Columns of shapes")
struct SpatialTests {
    private static let square: JSON = [[[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0], [0.0, 0.0]]]

    private func withMap(_ backend: Backend, _ body: (TestEngine) async throws -> Void) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [
                    ["key": "place", "type": "point", "required": true], ["key": "way", "type": "linestring"],
                    ["key": "area", "type": "polygon"], ["key": "n", "type": "integer"],
                ],
                indexes: [["key": "places", "type": "spatial", "columns": ["place"]]]
            )
            let rows: [(String, JSONObject)] = [
                ("berlin", ["place": [13.4, 52.5], "way": [[13.4, 52.5], [2.35, 48.86]]]),
                ("paris", ["place": [2.35, 48.86], "area": [[[2, 48], [3, 48], [3, 49], [2, 49], [2, 48]]]]),
                ("null island", ["place": [0, 0], "area": Self.square]),
            ]
            for (id, data) in rows {
                try await engine.on(
                    "createRow",
                    ["rowId": .string(id.replacing(" ", with: "-")), "data": .object(data)]
                )
            }
            try await body(engine)
        }
    }

    @Test(arguments: Backend.available)
    func areMadeChangedAndDescribed(_ backend: Backend) async throws {
        try await withMap(backend) { engine in
            let made = try await engine.on(
                "createPointColumn",
                ["key": "home", "required": false, "default": [1, 2]]
            )
            #expect(
                made == [
                    "key": "home", "type": "point", "status": "available", "error": "", "required": false,
                    "array": false,
                    "$createdAt": "2026-11-22T08:00:00.000+00:00", "$updatedAt": "2026-11-22T08:00:00.000+00:00",
                    "default": [1.0, 2.0],
                ]
            )
            let line = try await engine.on("createLineColumn", ["key": "l", "required": false])
            #expect(line["type"] == "linestring" && line["default"] == .null)
            let polygon = try await engine.on("createPolygonColumn", ["key": "p", "required": false])
            #expect(polygon["type"] == "polygon")
            let changed = try await engine.on(
                "updateLineColumn",
                ["key": "l", "required": false, "default": [[1, 1], [2, 2]], "newKey": "m"]
            )
            #expect(changed["key"] == "m" && changed["default"] == [[1.0, 1.0], [2.0, 2.0]])
            #expect(
                try await engine.on("updatePolygonColumn", ["key": "p", "required": false, "default": nil])["key"]
                    == "p"
            )
            let row = try await engine.on("createRow", ["rowId": "x", "data": ["place": [-180, 90]]])
            #expect(
                row["place"] == [-180.0, 90.0] && row["home"] == [1.0, 2.0] && row["m"] == [[1.0, 1.0], [2.0, 2.0]]
            )
            #expect(try await engine.on("getRow", ["rowId": "x"]) == row)
            let description = try await engine.on("describeTable")
            #expect(description["columns"]?["place"] == "point required" && description["columns"]?["way"] == "line")
            #expect(description["indexes"] == ["places": "spatial(place)"])
        }
    }

    static let queries: [(JSON, [String])] = [
        (query("distanceLessThan", "place", [[13.4, 52.5], 900_000, true]), ["berlin", "paris"]),
        (query("distanceLessThan", "place", [[13.4, 52.5], 1000]), ["berlin"]),
        (query("distanceGreaterThan", "place", [[13.4, 52.5], 1000, true]), ["paris", "null-island"]),
        (query("distanceEqual", "place", [[0, 0], 0, true]), ["null-island"]),
        (query("distanceNotEqual", "place", [[0, 0], 0, true]), ["berlin", "paris"]),
        (query("intersects", "place", square), ["null-island"]),
        (query("notIntersects", "place", square), ["berlin", "paris"]),
        (query("intersects", "way", [[5, 48], [5, 52]]), ["berlin"]),
        (query("intersects", "area", [5, 5]), ["null-island"]),
        (query("notIntersects", "area", [5, 5]), ["paris"]),
        (query("isNull", "area"), ["berlin"]),
        (
            ["method": "or", "values": [query("intersects", "area", [5, 5]), query("isNotNull", "way")]],
            ["berlin", "null-island"]
        ),
    ]

    @Test(arguments: Backend.available)
    func areFoundByWhereTheyAre(_ backend: Backend) async throws {
        try await withMap(backend) { engine in
            for (query, expected) in Self.queries {
                #expect(try await engine.listed([query]) == expected, "\(query.text)")
                let list = try await engine.on("listRows", ["queries": [query]])
                #expect(list["total"] == .int(Int64(expected.count)), "\(query.text)")
            }
            try await engine.on("deleteIndex", ["key": "places"])
            for (query, expected) in Self.queries {
                #expect(try await engine.listed([query]) == expected, "\(query.text)")
            }
            try await engine.on("createIndex", ["key": "again", "type": "spatial", "columns": ["place"]])
            for (query, expected) in Self.queries {
                #expect(try await engine.listed([query]) == expected, "\(query.text)")
            }
            let list = try await engine.call(
                "databases.listDocuments",
                ["databaseId": "d", "collectionId": "t", "queries": [Self.queries[1].0]]
            )
            #expect(list["documents"]?.each("$id") == ["berlin"])
        }
    }

    @Test(arguments: Backend.available)
    func relatedRowsAreFoundByTheirPlaces(_ backend: Backend) async throws {
        try await withMap(backend) { engine in
            try await engine.on("createTable", ["tableId": "sales", "name": "Sales"])
            try await engine.on(
                "createRelationshipColumn",
                ["tableId": "sales", "relatedTableId": "t", "type": "manyToOne", "key": "shop"]
            )
            for shop in ["berlin", "paris"] {
                try await engine.on(
                    "createRow",
                    ["tableId": "sales", "rowId": .string("in-" + shop), "data": ["shop": .string(shop)]]
                )
            }
            let queries = [
                query("distanceLessThan", "shop.place", [[13.4, 52.5], 1000, true]),
                query("intersects", "shop.way", [[5, 48], [5, 52]]),
            ]
            for query in queries {
                let list = try await engine.on("listRows", ["tableId": "sales", "queries": [query]])
                #expect(list["rows"]?.each("$id") == ["in-berlin"])
            }
        }
    }

    @Test(arguments: Backend.available)
    func stayRequiredAsLongAsTheyAreIndexed(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.makeTable(
                [["key": "p", "type": "point", "required": true]],
                indexes: [["key": "near", "type": "spatial", "columns": ["p"]]]
            )
            let optional: JSONObject = ["key": "p", "required": false, "default": nil]
            let refusal = try await engine.refusalOn("updatePointColumn", optional)
            #expect(refusal == Refusal("column_index_dependency", 409, "required"))
            try await engine.on("updatePointColumn", ["key": "p", "required": true, "default": nil])
            try await engine.on("deleteIndex", ["key": "near"])
            #expect(try await engine.on("updatePointColumn", optional)["required"] == false)
        }
    }

    @Test(arguments: Backend.available)
    func areAppliedFromADocument(_ backend: Backend) async throws {
        try await withMap(backend) { engine in
            let table: JSON = [
                "$id": "more", "name": "More",
                "columns": [
                    ["key": "p", "type": "point", "default": [1, 2]],
                    ["key": "l", "type": "linestring", "required": true],
                    ["key": "text", "type": "text"],
                ],
                "indexes": [
                    ["key": "s", "type": "spatial", "columns": ["l"]],
                    ["key": "f", "type": "fulltext", "columns": ["text"]],
                ],
            ]
            let document: JSON = ["format": 1, "databases": [["$id": "d", "name": "D", "tables": [table]]]]
            let applied = try await engine.call("project.apply", ["document": document])
            #expect(applied["complete"] == true)
            #expect(applied["create"] == [["kind": "table", "path": "d/more"]])
            let again = try await engine.call("project.apply", ["document": document])
            #expect(again["create"] == [] && again["change"] == [])
            let made = try await engine.on("getTable", ["tableId": "more"])
            #expect(made["indexes"]?.each("status") == ["available", "available"])
        }
    }

    static let badQueries: [JSON] = [
        query("intersects", "n", [1, 2]), query("intersects", "place", "x"), query("intersects", "place", [1, 200]),
        query("intersects", "place", [1, 2], [3, 4]), query("equal", "place", [1, 2]),
        query("contains", "area", [1, 2]),
        query("distanceLessThan", "way", [[1, 2], 5, true]),
        query("distanceLessThan", "place", [[[1, 2], [3, 4]], 5, true]),
        query("distanceLessThan", "place", [[1, 2], 5, false]),
        query("distanceLessThan", "place", [[1, 2], -5, true]),
        query("distanceLessThan", "place", [1, 2]), query("distanceLessThan", "place", 5),
        query("crosses", "way", [[1, 2], [3, 4]]),
        query("notTouches", "area", [1, 2]), query("overlaps", "area", square), query("orderAsc", "place"),
    ]

    @Test(arguments: Backend.available)
    func badQueriesAreRefused(_ backend: Backend) async throws {
        try await withMap(backend) { engine in
            for query in Self.badQueries {
                let refusal = try await engine.refusalOn("listRows", ["queries": [query]])
                #expect(refusal.type == "general_query_invalid" && refusal.status == 400, "\(query.text)")
            }
        }
    }

    static let badValues: [(JSONObject, String)] = [
        (["place": [181, 0]], "data.place[0]"), (["place": [0]], "data.place"), (["place": "0,0"], "data.place"),
        (["place": .null], "data.place"), (["way": [[0, 0]]], "data.way"),
        (["way": [[0, 0], [0, 0]]], "data.way[1]"),
        (["area": [[[0, 0], [1, 0], [1, 1], [0, 1]]]], "data.area[0][3]"),
        (["area": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]], "data.area[0]"),
    ]

    @Test(arguments: badValues)
    func badShapesAreNamed(_ data: JSONObject, _ place: String) async throws {
        try await withMap(.sqlite) { engine in
            let refusal = try await engine.refusalOn("updateRow", ["rowId": "paris", "data": .object(data)])
            #expect(refusal == Refusal("row_invalid_structure", 400, place))
        }
    }

    @Test func badDefinitionsAreRefused() async throws {
        try await withMap(.sqlite) { engine in
            let cases: [(String, JSONObject, Refusal)] = [
                (
                    "createIndex", ["type": "spatial", "columns": ["way"]],
                    Refusal("column_index_invalid", 400, "columns[0]")
                ),
                (
                    "createIndex", ["type": "spatial", "columns": ["n"]],
                    Refusal("column_index_invalid", 400, "columns[0]")
                ),
                (
                    "createIndex", ["type": "spatial", "columns": ["place", "area"]],
                    Refusal("column_index_invalid", 400, "columns")
                ),
                (
                    "createIndex", ["type": "key", "columns": ["n", "place"]],
                    Refusal("column_index_invalid", 400, "columns[1]")
                ),
                (
                    "createIndex", ["type": "fulltext", "columns": ["place"]],
                    Refusal("column_index_invalid", 400, "columns[0]")
                ),
                (
                    "createPointColumn", ["required": false, "default": [0, 91]],
                    Refusal("column_value_invalid", 400, "default[1]")
                ),
                (
                    "createPointColumn", ["required": true, "default": [0, 1]],
                    Refusal("column_default_unsupported", 400, "default")
                ),
            ]
            for (operation, arguments, expected) in cases {
                var arguments = arguments
                arguments["key"] = "new"
                let refusal = try await engine.refusalOn(operation, arguments)
                #expect(refusal == expected, "\(arguments)")
            }
            let list = try await engine.refusalOn(
                "createTable",
                ["tableId": "l", "name": "L", "columns": [["key": "a", "type": "point", "array": true]]]
            )
            #expect(list == Refusal("column_type_invalid", 400, "columns[0].array"))
            let attribute: JSONObject = [
                "databaseId": "d", "collectionId": "t", "key": "n", "required": false, "default": nil,
            ]
            #expect(
                try await engine.refusal("databases.updatePointAttribute", attribute).type == "attribute_type_invalid"
            )
        }
    }
}
