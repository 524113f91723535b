import Foundation
import Synchronization
import Threads

/// A server on this machine that answers 200 to everything, over connections that stay open, each on a thread of its own.
/// It reads no more of a request than where it ends.
final class WebhookReceiver: Sendable {
    let port: UInt16
    private let listener: Int32
    private let count = Mutex(0)

    init() {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                bind(listener, raw, size) == 0 && listen(listener, 64) == 0 && getsockname(listener, raw, &size) == 0
            }
        }
        precondition(isBound, "no port to listen on")
        self.listener = listener
        port = UInt16(bigEndian: address.sin_port)
        Threads.start { [self] in
            while case let client = accept(self.listener, nil, nil), client >= 0 {
                Threads.start { self.serve(client) }
            }
        }
    }

    var origin: String { "http://127.0.0.1:\(port)" }

    /// How many requests there were so far.
    var requests: Int { count.withLock { $0 } }

    /// Takes no more connections.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static let answer = Array("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".utf8)
    private static let end = Array("\r\n\r\n".utf8)
    private static let lengthName = Array("\ncontent-length:".utf8)

    /// Bytes are looked at as bytes: what this takes, the figure does not have.
    private func serve(_ client: Int32) {
        var input: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while case let size = recv(client, &chunk, chunk.count, 0), size > 0 {
            input += chunk[..<size]
            while let head = Self.find(Self.end, in: input) {
                let whole = head + Self.end.count + Self.length(input, upTo: head)
                guard input.count >= whole else { break }
                input.removeFirst(whole)
                count.withLock { $0 += 1 }
                guard send(client, Self.answer, Self.answer.count, Int32(MSG_NOSIGNAL)) > 0 else { break }
            }
        }
        close(client)
    }

    /// How long the body is that comes after a head.
    private static func length(_ input: [UInt8], upTo end: Int) -> Int {
        guard let name = find(lengthName, in: input), name < end else { return 0 }
        return input[(name + lengthName.count)..<end].drop { $0 == 0x20 }.prefix { 0x30...0x39 ~= $0 }
            .reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    /// Where a text of small letters begins, however it is written there.
    private static func find(_ text: [UInt8], in input: [UInt8]) -> Int? {
        guard input.count >= text.count else { return nil }
        return (0...input.count - text.count).first { place in
            text.indices.allSatisfy { offset in
                let byte = input[place + offset]
                return (0x41...0x5A ~= byte ? byte | 0x20 : byte) == text[offset]
            }
        }
    }
}
