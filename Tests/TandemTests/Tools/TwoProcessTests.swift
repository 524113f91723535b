import TestSupport
import Testing
import Values

@Suite("Two processes on one store", .timeLimit(.minutes(3)))
struct TwoProcessTests {
    static let stores = MongoServer.uri == nil ? ["sqlite"] : ["sqlite", "mongodb"]

    /// One process drops and makes a column over and over while the other one writes rows that name it.
    @Test(arguments: stores)
    func noRowKeepsADroppedColumn(_ kind: String) async throws {
        let folder = try TestFolder()
        let project = "two\(UInt64.random(in: 0...UInt64.max))"
        try await removingFromServer(project) { try write(kind, folder, project) }
    }

    private func write(_ kind: String, _ folder: TestFolder, _ project: String) throws {
        let store =
            (kind == "sqlite" ? ["--data", folder.path] : ["--mongodb", MongoServer.uri!]) + [
                "--project", project, "--yes",
            ]
        let (definer, writer) = (try ToolClient(store), try ToolClient(store))
        try definer.makeTable([["key": "n", "type": "integer"], ["key": "gone", "type": "integer"]])
        var (accepted, refused) = (0, 0)
        let column: JSONObject = ["databaseId": "d", "tableId": "t", "key": "gone"]
        for round in 0..<15 {
            // Writes and the drop are under way together; answers are read afterwards.
            let ids = try (0..<8).map { n in
                try writer.send(
                    "execute-operation",
                    [
                        "operation": "tablesDB.createRow",
                        "arguments": .object(row("r\(round)-\(n)", ["n": 1, "gone": .int(Int64(round))])),
                    ]
                )
            }
            try definer.run("tablesDB.deleteColumn", column)
            for _ in ids {
                let result = try #require(try writer.next()["result"])
                let answer = try writer.text(result)
                if result["isError"] == nil {
                    accepted += 1
                } else {
                    refused += 1
                    #expect(
                        ["row_invalid_structure", "column_not_available"].contains(answer["error"]?["type"]?.string)
                    )
                }
            }
            let late = try writer.refusal("tablesDB.createRow", row("late", ["n": 1, "gone": 1]))
            #expect(late["type"] == "row_invalid_structure")
            var made = column
            made["required"] = false
            try definer.run("tablesDB.createIntegerColumn", made)
            var all = tableAddress
            all["queries"] = [["method": "isNotNull", "attribute": "gone"]]
            #expect(try writer.run("tablesDB.listRows", all)["total"] == 0, "round \(round)")
        }
        #expect(accepted + refused == 15 * 8)
        var all = tableAddress
        all["queries"] = [["method": "limit", "values": [1]]]
        #expect(try definer.run("tablesDB.listRows", all)["total"] == .int(Int64(accepted)))
        definer.process.endInput()
        writer.process.endInput()
        _ = try definer.process.exitStatus()
        _ = try writer.process.exitStatus()
    }
}
