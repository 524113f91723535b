import Synchronization
import Values

@testable import MCPServer

extension ServerIdentity {
    static let test = ServerIdentity(name: "test", title: "Test", version: "1.0", instructions: "Ask.")
}

/// Holds calls until a test lets them go.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrivals = 0
    }

    private let state = Mutex(State())

    var arrivals: Int { state.withLock { $0.arrivals } }

    /// Returns when the gate is open; cancellation does not matter here.
    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrivals += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}

extension Tool {
    private static func test(_ name: String, run: @escaping Tool.Run) -> Tool {
        Tool(
            ToolDefinition(
                name: name,
                title: name.prefix(1).uppercased() + name.dropFirst(),
                description: "A tool of the tests.",
                inputSchema: ["type": "object"],
                annotations: .init(readOnly: true, destructive: false, idempotent: true, openWorld: false)
            ),
            run: run
        )
    }

    /// Answers with its arguments.
    static let echo = test("echo") { arguments, _ in
        .json(encoded: JSON.object(arguments).encoded, structured: true, isError: false)
    }

    /// Answers with its arguments as text only, as a result with integers beyond 2^53 - 1 does.
    static let plain = test("plain") { arguments, _ in
        .json(encoded: JSON.object(arguments).encoded, structured: false, isError: false)
    }

    static let failing = test("failing") { _, _ in
        .failure(
            AppError(.generalArgumentInvalid, "It is wrong.", argument: "data.title", hint: "Make it right.")
        )
    }

    static let refusing = test("refusing") { _, _ in .invalidParams("no such thing") }

    /// Reports 1, 1, 0.5 and 2 of 2, then answers.
    static let counting = test("counting") { _, context in
        context.progress(1, total: 2, message: "half")
        context.progress(1, total: 2)
        context.progress(0.5)
        context.progress(2, total: 2)
        return .json(encoded: Array("{}".utf8), structured: true, isError: false)
    }

    /// Runs until it is cancelled.
    static let endless = test("endless") { _, _ in
        try? await Task.sleep(for: .seconds(3600))
        return .json(encoded: Array(#"{"cancelled":true}"#.utf8), structured: true, isError: false)
    }

    /// Waits for the gate, and is deaf to cancellation meanwhile.
    static func slow(_ gate: Gate) -> Tool {
        test("slow") { _, context in
            context.progress(1)
            await gate.pass()
            context.progress(2)
            return .json(encoded: Array(#"{"slow":true}"#.utf8), structured: true, isError: false)
        }
    }

    static let testTools = [echo, plain, failing, refusing, counting, endless]
}
