import TestSupport
import Values

@testable import HTTPServer

/// A client of the realtime protocol that makes its frames itself, and can make wrong ones.
struct SocketClient: Sendable {
    enum Heard: Sendable, Equatable {
        case text(JSON)
        case ping([UInt8])
        case pong([UInt8])
        case close(UInt16, String)
        /// The connection is closed, or nothing comes.
        case end

        var json: JSON { if case .text(let json) = self { json } else { .null } }
        var type: String { json["type"]?.string ?? "\(self)" }
        var data: JSON { json["data"] ?? .null }
    }

    let connection: RawConnection

    /// - Parameter connection: one over which a socket was opened.
    init(_ connection: RawConnection) { self.connection = connection }

    /// Opens a socket of the project `default`; nil where the upgrade is refused.
    init?(
        _ front: TestFront,
        _ query: String = "?project=default",
        _ fields: [String] = [],
        window: Int32? = nil
    ) async {
        connection = RawConnection(port: front.port, window: window)
        connection.send(Self.request(query, fields))
        guard let answer = await connection.answer(), answer.status == 101,
            answer.field("sec-websocket-accept") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        else {
            connection.close()
            return nil
        }
    }

    /// The example of RFC 6455, section 1.3.
    static func request(_ query: String = "?project=default", _ fields: [String] = []) -> String {
        let lines =
            [
                "GET /v1/realtime\(query) HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket",
                "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
            ] + fields
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    func close() { connection.close() }

    @discardableResult
    func say(_ text: String) -> Bool { send(0x81, Array(text.utf8)) }

    /// - Parameter first: the first byte: 0x80 for the last frame of a message, and the kind of frame.
    @discardableResult
    func send(_ first: UInt8, _ bytes: [UInt8], isMasked: Bool = true) -> Bool {
        connection.send(Self.frame(first, bytes, isMasked: isMasked))
    }

    static func frame(_ first: UInt8, _ bytes: [UInt8], isMasked: Bool = true) -> [UInt8] {
        let flag: UInt8 = isMasked ? 0x80 : 0
        var frame = [first]
        switch bytes.count {
        case ..<126: frame.append(flag | UInt8(bytes.count))
        case ..<65_536: frame += [flag | 126, UInt8(bytes.count >> 8), UInt8(bytes.count & 0xFF)]
        default: frame += [flag | 127] + (0..<8).reversed().map { UInt8(bytes.count >> ($0 * 8) & 0xFF) }
        }
        guard isMasked else { return frame + bytes }
        let mask: [UInt8] = [0x11, 0x22, 0x33, 0x44]
        return frame + mask + bytes.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    func hear() async -> Heard { await onThread { read() } }

    private func read() -> Heard {
        guard let head = connection.bytes(2) else { return .end }
        var count = Int(head[1] & 0x7F)
        if count >= 126 {
            guard let size = connection.bytes(count == 126 ? 2 : 8) else { return .end }
            count = size.reduce(0) { $0 << 8 | Int($1) }
        }
        guard head[1] & 0x80 == 0, let data = connection.bytes(count) else { return .end }
        switch head[0] {
        case 0x81: return .text((try? JSON(parsing: data)) ?? .null)
        case 0x88 where data.count >= 2:
            return .close(UInt16(data[0]) << 8 | UInt16(data[1]), String(decoding: data[2...], as: UTF8.self))
        case 0x89: return .ping(data)
        case 0x8A: return .pong(data)
        default: return .end
        }
    }

    /// Says something and hears the answer.
    func ask(_ text: String) async -> Heard {
        say(text)
        return await hear()
    }

    func subscribe(_ id: String, _ channels: String..., queries: String = "[]") async -> Heard {
        let names = channels.map { "\"\($0)\"" }.joined(separator: ",")
        return await ask(
            #"{"type":"subscribe","data":[{"subscriptionId":"\#(id)","channels":[\#(names)],"queries":\#(queries)}]}"#
        )
    }
}

extension SocketClient.Heard {
    /// The ids of the subscriptions that hear an event, and the id in its payload.
    var event: String {
        guard type == "event" else { return "\(self)" }
        return (data["subscriptions"]?.strings ?? []).joined(separator: " ") + " "
            + (data["payload"]?["$id"]?.string ?? "-")
    }

    var errorCode: Int64? { type == "error" ? data["code"]?.int : nil }
}
