import NIOCore
import NIOPosix
import NIOSSL

/// A client of HTTP/2 that makes its frames itself and keeps no rules.
enum StreamClient {
    struct Frame: Sendable {
        let kind: UInt8
        let stream: UInt8
        let payload: [UInt8]

        var text: String { String(decoding: payload, as: UTF8.self) }

        static let data: UInt8 = 0
        static let reset: UInt8 = 3
        static let goAway: UInt8 = 7
    }

    /// What begins a connection.
    /// - Parameter window: how much of an answer the client takes before it says more; nil for as much as usual.
    static func beginning(window: UInt8? = nil) -> [UInt8] {
        let settings: [UInt8] = window.map { [0, 4, 0, 0, 0, $0] } ?? []
        return Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + frame(4, 0, stream: 0, settings)
    }

    /// The head of a request.
    /// - Parameter ends: whether it has no body.
    static func head(
        _ path: String,
        stream: UInt8 = 1,
        isPost: Bool = false,
        _ more: [(String, String)] = [],
        ends: Bool = true
    ) -> [UInt8] {
        var block: [UInt8] = [isPost ? 0x83 : 0x82, 0x87, 0x04] + text(path) + [0x01] + text("localhost")
        for (name, value) in more { block += [0x00] + text(name) + text(value) }
        return frame(1, ends ? 0x05 : 0x04, stream: stream, block)
    }

    /// Sends bytes and hears what comes until the other side closes, or until there is such a frame.
    static func frames(
        _ front: TestFront,
        _ tls: TLSConfiguration,
        sending bytes: [UInt8],
        until isEnough: @escaping @Sendable (Frame) -> Bool = { _ in false }
    ) async throws -> [Frame] {
        var tls = tls
        tls.applicationProtocols = ["h2"]
        let context = try NIOSSLContext(configuration: tls)
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: front.port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: "localhost")
                    try channel.pipeline.syncOperations.addHandler(handler)
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(bytes: bytes))
            var (heard, frames): (ByteBuffer, [Frame]) = (ByteBuffer(), [])
            do {
                for try await part in inbound {
                    heard.writeImmutableBuffer(part)
                    while let frame = next(&heard) {
                        frames.append(frame)
                        if isEnough(frame) { return frames }
                    }
                }
            } catch is NIOSSLError {
                // It was closed without a good-bye.
            }
            return frames
        }
    }

    private static func next(_ buffer: inout ByteBuffer) -> Frame? {
        guard let head = buffer.getBytes(at: buffer.readerIndex, length: 9) else { return nil }
        let length = head[..<3].reduce(0) { $0 << 8 | Int($1) }
        guard buffer.readableBytes >= 9 + length else { return nil }
        buffer.moveReaderIndex(forwardBy: 9)
        return Frame(kind: head[3], stream: head[8], payload: buffer.readBytes(length: length) ?? [])
    }

    private static func frame(_ kind: UInt8, _ flags: UInt8, stream: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let length = [payload.count >> 16, payload.count >> 8, payload.count].map { UInt8($0 & 0xFF) }
        return length + [kind, flags, 0, 0, 0, stream] + payload
    }

    /// A text as HPACK has it (RFC 7541, section 5), as it is.
    private static func text(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard bytes.count >= 127 else { return [UInt8(bytes.count)] + bytes }
        var (rest, length): (Int, [UInt8]) = (bytes.count - 127, [127])
        while rest >= 128 {
            length.append(UInt8(rest % 128 + 128))
            rest /= 128
        }
        return length + [UInt8(rest)] + bytes
    }
}
