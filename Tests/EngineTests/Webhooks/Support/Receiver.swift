import Synchronization
import Values

@testable import Engine

/// The server that a webhook names, in the place of the network.
final class Receiver: Outgoing {
    /// What it does with a request.
    enum Reply: Sendable {
        case status(Int, String = "")
        case error(OutgoingError.Kind)
    }

    private struct State {
        var requests: [OutgoingRequest] = []
        var underWay: Set<String> = []
        var overlaps = 0
        var width = 0
        var reply: @Sendable (OutgoingRequest) -> Reply = { _ in .status(200) }
        var pause: Duration?
    }

    private let state = Mutex(State())

    var requests: [OutgoingRequest] { state.withLock { $0.requests } }
    /// How often a delivery came while the same one was still being answered.
    var overlaps: Int { state.withLock { $0.overlaps } }
    /// How many requests were answered at once at the most.
    var width: Int { state.withLock { $0.width } }
    /// The texts of the bodies, in the order in which they came.
    var bodies: [String] { requests.map { String(decoding: $0.body ?? [], as: UTF8.self) } }

    func answers(after pause: Duration? = nil, _ reply: @escaping @Sendable (OutgoingRequest) -> Reply) {
        state.withLock { ($0.reply, $0.pause) = (reply, pause) }
    }

    /// Waits until something was sent to it.
    func isAsked() async throws {
        while requests.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    }

    func forget() { state.withLock { $0.requests = [] } }

    func send(_ request: OutgoingRequest) async throws(OutgoingError) -> OutgoingAnswer {
        let id = request.header("webhook-id") ?? ""
        let (reply, pause) = state.withLock { state in
            state.requests.append(request)
            if !state.underWay.insert(id).inserted { state.overlaps += 1 }
            state.width = max(state.width, state.underWay.count)
            return (state.reply, state.pause)
        }
        if let pause { try? await Task.sleep(for: pause) }
        state.withLock { _ = $0.underWay.remove(id) }
        switch reply(request) {
        case .status(let status, let body): return OutgoingAnswer(status: status, body: Array(body.utf8))
        case .error(let kind): throw OutgoingError(kind, "It went wrong.")
        }
    }
}

extension OutgoingRequest {
    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// The names of the event.
    var events: [String] { header("X-Appwrite-Webhook-Events")?.split(separator: ",").map(String.init) ?? [] }
}
