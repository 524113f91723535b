import Synchronization
import Testing
import Values

@testable import MCPServer

@Suite("A server on pipes", .timeLimit(.minutes(2)))
struct ServerTests {
    private let opening = legacy("initialize", id: "0", #"{"protocolVersion":"2025-11-25"}"#) + "\n"

    @Test("Lines that arrive together are answered in order")
    func pipelined() async throws {
        let client = PipeClient()
        await client.send(opening + legacy("tools/call", id: "1", #"{"name":"plain"}"#) + "\n")
        #expect(try await client.next()?.contains(#""id":0"#) == true)
        #expect(try await client.next()?.contains(#""id":1"#) == true)
        client.endInput()
        await client.join()
    }

    @Test("A last line without an end is answered")
    func lastLine() async throws {
        let client = PipeClient()
        await client.send(legacy("ping"))
        client.endInput()
        #expect(try await client.next() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        await client.join()
    }

    @Test("A line over the limit costs one parse error")
    func lineLimit() async throws {
        var limits = ServerLimits()
        limits.lineBytes = 1000
        let client = PipeClient(limits: limits)
        await client.send(String(repeating: "x", count: 300_000) + "\n" + legacy("ping") + "\n")
        #expect(
            try await client.next()
                == #"{"jsonrpc":"2.0","error":{"code":-32700,"message":"Parse error: the line is too long."}}"#
        )
        #expect(try await client.next() == #"{"jsonrpc":"2.0","id":1,"result":{}}"#)
        client.endInput()
        await client.join()
    }

    @Test("A client may write everything before it reads anything")
    func writesBeforeReading() async throws {
        let count = 5000
        let client = PipeClient(reads: false)
        await client.send(opening)
        await client.send(String(repeating: legacy("tools/list") + "\n", count: count))
        client.endInput()
        client.startReading()
        for _ in 0...count { #expect(try await client.next()?.hasPrefix(#"{"jsonrpc":"2.0","id""#) == true) }
        await client.join()
    }

    @Test("Reading stops only at the bound of the queue, and goes on after it")
    func boundedQueue() async throws {
        var limits = ServerLimits()
        limits.queuedBytes = 100_000
        let client = PipeClient(limits: limits, reads: false)
        let count = 5000
        let input = opening + String(repeating: legacy("tools/list") + "\n", count: count)
        async let sent: Void = client.send(input)
        client.startReading()
        for _ in 0...count { #expect(try await client.next() != nil) }
        await sent
        client.endInput()
        await client.join()
    }

    @Test("Calls run on the given executor")
    func executor() async throws {
        let onExecutor = Mutex(false)
        let executor = ThreadExecutor()
        let tool = Tool(Tool.echo.definition) { _, _ in
            withUnsafeCurrentTask { task in
                onExecutor.withLock { $0 = task?.unownedTaskExecutor == executor.asUnownedTaskExecutor() }
            }
            return .json(encoded: Array("{}".utf8), structured: true, isError: false)
        }
        let client = PipeClient(tools: [tool], executor: executor)
        await client.send(opening + legacy("tools/call", #"{"name":"echo"}"#) + "\n")
        _ = try await client.next()
        #expect(try await client.next()?.contains(#""structuredContent":{}"#) == true)
        #expect(onExecutor.withLock { $0 })
        client.endInput()
        await client.join()
    }

    @Test("At the end of input a call that finishes in time is answered")
    func finishesCalls() async throws {
        let gate = Gate()
        var limits = ServerLimits()
        limits.grace = .seconds(60)
        let client = PipeClient(tools: [.slow(gate)], limits: limits)
        await client.send(opening + legacy("tools/call", #"{"name":"slow"}"#) + "\n")
        client.endInput()
        gate.open()
        _ = try await client.next()
        #expect(try await client.next()?.contains(#""structuredContent":{"slow":true}"#) == true)
        await client.join()
    }

    @Test("A call that goes on is cancelled after the grace")
    func cancelsCalls() async throws {
        var limits = ServerLimits()
        limits.grace = .milliseconds(10)
        limits.cancelledGrace = .seconds(60)
        let client = PipeClient(limits: limits)
        await client.send(opening + legacy("tools/call", #"{"name":"endless"}"#) + "\n")
        client.endInput()
        _ = try await client.next()
        #expect(try await client.next()?.contains(#""structuredContent":{"cancelled":true}"#) == true)
        await client.join()
    }

    @Test("A call that does not even stop when cancelled does not hold up the end")
    func leavesDeafCalls() async throws {
        let gate = Gate()
        var limits = ServerLimits()
        limits.grace = .milliseconds(10)
        limits.cancelledGrace = .milliseconds(10)
        let client = PipeClient(tools: [.slow(gate)], limits: limits)
        await client.send(opening + legacy("tools/call", #"{"name":"slow"}"#) + "\n")
        client.endInput()
        await client.join()
        gate.open()
        #expect(client.inbox.all.count <= 1)
    }

    @Test("A shutdown ends a server that waits for input")
    func shutsDown() async throws {
        let client = PipeClient()
        await client.send(legacy("ping") + "\n")
        _ = try await client.next()
        client.server.shutdown()
        client.server.shutdown()
        await client.join()
        client.endInput()
    }

    @Test("A client that stops listening ends the server")
    func brokenPipe() async throws {
        let client = PipeClient(reads: false)
        client.stopListening()
        await client.send(legacy("ping") + "\n")
        await client.join()
        client.endInput()
    }

    @Test("More calls than may run wait for room")
    func boundedCalls() async throws {
        var limits = ServerLimits()
        limits.runningCalls = 3
        limits.grace = .seconds(60)
        let gate = Gate()
        let client = PipeClient(tools: [.slow(gate)], limits: limits)
        let count = 50
        let calls = (1...count).map { legacy("tools/call", id: "\($0)", #"{"name":"slow"}"#) + "\n" }
        await client.send(opening + calls.joined())
        client.endInput()
        _ = try await client.next()
        gate.open()
        for _ in 1...count { #expect(try await client.next() != nil) }
        #expect(try Set(client.inbox.all.map { try JSON(parsing: $0)["id"]?.int }).count == count + 1)
        await client.join()
    }
}
