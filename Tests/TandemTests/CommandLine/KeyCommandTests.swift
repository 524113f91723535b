import Foundation
import Testing
import Values

@Suite("The key on the command line")
struct KeyCommandTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func path(_ name: String) -> String { folder.path + "/" + name }

    private func run(_ arguments: String..., options: [String] = []) throws -> CommandRun {
        try CommandRun(["run"] + arguments + ["--data", path("data")] + options)
    }

    private func makeTable() throws {
        #expect(try run("tablesDB.create", "databaseId=d", "name=D").status == 0)
        let columns = #"columns=[{"key":"s","type":"text","encrypt":true}]"#
        #expect(try run("tablesDB.createTable", "databaseId=d", "tableId=t", "name=T", columns).status == 0)
        let row = ["databaseId=d", "tableId=t", "rowId=a", #"data={"s":"hello"}"#]
        #expect(try CommandRun(["run", "tablesDB.createRow"] + row + ["--data", path("data")]).status == 0)
    }

    private func row(_ options: String...) throws -> JSON? {
        try run("tablesDB.getRow", "databaseId=d", "tableId=t", "rowId=a", options: options).json?["s"]
    }

    private func writeKey(_ name: String) throws {
        try folder.write(String((0..<40).map { _ in "abcdef0123456789".randomElement()! }), to: name)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
    }

    @Test("The folder's own key is made, and can be changed for another")
    func rotation() throws {
        try makeTable()
        #expect(FileManager.default.fileExists(atPath: path("data/key")))
        #expect(try row() == "hello")
        try writeKey("new.key")
        let rotate = ["key", "rotate", "--data", path("data"), "--new-key-file", path("new.key")]
        let changed = try CommandRun(rotate)
        #expect(changed.status == 0, "\(changed.error)")
        #expect(changed.output.hasPrefix("default: 1 rows done; its key is now "))
        #expect(try row() == nil)
        #expect(try row("--key-file", path("new.key")) == "hello")
        try FileManager.default.removeItem(atPath: path("data/key"))
        try FileManager.default.moveItem(atPath: path("new.key"), toPath: path("data/key"))
        #expect(try row() == "hello")
    }

    @Test("A key may lie in the folder before any data")
    func ownKey() throws {
        try FileManager.default.createDirectory(atPath: path("data"), withIntermediateDirectories: true)
        try writeKey("data/key")
        let before = FileManager.default.contents(atPath: path("data/key"))
        try makeTable()
        #expect(FileManager.default.contents(atPath: path("data/key")) == before)
        #expect(try row() == "hello")
    }

    @Test("Wrong words exit with 2, what can't be done with 1")
    func refusals() throws {
        try makeTable()
        let data = ["--data", path("data")]
        #expect(try CommandRun(["key", "rotate"] + data).status == 2)
        #expect(try CommandRun(["key", "rotate", "--new-key-file", path("x"), "--read-only"] + data).status == 2)
        let missing = try CommandRun(["key", "rotate", "--new-key-file", path("x")] + data)
        #expect(missing.status == 1)
        #expect(missing.error.contains("can't be read"))
        let same = try CommandRun(["key", "rotate", "--new-key-file", path("data/key")] + data)
        #expect(same.status == 1)
        #expect(same.error.contains("already"))
    }
}
