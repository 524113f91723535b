import Foundation
import Testing
import Values

@Suite("The data folder of a process")
struct DataFolderTests {
    @Test(
        "A folder that can't be used fails the call and not the handshake",
        arguments: ["foreign", "newer", "damaged", "file"]
    )
    func refusals(_ kind: String) throws {
        let folder = try TestFolder()
        switch kind {
        case "foreign": try folder.write("mine", to: "thesis.txt")
        case "newer": try folder.write(#"{"format":99}"#, to: "tandem.json")
        case "damaged": try folder.write("{", to: "tandem.json")
        default: try folder.write("", to: "data")
        }
        let before = folder.entries
        let agent = try ToolClient(["--data", kind == "file" ? folder.path + "/data" : folder.path])
        #expect(try agent.search(["query": "rows"])["total"] != nil)
        for _ in 0..<2 {
            let error = try agent.refusal("tablesDB.list")
            #expect(error["type"] == "store_unavailable")
            #expect(error["code"] == 503)
            #expect(error["message"]?.string?.contains(folder.path) == true)
        }
        #expect(folder.entries == before)
        agent.process.endInput()
        #expect(try agent.process.exitStatus() == 0)
    }

    @Test("Nothing is touched before the first call")
    func untouched() throws {
        let folder = try TestFolder()
        let agent = try ToolClient(["--data", folder.path + "/new"])
        _ = try agent.search(["query": "rows"])
        #expect(folder.entries == [])
        try agent.run("project.describe")
        #expect(folder.entries == ["new"])
    }

    @Test("Two processes share a folder at once")
    func twoProcesses() throws {
        let folder = try TestFolder()
        let one = try ToolClient(["--data", folder.path])
        let two = try ToolClient(["--data", folder.path])
        try one.makeTable()
        for index in 0..<50 {
            for (name, agent) in [("a", one), ("b", two)] {
                let data: JSON = ["n": .int(Int64(index))]
                try agent.send(
                    "execute-operation",
                    ["operation": "tablesDB.createRow", "arguments": .object(row("\(name)\(index)", data))]
                )
            }
        }
        for agent in [one, two] {
            for _ in 0..<50 { #expect(try agent.next()["result"]?["isError"] == nil) }
        }
        for agent in [one, two] { #expect(try agent.run("tablesDB.listRows", tableAddress)["total"] == 100) }
        var column = tableAddress
        column["key"] = "m"
        column["required"] = false
        try one.run("tablesDB.createIntegerColumn", column)
        #expect(try two.run("tablesDB.createRow", row("m", ["m": 1]))["m"] == 1)
    }

    @Test("Every acknowledged row outlives kill -9", arguments: [40, 200])
    func killed(_ acknowledged: Int) throws {
        let folder = try TestFolder()
        let agent = try ToolClient(["--data", folder.path])
        try agent.makeTable()
        var ids: [Int: String] = [:]
        for index in 0..<500 {
            let data: JSON = ["n": .int(Int64(index))]
            let id = try agent.send(
                "execute-operation",
                ["operation": "tablesDB.createRow", "arguments": .object(row("r\(index)", data))]
            )
            ids[id] = "r\(index)"
        }
        var safe: Set<String> = []
        while safe.count < acknowledged {
            let answer = try agent.next()
            #expect(answer["result"]?["isError"] == nil)
            if let id = answer["id"]?.int { safe.insert(ids[Int(id)] ?? "") }
        }
        kill(agent.process.pid, SIGKILL)
        #expect(try agent.process.exitStatus() == 128 + SIGKILL)
        // What was on the pipe was acknowledged too.
        while let line = try agent.process.next() {
            if let id = (try? JSON(parsing: line))?["id"]?.int { safe.insert(ids[Int(id)] ?? "") }
        }

        let next = try ToolClient(["--data", folder.path, "--max-answer", "1000000"])
        var all = tableAddress
        all["queries"] = [["method": "limit", "values": [1000]]]
        let answer = try next.run("tablesDB.listRows", all)
        let kept = Set(answer["rows"]?.array?.compactMap { $0["$id"]?.string } ?? [])
        #expect(safe.subtracting(kept).isEmpty)
        #expect(answer["total"] == .int(Int64(kept.count)))
        #expect(try next.run("tablesDB.createRow", row("after", ["n": 1]))["n"] == 1)
    }
}
