import Glibc
import Synchronization
import Threads

/// A small HTTP server on this machine that answers as a test wants it, badly too.
package final class LocalServer: Sendable {
    package struct Request: Sendable {
        package var method: String
        /// Path and query.
        package var target: String
        /// By their names in lower case.
        package var headers: [String: String]
        package var body: String
        /// The number of the connection, from 1.
        package var connection: Int

        package var path: String { String(target.prefix { $0 != "?" }) }
    }

    package enum Reply: Sendable {
        case answer(_ status: Int, _ body: String = "", headers: [String: String] = [:])
        /// Says nothing until the client goes.
        case silence
        /// Begins an answer and resets the connection.
        case reset
        /// Sends what is no HTTP.
        case garbage
        /// A body that never ends.
        case endless
        /// A body of which some comes, and then no more until the client goes.
        case stalled
        /// A body of which a byte comes every 20 milliseconds, without end.
        case dripping
    }

    private struct State {
        var connections: Set<Int32> = []
        var accepted = 0
        var requests: [Request] = []
        var isStopped = false
    }

    package let port: UInt16
    private let listener: Int32
    private let state = Mutex(State())
    private let isMute: Bool
    private let handler: @Sendable (Request) -> Reply

    /// Listens on 127.0.0.1.
    /// - Parameter isMute: whether it takes connections, whatever comes over them, and never says anything.
    package init(isMute: Bool = false, _ handler: @escaping @Sendable (Request) -> Reply) {
        self.isMute = isMute
        self.handler = handler
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        precondition(bound, "no port to listen on")
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Threads.start { [self] in accept() }
    }

    package var origin: String { "http://127.0.0.1:\(port)" }

    /// What was asked so far.
    package var requests: [Request] { state.withLock { $0.requests } }

    /// How many connections there were so far.
    package var connections: Int { state.withLock { $0.accepted } }

    /// How many connections are open.
    package var open: Int { state.withLock { $0.connections.count } }

    /// Ends all connections; nothing is listened to any more.
    package func stop() {
        state.withLock { state in
            // Once only: the number of a closed socket is soon that of another one.
            guard !state.isStopped else { return }
            state.isStopped = true
            for socket in state.connections.union([listener]) { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { break }
            let number = state.withLock { state in
                state.connections.insert(client)
                state.accepted += 1
                return state.accepted
            }
            Threads.start { [self] in
                serve(client, number)
                state.withLock { state in
                    state.connections.remove(client)
                    close(client)
                }
            }
        }
        close(listener)
    }

    private func serve(_ client: Int32, _ number: Int) {
        var input = Input(socket: client)
        if isMute { while input.fill() {} }
        while let request = input.request(number) {
            state.withLock { $0.requests.append(request) }
            switch handler(request) {
            case .answer(let status, let body, let headers):
                var text = "HTTP/1.1 \(status) Said\r\ncontent-length: \(body.utf8.count)\r\n"
                for (name, value) in headers { text += "\(name): \(value)\r\n" }
                guard send(text + "\r\n" + body, to: client) else { return }
            case .silence:
                _ = input.line()
                return
            case .stalled:
                _ = send("HTTP/1.1 200 Said\r\ncontent-length: 1000\r\n\r\nbegun", to: client)
                _ = input.line()
                return
            case .dripping:
                _ = send("HTTP/1.1 200 Said\r\ncontent-length: 1000000\r\n\r\n", to: client)
                while send("x", to: client) { usleep(20_000) }
                return
            case .garbage:
                _ = send("220 mail.example.org ESMTP\r\n\r\n", to: client)
                return
            case .reset:
                _ = send("HTTP/1.1 200 Said\r\ncontent-length: 1000\r\n\r\nbegun", to: client)
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(client, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
                return
            case .endless:
                _ = send("HTTP/1.1 200 Said\r\ntransfer-encoding: chunked\r\n\r\n", to: client)
                let chunk = "1000\r\n" + String(repeating: "x", count: 0x1000) + "\r\n"
                while send(chunk, to: client) {}
                return
            }
        }
    }

    private func send(_ text: String, to client: Int32) -> Bool {
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    /// What a client sends.
    private struct Input {
        let socket: Int32
        private var buffer: [UInt8] = []

        init(socket: Int32) { self.socket = socket }

        mutating func fill() -> Bool {
            var chunk = [UInt8](repeating: 0, count: 65_536)
            let count = recv(socket, &chunk, chunk.count, 0)
            guard count > 0 else { return false }
            buffer += chunk.prefix(count)
            return true
        }

        mutating func line() -> String? {
            while true {
                if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                    let text = String(decoding: buffer[..<end], as: UTF8.self)
                    buffer.removeFirst(end + 1)
                    return text.hasSuffix("\r") ? String(text.dropLast()) : text
                }
                guard fill() else { return nil }
            }
        }

        mutating func request(_ connection: Int) -> Request? {
            guard let words = line()?.split(separator: " "), words.count == 3 else { return nil }
            var headers: [String: String] = [:]
            while let text = line(), !text.isEmpty {
                let parts = text.split(separator: ":", maxSplits: 1)
                headers[parts[0].lowercased()] = parts.count == 2 ? String(parts[1].drop { $0 == " " }) : ""
            }
            let length = headers["content-length"].flatMap { Int($0) } ?? 0
            while buffer.count < length { guard fill() else { return nil } }
            let body = String(decoding: buffer.prefix(length), as: UTF8.self)
            buffer.removeFirst(length)
            return Request(
                method: String(words[0]),
                target: String(words[1]),
                headers: headers,
                body: body,
                connection: connection
            )
        }
    }
}
