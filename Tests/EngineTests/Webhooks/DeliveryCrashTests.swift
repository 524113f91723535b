import Foundation
import Outgoing
import TestSupport
import Testing
import Values

@testable import Engine

/// A server of its own delivers, and dies in the middle of it.
@Suite("Deliveries of a process that dies", .timeLimit(.minutes(2)))
struct DeliveryCrashTests {
    @Test(
        arguments: Backend.available,
        [("delivery.leased", 0, 1), ("delivery.sent", 1, 2), ("delivery.acknowledged", 1, 1)]
    )
    func areTakenOver(_ backend: Backend, _ crash: (place: String, before: Int, after: Int)) async throws {
        let (folder, keys) = (try TemporaryFolder(), try TemporaryFolder())
        let key = try makeKey(keys)
        let server = LocalServer { _ in .answer(200) }
        let outgoing = HTTPOutgoing(allowsPrivate: true)
        let engine = TestEngine(backend, folder, key: .named(key), outgoing: outgoing)
        try await engine.makeWebhook(url: server.origin)
        try await engine.makeUser("ann")
        let options = backend.options(folder) + ["--key-file", key.path, "--allow-private-webhooks"]
        #expect(try await Self.deliver(options, crashAt: crash.place, home: keys))
        #expect(server.requests.count == crash.before)

        // The lease was given by the time of day.
        engine.clock.set(milliseconds: Int64(Date().timeIntervalSince1970 * 1000) + DeliveryQueue.leaseMilliseconds)
        try await engine.engine.deliveries.drain()
        #expect(server.requests.count == crash.after)
        #expect(Set(server.requests.map { $0.headers["webhook-id"] }).count == 1)
        #expect(try await engine.states() == ["delivered"])
        await engine.engine.close()
        await outgoing.close()
        server.stop()
        await backend.remove(folder)
        keys.remove()
    }

    /// Lets a server begin its work, which it does once it had a call.
    /// - Returns: whether it was killed at the place.
    private static func deliver(_ options: [String], crashAt place: String, home: TemporaryFolder) async throws -> Bool
    {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Binary.path)
        process.arguments = ["mcp"] + options
        process.environment = ["TANDEM_CRASH_AT": place, "HOME": home.path]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let begin: JSON = ["protocolVersion": "2025-11-25", "capabilities": [:]]
        let call: JSON = ["name": "execute-operation", "arguments": ["operation": "webhooks.list"]]
        let lines: [JSON] = [
            ["jsonrpc": "2.0", "id": 0, "method": "initialize", "params": begin],
            ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call],
        ]
        try input.fileHandleForWriting.write(contentsOf: Data(lines.map { $0.text + "\n" }.joined().utf8))
        let patience = Task {
            try await Task.sleep(for: .seconds(40))
            process.terminate()
        }
        try await process.runToEnd()
        patience.cancel()
        return process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL
    }
}
