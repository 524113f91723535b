import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Values

/// Holds a client to its limits within one stream of HTTP/2, as ``ExchangeHandler`` does on a connection of HTTP/1.1: a
/// request has to come whole in its time, and an answer has to be taken.
final class StreamHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limits: HTTPLimits
    private var time: TimeAmount { .seconds(Int64(limits.bodySeconds)) }
    private var alarm: Scheduled<Void>?
    private var watch: StreamWatch?
    private var isWhole = false
    private var hasBegun = false
    /// Whether an answer was given here, so that nobody else may.
    private var isRefused = false

    init(_ limits: HTTPLimits) { self.limits = limits }

    func handlerAdded(context: ChannelHandlerContext) {
        watch = try? context.channel.parent?.pipeline.syncOperations.handler(type: StreamWatch.self)
        watch?.opened()
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [weak self] in
            self?.refuse(.requestTimeout, "The request did not come whole in time.", context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        watch?.closed()
        watch = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .head(let head) where head.headerFields.count > limits.headFields:
            return refuse(.requestHeaderFieldsTooLarge, "The head of the request has too many fields.", context)
        case .end:
            isWhole = true
            if context.channel.isWritable { alarm?.cancel() }
        case .head, .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isRefused else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        hasBegun = true
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        defer { context.fireChannelWritabilityChanged() }
        guard isWhole, !isRefused else { return }
        alarm?.cancel()
        guard !context.channel.isWritable else { return }
        // A client that does not take its answer holds it in memory.
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    /// Answers and ends the stream, whatever else comes.
    private func refuse(_ status: HTTPResponse.Status, _ message: String, _ context: ChannelHandlerContext) {
        guard !hasBegun else { return context.close(promise: nil) }
        isRefused = true
        let body = ByteBuffer(bytes: ErrorBody.json(status.code, message).encoded)
        let fields: HTTPFields = [.contentType: "application/json", .contentLength: String(body.readableBytes)]
        context.write(wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: fields))), promise: nil)
        context.write(wrapOutboundOut(.body(body)), promise: nil)
        let sent = context.eventLoop.makePromise(of: Void.self)
        sent.futureResult.assumeIsolated().whenComplete { _ in context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: sent)
    }
}

/// Closes a connection of HTTP/2 on which nothing has been asked for a while, or that has to end because the front stops,
/// whether its client answers or not.
final class StreamWatch: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limits: HTTPLimits
    private var count = 0
    /// Whether the front stops.
    private var isEnding = false
    private var alarm: Scheduled<Void>?
    private var context: ChannelHandlerContext?

    init(_ limits: HTTPLimits) { self.limits = limits }

    /// How many seconds a client that was told so has to say good-bye.
    private static let farewell: Int64 = 2

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        rest()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        self.context = nil
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is ChannelShouldQuiesceEvent {
            isEnding = true
            close(after: count == 0 ? Self.farewell : Int64(limits.drainSeconds))
        }
        context.fireUserInboundEventTriggered(event)
    }

    /// A stream has begun.
    func opened() {
        count += 1
        if !isEnding { alarm?.cancel() }
    }

    /// A stream has ended.
    func closed() {
        count -= 1
        if count == 0 { rest() }
    }

    private func rest() { close(after: isEnding ? Self.farewell : Int64(limits.headSeconds) + Self.farewell) }

    private func close(after seconds: Int64) {
        alarm?.cancel()
        alarm = context?.eventLoop.assumeIsolated().scheduleTask(in: .seconds(seconds)) { [weak self] in
            self?.context?.close(promise: nil)
        }
    }
}
