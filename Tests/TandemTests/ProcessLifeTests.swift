import Foundation
import Glibc
import Testing
import Values

@Suite("The life of the process")
struct ProcessLifeTests {
    private func descriptor(_ number: Int, of tandem: TandemProcess) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(tandem.pid)/fd/\(number)")
    }

    private func opened(output: TandemProcess.Stream = .pipe, error: TandemProcess.Stream = .null) throws
        -> TandemProcess
    {
        let tandem = try TandemProcess(output: output, error: error)
        try tandem.send(request("initialize", id: "0", #"{"protocolVersion":"2025-11-25"}"#))
        if output == .pipe { _ = try tandem.next() }
        return tandem
    }

    @Test("The end of the input ends the process within a second")
    func endOfInput() throws {
        let tandem = try opened()
        tandem.endInput()
        #expect(try tandem.exitStatus(within: 1) == 0)
        #expect(try tandem.rest() == [])
    }

    @Test("No input at all")
    func noInput() throws {
        let tandem = try TandemProcess()
        tandem.endInput()
        #expect(try tandem.exitStatus() == 0)
        #expect(try tandem.rest() == [])
    }

    @Test("A call that is under way at the end of the input is answered")
    func callAtEnd() throws {
        let tandem = try opened()
        let call = #"{"name":"execute-operation","arguments":{"operation":"tablesDB.list"}}"#
        try tandem.send(request("tools/call", call))
        tandem.endInput()
        let lines = try tandem.rest()
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix(#"{"jsonrpc":"2.0","id":1,"result":{"content":[{"type":"text""#) == true)
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("Signals end it like the end of the input", arguments: [SIGTERM, SIGINT, SIGHUP])
    func signals(_ number: Int32) throws {
        let tandem = try opened()
        kill(tandem.pid, number)
        #expect(try tandem.exitStatus(within: 1) == 0)
    }

    @Test("A client that stops listening ends it at the next answer")
    func closedOutput() throws {
        let tandem = try opened()
        tandem.stopListening()
        try tandem.send(request("ping"))
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("Started without standard output it ends at the first answer")
    func noOutput() throws {
        let tandem = try TandemProcess(output: .closed)
        try? tandem.send(request("ping"))
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("Standard error may be closed")
    func noError() throws {
        let tandem = try opened(error: .closed)
        try tandem.send(request("ping"))
        #expect(try tandem.next() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        tandem.endInput()
        #expect(try tandem.exitStatus() == 0)
    }

    @Test("Nobody else can read or write the protocol")
    func descriptors() throws {
        let tandem = try opened()
        #expect(try descriptor(0, of: tandem) == "/dev/null")
        #expect(try descriptor(1, of: tandem) == "/dev/null")
        #expect(try descriptor(2, of: tandem) == "/dev/null")
    }

    @Test("Two copies live side by side, and neither touches anything at start")
    func probes() throws {
        let first = try opened()
        let second = try opened()
        for tandem in [first, second] {
            try tandem.send(request("ping"))
            #expect(try tandem.next() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
            tandem.endInput()
            #expect(try tandem.exitStatus() == 0)
        }
    }
}
