import Synchronization
import Values

/// The one array that answers a batch, filled as its members finish.
final class BatchReply: Sendable {
    private struct State: Sendable {
        var bytes: [UInt8] = []
        var outstanding: Int
    }

    private let state: Mutex<State>
    private let sink: any LineSink

    /// - Parameter expected: How many members have to be completed; with none nothing is ever sent.
    init(expected: Int, sink: any LineSink) {
        state = Mutex(State(outstanding: expected))
        self.sink = sink
    }

    /// Adds the answer of one member, nil when it has none because it was cancelled; the last one sends the array.
    func complete(with message: [UInt8]?) {
        let line = state.withLock { state -> [UInt8]? in
            if let message {
                state.bytes.append(UInt8(ascii: state.bytes.isEmpty ? "[" : ","))
                state.bytes.append(contentsOf: message)
            }
            state.outstanding -= 1
            guard state.outstanding == 0, !state.bytes.isEmpty else { return nil }
            return state.bytes + [UInt8(ascii: "]"), 0x0A]
        }
        guard let line else { return }
        sink.append(line)
        sink.flush()
    }
}
