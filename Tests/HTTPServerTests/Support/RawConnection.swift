import Glibc
import TestSupport
import Values

/// A connection over which a test sends what bytes it likes.
struct RawConnection: Sendable {
    struct Answer: Sendable {
        var status: Int
        /// By their names in lower case; of fields that come more than once, all values.
        var fields: [String: [String]]
        var body: [UInt8]

        var text: String { String(decoding: body, as: UTF8.self) }
        var json: JSON { (try? JSON(parsing: body)) ?? .null }
        func field(_ name: String) -> String? { fields[name]?.first }
    }

    private let descriptor: Int32

    /// - Parameter window: how many bytes the system takes for a reader who does not read; nil for as many as usual.
    init(port: Int, window: Int32? = nil) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var window { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &window, socklen_t(MemoryLayout<Int32>.size)) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        precondition(result == 0, "the front does not answer")
    }

    func close() { Glibc.close(descriptor) }

    /// Breaks the connection off: nothing comes, and nothing is taken any more.
    func reset() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        // Something else takes the number, so that it can still be closed.
        let other = open("/dev/null", O_RDONLY | O_CLOEXEC)
        dup2(other, descriptor)
        Glibc.close(other)
    }

    /// Says that nothing else comes.
    func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// - Returns: whether the other side still took it.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            offset += count
        }
        return true
    }

    /// Everything that comes until the other side closes; nil where it doesn't.
    func rest() async -> [UInt8]? {
        await onThread {
            var all: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count == 0 || (count < 0 && errno == ECONNRESET) { return all }
                guard count > 0 else { return nil }
                all += chunk[..<count]
            }
        }
    }

    /// The next answer; nil where the other side closed or says nothing for long.
    func answer(toHead isHead: Bool = false) async -> Answer? { await onThread { read(isHead) } }

    private func read(_ isHead: Bool) -> Answer? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([0x0D, 0x0A, 0x0D, 0x0A]) {
            guard let byte = bytes(1) else { return nil }
            head += byte
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        guard let status = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
        var fields: [String: [String]] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields[parts[0].lowercased(), default: []].append(String(parts[1].drop { $0 == " " }))
        }
        let length = isHead || status == 204 ? 0 : fields["content-length"]?.first.flatMap { Int($0) } ?? 0
        guard let body = bytes(length) else { return nil }
        return Answer(status: status, fields: fields, body: body)
    }

    /// So many bytes; nil where fewer come.
    func bytes(_ count: Int) -> [UInt8]? {
        var result = [UInt8](repeating: 0, count: count)
        var offset = 0
        while offset < count {
            let read = result[offset...].withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard read > 0 else { return nil }
            offset += read
        }
        return result
    }
}

extension TestFront {
    /// Sends one request over a connection of its own.
    func send(
        _ method: String,
        _ path: String,
        _ fields: [String] = [],
        _ body: String? = nil
    ) async throws -> RawConnection.Answer? {
        let connection = RawConnection(port: port)
        defer { connection.close() }
        connection.send(Self.request(method, path, fields, body))
        return await connection.answer(toHead: method == "HEAD")
    }

    /// A request of the project `default`.
    static func request(_ method: String, _ path: String, _ fields: [String] = [], _ body: String? = nil) -> String {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost"]
        if !fields.contains(where: { $0.hasPrefix("X-Appwrite-Project") }) {
            lines.append("X-Appwrite-Project: default")
        }
        lines += fields
        if let body {
            if !fields.contains(where: { $0.lowercased().hasPrefix("content-type") }) {
                lines.append("Content-Type: application/json")
            }
            lines.append("Content-Length: \(body.utf8.count)")
        }
        return lines.joined(separator: "\r\n") + "\r\n\r\n" + (body ?? "")
    }
}
