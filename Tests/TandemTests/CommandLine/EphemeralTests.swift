import Foundation
import Testing
import Values

@Suite("Ephemeral stores")
struct EphemeralTests {
    private let temporary: TestFolder
    private var environment: [String: String] { ["TMPDIR": temporary.path] }

    init() throws { temporary = try TestFolder() }

    @Test("Nothing is left at the end, whatever the end")
    func end() throws {
        let made = try CommandRun(
            ["run", "--ephemeral", "tablesDB.create", "databaseId=d", "name=D"],
            environment: environment
        )
        #expect(made.status == 0)
        #expect(temporary.entries == [])
        let failed = try CommandRun(["run", "--ephemeral", "tablesDB.get", "databaseId=d"], environment: environment)
        #expect(failed.errorType == "database_not_found")
        #expect(temporary.entries == [])
        let variable = environment.merging(["TANDEM_EPHEMERAL": "1"]) { $1 }
        #expect(try CommandRun(["run", "tablesDB.list"], environment: variable).json?["total"] == 0)
        #expect(temporary.entries == [])
    }

    @Test("What a killed process left is swept by the next one, what is in use is not")
    func swept() throws {
        let killed = try start()
        let alive = try start()
        #expect(temporary.entries.count == 2)
        kill(killed.processIdentifier, SIGKILL)
        killed.waitUntilExit()
        #expect(temporary.entries.count == 2)
        _ = try CommandRun(["run", "--ephemeral", "tablesDB.list"], environment: environment)
        #expect(temporary.entries.count == 1)
        #expect(temporary.entries.first?.contains("\(alive.processIdentifier)") == true)
        alive.terminate()
        alive.waitUntilExit()
        #expect(temporary.entries == [])
    }

    @Test("A named folder and none exclude each other")
    func contradiction() throws {
        for (arguments, more) in [
            (["--ephemeral", "--data", temporary.path + "/x"], [:]),
            ([], ["TANDEM_EPHEMERAL": "1", "TANDEM_DATA": temporary.path + "/x"]),
        ] as [([String], [String: String])] {
            for command in [["mcp"], ["run", "tablesDB.list"]] {
                let wrong = try CommandRun(command + arguments, environment: environment.merging(more) { $1 })
                #expect(wrong.status == 2)
                #expect(wrong.output == "")
            }
        }
        #expect(temporary.entries == [])
        let data = environment.merging(["TANDEM_DATA": temporary.path + "/x"]) { $1 }
        #expect(try CommandRun(["run", "--ephemeral", "tablesDB.list"], environment: data).status == 0)
        #expect(temporary.entries == [])
    }

    /// A server whose store is open.
    private func start() throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: TandemProcess.binary)
        process.arguments = ["--ephemeral"]
        process.environment = environment
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let call = #"{"name":"execute-operation","arguments":{"operation":"tablesDB.list"}}"#
        let lines = request("initialize", id: "0", #"{"protocolVersion":"2025-11-25"}"#) + request("tools/call", call)
        try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
        var text = ""
        while text.count(where: { $0 == "\n" }) < 2 {
            let chunk = output.fileHandleForReading.availableData
            guard !chunk.isEmpty else { throw TandemProcess.Failure(description: "it ended: \(text)") }
            text += String(decoding: chunk, as: UTF8.self)
        }
        return process
    }
}
