import Foundation
import Values

extension Bench {
    /// A whole database by one call: a table with six columns and two indexes, twenty rows, and a filtered page.
    static func batchFigures(_ binary: String, _ report: inout Report) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tandem-bench-batch-\(getpid())")
        defer { try? FileManager.default.removeItem(at: folder) }
        let client = try Client(binary, data: folder.path)
        client.handshake()
        _ = client.execute("project.describe", "{}")
        var times: [Double] = []
        for round in 0..<20 {
            let request = databaseAtOnce("db\(round)")
            let start = seconds()
            let answer = client.call(request)
            times.append((seconds() - start) * 1000)
            precondition(answer["result"]?["isError"] == nil, "\(answer.text)")
            let text = answer["result"]?["content"]?.array?.first?["text"]?.string ?? ""
            precondition(text.contains("\"total\":10"), text)
        }
        client.end()
        report.add(
            "a database with a table, 6 columns, 2 indexes, 20 rows and a filtered page, on SQLite",
            "one call of \(databaseAtOnce("db").utf8.count) bytes, \(String(format: "%.1f", median(times))) ms",
            target: "one call, under 100 ms"
        )
    }

    private static func databaseAtOnce(_ database: String) -> String {
        let columns: [JSON] = [
            ["key": "title", "type": "varchar", "size": 80, "required": true], ["key": "price", "type": "float"],
            ["key": "stock", "type": "integer", "default": 0], ["key": "active", "type": "boolean"],
            ["key": "addedAt", "type": "datetime"], ["key": "tags", "type": "varchar", "size": 20, "array": true],
        ]
        let indexes: [JSON] = [
            ["key": "byPrice", "type": "key", "columns": ["price"], "orders": ["DESC"]],
            ["key": "byTitle", "type": "unique", "columns": ["title"]],
        ]
        let rows = (0..<20).map { number -> JSON in
            [
                "title": .string("Product \(number)"), "price": .double(Double(number)), "stock": .int(Int64(number)),
                "active": .bool(number % 2 == 0), "addedAt": "2026-11-22T08:15:00.000+00:00", "tags": ["new"],
            ]
        }
        let table: JSONObject = ["databaseId": .string(database), "tableId": "products"]
        func step(_ operation: String, _ arguments: JSONObject) -> JSON {
            [
                "operation": .string("tablesDB." + operation),
                "arguments": .object(JSONObject(table.members + arguments.members)),
            ]
        }
        let steps: [JSON] = [
            [
                "operation": "tablesDB.create", "arguments": ["databaseId": .string(database), "name": "Shop"],
            ],
            step("createTable", ["name": "Products", "columns": .array(columns), "indexes": .array(indexes)]),
            step("createRows", ["rows": .array(rows)]),
            step(
                "listRows",
                [
                    "queries": [
                        ["method": "greaterThanEqual", "attribute": "price", "values": [10]],
                        ["method": "orderDesc", "attribute": "price"],
                    ]
                ]
            ),
        ]
        let call: JSON = [
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": ["name": "execute-operation", "arguments": ["steps": .array(steps)]],
        ]
        return call.text
    }
}
