import Testing
import Values

@Suite("A narrowed process")
struct ToolScopeTests {
    private func operations(_ agent: ToolClient, _ query: String) throws -> [String] {
        let hits = try agent.search(["query": .string(query), "limit": 20])["hits"]?.array ?? []
        return hits.compactMap { $0["operation"]?.string }
    }

    @Test("--read-only lists and runs only what reads")
    func readOnly() throws {
        let folder = try TestFolder()
        try ToolClient(["--data", folder.path]).makeTable()
        let agent = try ToolClient(["--data", folder.path, "--read-only"])
        let hits = try agent.search(["query": "row", "limit": 20])["hits"]?.array ?? []
        #expect(!hits.isEmpty)
        #expect(hits.allSatisfy { $0["effect"] == "read" })
        #expect(try agent.run("tablesDB.listRows", tableAddress)["total"] == 0)
        #expect(try agent.refusal("tablesDB.createRow", row("r", ["n": 1]))["type"] == "read_only")
    }

    @Test("--scopes list and run only what they open")
    func scopes() throws {
        let folder = try TestFolder()
        try ToolClient(["--data", folder.path]).makeTable()
        let agent = try ToolClient(["--data", folder.path, "--scopes", "rows.read, rows.write"])
        #expect(try operations(agent, "tablesDB.createRow").first == "tablesDB.createRow")
        #expect(!(try operations(agent, "create a table")).contains("tablesDB.createTable"))
        #expect(try agent.run("tablesDB.createRow", row("r", ["n": 1]))["n"] == 1)
        #expect(try agent.refusal("tablesDB.deleteTable", tableAddress)["type"] == "general_unauthorized_scope")
    }

    @Test("--services leave nothing else in the catalog")
    func services() throws {
        let agent = try ToolClient(["--ephemeral", "--services", "project"])
        #expect(try operations(agent, "describe") == ["project.describe"])
        #expect(try agent.refusal("tablesDB.list")["type"] == "operation_unknown")
        #expect(try agent.run("project.describe")["services"] == ["project"])
    }

    @Test("--as keeps a process to its actor")
    func actor() throws {
        let folder = try TestFolder()
        let owner = try ToolClient(["--data", folder.path])
        try owner.makeTable(permissions: ["read(\"users\")"])
        try owner.run("users.create", ["userId": "u"])
        let agent = try ToolClient(["--data", folder.path, "--as", "user:u"])
        #expect(try agent.run("tablesDB.listRows", tableAddress)["total"] == 0)
        #expect(try agent.refusal("tablesDB.listRows", tableAddress, as: "key")["argument"] == "as")
        #expect(try agent.refusal("tablesDB.createRow", row("r", ["n": 1]))["type"] == "user_unauthorized")
    }
}
