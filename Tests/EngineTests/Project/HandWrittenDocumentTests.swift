import Testing
import Values

@testable import Engine

@Suite("Documents of a schema that people write")
struct HandWrittenDocumentTests {
    private static func document(_ columns: [JSON]) -> JSON {
        [
            "format": 1,
            "databases": [
                [
                    "$id": "d", "name": "D",
                    "tables": [
                        ["$id": "t", "name": "T", "columns": .array(columns)], ["$id": "u", "name": "U"],
                    ],
                ]
            ],
        ]
    }

    private static let columns: [JSON] = [
        ["key": "price", "type": "float", "default": 1, "min": 0, "max": 1000],
        ["key": "at", "type": "datetime", "default": "2026-01-01T00:00:00Z"],
        ["key": "big", "type": "bigint", "min": "5", "max": "9007199254740993", "default": "6"],
        ["key": "all", "type": "integer", "min": .int(.min), "max": nil],
        ["key": "place", "type": "point", "default": [1, 2]], ["key": "word", "type": "enum", "elements": ["a"]],
        ["key": "u", "type": "relationship", "relatedTable": "u", "relationType": "manyToOne"],
        ["key": "tags", "type": "relationship", "relatedTable": "u", "relationType": "manyToMany", "onDelete": nil],
    ]

    /// What goes without saying, and what may be said in another form, is no difference.
    @Test(arguments: Backend.available)
    func areCompleteTheFirstTimeAndTheSecond(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            let document = Self.document(Self.columns)
            #expect(try await engine.call("project.apply", ["document": document])["complete"] == true)
            try await engine.on("createRow", ["tableId": "u", "rowId": "x", "data": [:]])
            try await engine.on("createRow", ["rowId": "a", "data": ["u": "x", "tags": ["x"]]])
            for delete in [false, true] {
                let again = try await engine.call("project.apply", ["document": document, "delete": .bool(delete)])
                #expect(again == ["create": [], "change": [], "delete": [], "left": [], "complete": true])
            }
            let select = query("select", nil, "*", "u.$id", "tags.$id")
            let row = try await engine.on("getRow", ["rowId": "a", "queries": [select]])
            #expect(row["price"] == 1.0)
            #expect(row["big"] == 6)
            #expect(row["u"]?["$id"] == "x")
            #expect(row["tags"]?.each("$id") == ["x"])
        }
    }

    @Test(arguments: Backend.available)
    func changeWhatTheySayAnew(_ backend: Backend) async throws {
        try await withEngine(backend) { engine in
            try await engine.call("project.apply", ["document": Self.document(Self.columns)])
            var columns = Self.columns
            columns[0] = ["key": "price", "type": "float", "default": 2]
            columns[6] = [
                "key": "u", "type": "relationship", "relatedTable": "u", "relationType": "manyToOne",
                "onDelete": "cascade",
            ]
            let document = Self.document(columns)
            let changed = try await engine.call("project.apply", ["document": document, "delete": true])
            #expect(changed["change"]?.each("path") == ["d/t/price", "d/t/u"])
            #expect(changed["change"]?.array?[0]["to"] == ["default": 2.0])
            #expect(changed["change"]?.array?[0]["from"] == ["min": 0.0, "max": 1000.0, "default": 1.0])
            #expect(changed["complete"] == true)
        }
    }
}
