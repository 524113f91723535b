import NIOCore
import NIOHTTP1
import NIOWebSocket

/// Waits for the first request of a connection and makes it one of HTTP or a WebSocket.
final class FirstRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        case waiting
        /// A WebSocket is asked for; the request is still to end.
        case upgrading(HTTPRequestHead)
        case done
    }

    private let pipeline: FrontPipeline
    private var phase = Phase.waiting

    init(_ pipeline: FrontPipeline) { self.pipeline = pipeline }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (phase, unwrapInboundIn(data)) {
        case (.waiting, .head(let head)) where pipeline.opensSocket(head): phase = .upgrading(head)
        case (.waiting, .head):
            becomeHTTP(context)
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        case (.waiting, _): break
        case (.upgrading(let head), .end):
            phase = .done
            upgrade(context, head)
        case (.upgrading, _): break
        case (.done, _): context.fireChannelRead(data)
        }
    }

    private func becomeHTTP(_ context: ChannelHandlerContext) {
        phase = .done
        do {
            try context.pipeline.syncOperations.addHandler(pipeline.requestHandler(on: context.eventLoop))
        } catch {
            context.close(promise: nil)
        }
    }

    private func upgrade(_ context: ChannelHandlerContext, _ head: HTTPRequestHead) {
        let upgrader = NIOWebSocketServerUpgrader { channel, _ in
            channel.eventLoop.makeSucceededFuture([:])
        } upgradePipelineHandler: { channel, _ in
            channel.eventLoop.makeSucceededVoidFuture()
        }
        let answer = upgrader.buildUpgradeResponse(
            channel: context.channel,
            upgradeRequest: head,
            initialResponseHeaders: [:]
        )
        answer.assumeIsolated().whenComplete { [self] result in
            switch result {
            case .success(let headers) where head.method == .GET && !head.version.isOld:
                do { try pipeline.becomeSocket(context, head, headers) } catch { context.close(promise: nil) }
            case .success, .failure:
                let (head, body) = Refusal.parts(.badRequest, "This is no request for a WebSocket of version 13.")
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
