import CoreMetrics
import Engine
import NIOCore
import NIOWebSocket

extension SocketHandler {
    /// Sends what waits, a batch at a time.
    func pump(_ context: ChannelHandlerContext) {
        guard case .open(let seat) = phase, !isSending else { return }
        let frames = seat.take()
        guard !frames.isEmpty else {
            if let finishing { close(finishing, context) }
            return
        }
        isSending = true
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { [weak self] result in
            guard let self else { return }
            isSending = false
            guard case .success = result else { return }
            pump(context)
            goOn(context)
        }
        send(frames.map(\.encoded), context, promise)
    }

    func send(_ texts: [[UInt8]], _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var buffer = context.channel.allocator.buffer(capacity: texts.reduce(0) { $0 + $1.count + 10 })
        for text in texts { SocketFrame.write(text, to: &buffer) }
        sent?.increment(by: texts.count)
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    /// Tells the client that the socket is closed, and closes it when the client has answered or does not.
    func close(_ closing: SocketClosing, _ context: ChannelHandlerContext) {
        switch phase {
        case .closing, .gone: return
        case .opening, .open: break
        }
        sayGoodbye(closing, context)
        readAgain(context)
        let time = TimeAmount(settings.farewell)
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    /// Sends a close frame, after which nothing else is sent.
    func sayGoodbye(_ closing: SocketClosing, _ context: ChannelHandlerContext) {
        if case .open(let seat) = phase { phase = .closing(seat) } else { phase = .closing(nil) }
        waiting.removeAll()
        var data = ByteBuffer()
        data.writeInteger(closing.code)
        data.writeString(closing.reason)
        context.writeAndFlush(wrapOutboundOut(SocketFrame.control(.connectionClose, data)), promise: nil)
    }
}

/// Frames as a server sends them.
enum SocketFrame {
    /// Adds a text in a frame of its own.
    static func write(_ text: [UInt8], to buffer: inout ByteBuffer) {
        buffer.writeInteger(UInt8(0x81))
        switch text.count {
        case ..<126: buffer.writeInteger(UInt8(text.count))
        case ..<65_536:
            buffer.writeInteger(UInt8(126))
            buffer.writeInteger(UInt16(text.count))
        default:
            buffer.writeInteger(UInt8(127))
            buffer.writeInteger(UInt64(text.count))
        }
        buffer.writeBytes(text)
    }

    /// - Parameter data: at most 125 bytes.
    static func control(_ opcode: WebSocketOpcode, _ data: ByteBuffer) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(0x80 | UInt8(webSocketOpcode: opcode))
        buffer.writeInteger(UInt8(data.readableBytes))
        buffer.writeImmutableBuffer(data)
        return buffer
    }
}
