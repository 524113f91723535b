import NIOCore
import NIOWebSocket

/// Makes messages of the frames of a client, and watches that they are what RFC 6455 says.
struct MessageAssembler: Sendable {
    enum Heard: Sendable, Equatable {
        case nothing
        case message([UInt8])
        case ping(ByteBuffer)
        case pong
        /// - Parameter code: the code that the client gave, to be said back.
        case close(UInt16?)
        case violation(SocketClosing)
    }

    private let limit: Int
    /// The message of which some has come; nil between messages.
    private var parts: [UInt8]?

    /// - Parameter limit: the longest message, in bytes.
    init(limit: Int) { self.limit = limit }

    mutating func take(_ frame: WebSocketFrame) -> Heard {
        guard frame.maskKey != nil, !frame.rsv1, !frame.rsv2, !frame.rsv3 else { return .violation(.badProtocol) }
        let data = frame.unmaskedData
        switch frame.opcode {
        case .text:
            guard parts == nil else { return .violation(.badProtocol) }
            parts = []
            return append(data, isLast: frame.fin)
        case .continuation:
            guard parts != nil else { return .violation(.badProtocol) }
            return append(data, isLast: frame.fin)
        case .binary: return .violation(parts == nil ? .onlyText : .badProtocol)
        case .ping: return frame.fin ? .ping(data) : .violation(.badProtocol)
        case .pong: return frame.fin ? .pong : .violation(.badProtocol)
        case .connectionClose: return close(data)
        default: return .violation(.badProtocol)
        }
    }

    private mutating func append(_ data: ByteBuffer, isLast: Bool) -> Heard {
        guard (parts?.count ?? 0) + data.readableBytes <= limit else { return .violation(.tooLong) }
        parts?.append(contentsOf: data.readableBytesView)
        guard isLast, let message = parts else { return .nothing }
        parts = nil
        guard String(validating: message, as: UTF8.self) != nil else { return .violation(.noUTF8) }
        return .message(message)
    }

    private func close(_ data: ByteBuffer) -> Heard {
        var data = data
        guard data.readableBytes > 0 else { return .close(nil) }
        guard let code = data.readInteger(as: UInt16.self), Self.mayBeSent(code) else {
            return .violation(.badProtocol)
        }
        guard String(validating: data.readableBytesView, as: UTF8.self) != nil else { return .violation(.noUTF8) }
        return .close(code)
    }

    private static func mayBeSent(_ code: UInt16) -> Bool {
        switch code {
        case 1000...1003, 1007...1014, 3000...4999: true
        default: false
        }
    }
}
