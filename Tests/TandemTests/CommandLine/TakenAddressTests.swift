import Testing

@Suite("An address that can't be answered at")
struct TakenAddressTests {
    @Test("Ends the process with the reason", arguments: [["mcp"], ["serve"]], ["256.0.0.1:80", "192.0.2.1:80"])
    func ends(_ command: [String], _ address: String) throws {
        let run = try CommandRun(command + ["--ephemeral", "--http", address])
        #expect(run.status == 1)
        #expect(run.output == "")
        #expect(run.error.contains("can't answer at \(address)"))
    }
}
