import NIOCore

/// Counts the bytes that come before they are understood, so that a head that never ends is noticed.
final class ArrivalHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let exchange: ExchangeHandler

    init(_ exchange: ExchangeHandler) { self.exchange = exchange }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let count = unwrapInboundIn(data).readableBytes
        let parts = exchange.parts
        context.fireChannelRead(data)
        // Where something was understood, the rest of these bytes is the beginning of something new at most.
        if exchange.parts == parts { exchange.received(headBytes: count) }
    }
}
