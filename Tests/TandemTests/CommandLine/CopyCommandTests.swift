import Foundation
import TestSupport
import Testing
import Values

@Suite("tandem copy")
struct CopyCommandTests {
    private let folder: TestFolder
    private let project = "copy\(UInt64.random(in: 0...UInt64.max))"

    init() throws { folder = try TestFolder() }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func run(_ store: [String], _ arguments: String...) throws -> JSON {
        let run = try CommandRun(["run"] + arguments + store + ["--project", project])
        #expect(run.status == 0, "\(run.error)")
        return run.json ?? nil
    }

    /// A project with a table of many rows in the folder `from`.
    private func fill(_ rows: Int) throws {
        let store = ["--data", path("from")]
        _ = try run(store, "tablesDB.create", "databaseId=d", "name=D")
        let columns = #"columns=[{"key":"n","type":"integer"}]"#
        _ = try run(store, "tablesDB.createTable", "databaseId=d", "tableId=t", "name=T", columns)
        let client = try ToolClient(store + ["--project", project])
        for n in 0..<rows {
            _ = try client.run(
                "tablesDB.createRow",
                ["databaseId": "d", "tableId": "t", "rowId": .string("r\(n)"), "data": [:]]
            )
        }
    }

    @Test("A copy from folder to folder is a backup that works at once")
    func backup() throws {
        _ = try run(["--data", path("from")], "tablesDB.create", "databaseId=d", "name=D")
        let copy = try CommandRun(["copy", "--from", path("from"), "--to", path("to"), "--all"])
        #expect(copy.status == 0, "\(copy.error)")
        #expect(copy.output == "\(project): backed up\n")
        #expect(try run(["--data", path("to")], "tablesDB.list")["total"] == 1)
        let again = try CommandRun(["copy", "--from", path("from"), "--to", path("to"), "--project", project])
        #expect(again.status == 1)
        #expect(again.error.contains("already"))
    }

    @Test("Wrong words exit with 2, what can't be copied with 1")
    func refusals() throws {
        for arguments in [
            ["copy"], ["copy", "--from", "a"], ["copy", "--from", "a", "--to", "a"],
            ["copy", "--from", "a", "--to", "http://b"],
            ["copy", "--from", "a", "--to", "b", "--all", "--project", "x"],
        ] { #expect(try CommandRun(arguments).status == 2, "\(arguments)") }
        for arguments in [[], ["--project", "none"], ["--all"]] {
            let missing = try CommandRun(["copy", "--from", path("none"), "--to", path("to")] + arguments)
            #expect(missing.status == 1)
            #expect(missing.error.contains("there is no project"))
        }
    }

    @Test("A copy that is killed goes on where it was", .enabled(if: MongoServer.uri != nil))
    func killed() async throws {
        try await removingFromServer(project) { try copyAgain(MongoServer.uri!) }
    }

    private func copyAgain(_ uri: String) throws {
        try fill(1500)
        let back = path("back")
        let project = project
        func copy(_ from: String, _ to: String, crash: Bool) throws -> CommandRun {
            try CommandRun(
                ["copy", "--from", from, "--to", to, "--project", project],
                environment: crash ? ["TANDEM_CRASH_AT": "copy.page"] : [:]
            )
        }
        for (from, to) in [(path("from"), uri), (uri, back)] {
            #expect(try copy(from, to, crash: true).status == 128 + SIGKILL)
            let rest = try copy(from, to, crash: false)
            #expect(rest.status == 0, "\(rest.error)")
            #expect(rest.output == "\(project): 1 tables with 1500 rows, the same in both stores\n")
        }
        let rows = try run(
            ["--data", back],
            "tablesDB.listRows",
            "databaseId=d",
            "tableId=t",
            #"queries=[{"method":"offset","values":[1498]}]"#
        )
        #expect(rows["rows"]?.array?.compactMap { $0["$id"]?.string } == ["r1498", "r1499"])
    }
}
