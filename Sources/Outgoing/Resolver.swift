import Engine
import Glibc
import Synchronization
import Threads
import Values

/// Finds the addresses of hosts, by what the system knows of names.
///
/// `getaddrinfo` blocks for as long as name servers let it and can't be interrupted, so it has threads of its own. Who
/// gives up leaves the thread to its question; as many as all of them may wait in vain, others wait for a thread.
enum Resolver {
    private static let threads = WorkerThreads(count: 4)

    /// - Throws: ``OutgoingError`` `unreachable` for a name that nobody knows; `CancellationError`.
    static func addresses(of host: String) async throws -> [NetworkAddress] {
        let answer = Once<[NetworkAddress]>()
        threads.submit { if !answer.isOver { answer.finish(Result { try ask(host) }) } }
        return try await answer.value
    }

    private static func ask(_ host: String) throws(OutgoingError) -> [NetworkAddress] {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        defer { if let list { freeaddrinfo(list) } }
        guard code == 0 else {
            throw OutgoingError(
                .unreachable,
                "The host '\(host)' was not found: \(String(cString: gai_strerror(code))).",
                hint: "Check how it is written, and whether this machine can look up names."
            )
        }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let raw = entry.pointee.ai_addr, let address = NetworkAddress(raw), !addresses.contains(address) {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}

/// A value that comes once, from somewhere that can't be cancelled, for one who may give up.
final class Once<Value: Sendable>: Sendable {
    private enum State {
        case open
        case waiting(CheckedContinuation<Value, any Error>)
        case over(Result<Value, any Error>)
    }

    private let state = Mutex(State.open)

    /// Whether the value is there, or nobody wants it any more.
    var isOver: Bool { state.withLock { if case .over = $0 { true } else { false } } }

    /// The first result counts.
    func finish(_ result: Result<Value, any Error>) {
        let waiting: CheckedContinuation<Value, any Error>? = state.withLock { state in
            let former = state
            if case .over = former { return nil }
            state = .over(result)
            if case .waiting(let continuation) = former { return continuation }
            return nil
        }
        waiting?.resume(with: result)
    }

    /// Waits for the value; there is one who waits.
    var value: Value {
        get async throws {
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { continuation in
                    let known: Result<Value, any Error>? = state.withLock { state in
                        if case .over(let result) = state { return result }
                        state = .waiting(continuation)
                        return nil
                    }
                    if let known { continuation.resume(with: known) }
                }
            } onCancel: {
                finish(.failure(CancellationError()))
            }
        }
    }
}
