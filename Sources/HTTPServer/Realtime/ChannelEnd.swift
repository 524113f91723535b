import Engine
import NIOCore
import Values

/// Calls a handler where it lives, from anywhere.
final class ChannelEnd: SocketEnd {
    private let loop: any EventLoop
    private let bound: NIOLoopBound<(handler: SocketHandler, context: ChannelHandlerContext)>

    /// Made on the event loop of the handler.
    init(_ handler: SocketHandler, _ context: ChannelHandlerContext) {
        loop = context.eventLoop
        bound = NIOLoopBound((handler, context), eventLoop: context.eventLoop)
    }

    private func call(_ body: @escaping @Sendable (SocketHandler, ChannelHandlerContext) -> Void) {
        loop.execute { [bound] in body(bound.value.handler, bound.value.context) }
    }

    func wake() { call { $0.pump($1) } }

    func close(_ closing: SocketClosing) { call { $0.close(closing, $1) } }

    func finish(_ closing: SocketClosing) {
        call { handler, context in
            handler.finishing = closing
            handler.pump(context)
        }
    }

    /// The place was found, or there is none.
    func opened(_ result: Result<Seat, AppError>) { call { $0.opened(result, $1) } }

    /// What a message asked for is done.
    func done() {
        call { handler, context in
            handler.isBusy = false
            handler.goOn(context)
        }
    }
}
