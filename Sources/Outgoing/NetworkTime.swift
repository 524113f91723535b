package import Engine
import NIOCore
import NIOPosix
package import Values

/// Questions and answers of SNTP (RFC 4330, which is NTP for those who only want to know what time it is).
struct NetworkTime {
    static let length = 48
    /// From 1900, where NTP begins to count, to 1970, in seconds.
    private static let epoch: Int64 = 2_208_988_800

    /// A question of version 4.
    /// - Parameter mark: what its answer has to repeat, so that nobody can answer who has not seen it.
    static func question(_ mark: UInt64) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeInteger(UInt8(0x23))
        buffer.writeRepeatingByte(0, count: 39)
        buffer.writeInteger(mark)
        return buffer
    }

    /// The moment in an answer; nil for one that is none, or of a server that does not know the time itself.
    static func moment(_ answer: ByteBuffer, to mark: UInt64) -> Timestamp? {
        let bytes = answer.readableBytesView
        guard bytes.count >= length, let first = bytes.first, first & 7 == 4, first >> 6 != 3 else { return nil }
        let start = answer.readerIndex
        guard let stratum: UInt8 = answer.getInteger(at: start + 1), (1...15).contains(stratum),
            answer.getInteger(at: start + 24) == mark, let sent: UInt64 = answer.getInteger(at: start + 40), sent != 0
        else { return nil }
        // 32 bits of seconds begin anew in 2036.
        let seconds = Int64(sent >> 32) + (sent >> 63 == 1 ? 0 : 1 << 32) - epoch
        let fraction = (Int64(sent & 0xFFFF_FFFF) * 1000) >> 32
        return Timestamp(milliseconds: seconds * 1000 + fraction)
    }
}

extension HTTPOutgoing {
    /// What time it is where the time server is. It was named by whoever started the process, and so may be anywhere.
    package func time() async throws(OutgoingError) -> Timestamp {
        let server = timeServer
        do {
            return try await Self.within(.seconds(5)) {
                let found = NetworkAddress(server.host)
                let addresses = if let found { [found] } else { try await Resolver.addresses(of: server.host) }
                guard let address = addresses.first else {
                    throw OutgoingError(.unreachable, "The host '\(server.host)' has no address.")
                }
                return try await Self.ask(try SocketAddress(ipAddress: "\(address)", port: server.port))
            }
        } catch {
            if let error = error as? OutgoingError { throw error }
            throw OutgoingError(
                .unreachable,
                "The time server '\(server.host)' does not answer.",
                hint: "Name another one with --time-server, or let UDP through to its port \(server.port)."
            )
        }
    }

    private static func ask(_ address: SocketAddress) async throws -> Timestamp {
        let answer = Once<Timestamp>()
        let mark = UInt64.random(in: 1...UInt64.max)
        let bootstrap = DatagramBootstrap(group: .singletonMultiThreadedEventLoopGroup).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(TimeHandler(answer, mark))
            }
        }
        // A connected socket hears nobody but the server.
        let channel = try await bootstrap.connect(to: address).get()
        defer { channel.close(promise: nil) }
        let question = AddressedEnvelope(remoteAddress: address, data: NetworkTime.question(mark))
        try await channel.writeAndFlush(question)
        return try await answer.value
    }
}

/// Takes the first answer that is one.
private final class TimeHandler: ChannelInboundHandler {
    typealias InboundIn = AddressedEnvelope<ByteBuffer>

    private let answer: Once<Timestamp>
    private let mark: UInt64

    init(_ answer: Once<Timestamp>, _ mark: UInt64) {
        self.answer = answer
        self.mark = mark
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let moment = NetworkTime.moment(unwrapInboundIn(data).data, to: mark) else { return }
        answer.finish(.success(moment))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { answer.finish(.failure(error)) }
}
