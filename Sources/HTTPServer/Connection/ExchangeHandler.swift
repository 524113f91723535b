import CoreMetrics
import NIOCore
import NIOHTTP1

/// Holds a client of HTTP/1.1 to its limits and ends the connection as it should end.
///
/// It stands between the decoder and whatever answers, from the first byte on.
final class ExchangeHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        case open
        /// Nothing more is understood; what was asked is answered.
        case deaf
        /// The last answer is on its way, or was sent: the client is given a moment to read it.
        case ending
    }

    private let limits: HTTPLimits
    /// Counts requests that are refused here; nil where nobody asks.
    private let refused: Counter?
    private var exchange: Exchange
    private var phase = Phase.open
    /// Whether an answer was given here, so that nobody else may.
    private var isRefused = false
    private var isLingering = false
    /// What is answered once everything that was asked before is.
    private var refusal: (status: HTTPResponseStatus, message: String)?
    private var alarm: Scheduled<Void>?
    /// When the alarm looks after the deadline; nil where it doesn't.
    private var nextLook: NIODeadline?
    private var context: ChannelHandlerContext?
    /// Counts what the decoder has told.
    private(set) var parts = 0

    /// How long a client is given to read the last answer and to close.
    private static let linger = TimeAmount.seconds(2)

    init(_ limits: HTTPLimits, refused: Counter? = nil) {
        self.limits = limits
        self.refused = refused
        exchange = Exchange(
            head: .seconds(Int64(limits.headSeconds)),
            body: .seconds(Int64(limits.bodySeconds)),
            at: .now()
        )
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        watch(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        alarm?.cancel()
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        alarm?.cancel()
        context.fireChannelInactive()
    }

    /// Bytes came of which the decoder has made nothing yet.
    func received(headBytes count: Int) {
        guard phase == .open, let context else { return }
        exchange.received(headBytes: count)
        guard exchange.headBytes > limits.headBytes else { return }
        turnDeaf(.requestHeaderFieldsTooLarge, "The head of the request is too long.", context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parts += 1
        guard phase == .open else { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard Self.hasHost(head) else {
                return turnDeaf(.badRequest, "A request must have one header Host.", context)
            }
            exchange.received(head, at: .now())
            watch(context)
            context.fireChannelRead(data)
            if exchange.isReadingBody, !exchange.hasBegun, Self.waits(head) {
                let goOn = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
            }
        case .body: context.fireChannelRead(data)
        case .end:
            exchange.receivedEnd()
            context.fireChannelRead(data)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if phase == .ending { context.read() }
    }

    /// RFC 9112, section 3.2.
    private static func hasHost(_ head: HTTPRequestHead) -> Bool {
        head.version.isOld || head.headers["Host"].count == 1
    }

    private static func waits(_ head: HTTPRequestHead) -> Bool {
        !head.version.isOld && head.headers["Expect"].contains { $0.lowercased() == "100-continue" }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isRefused else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let asked = exchange.current
        switch unwrapOutboundIn(data) {
        case .head(var head):
            guard head.status.code >= 200 else { return context.write(data, promise: promise) }
            exchange.beganAnswer()
            if asked?.isOld == true { head.version = .http1_0 }
            if head.headers.contains(name: "Connection", value: "close") { exchange.endsAfterAnswers = true }
            if asked?.keepsAlive == false || exchange.endsAfterAnswers {
                head.headers.replaceOrAdd(name: "Connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            if asked?.isHead == true { promise?.succeed(()) } else { context.write(data, promise: promise) }
        case .end:
            guard !exchange.answered(at: .now()) else { return end(context, with: data, promise) }
            context.write(data, promise: promise)
            if let refusal, exchange.isIdle || exchange.isReadingBody {
                return refuse(refusal.status, refusal.message, context)
            }
            watch(context)
        }
    }

    /// Sends the last part of the last answer, and ends the connection.
    private func end(_ context: ChannelHandlerContext, with data: NIOAny, _ promise: EventLoopPromise<Void>?) {
        let sent = promise ?? context.eventLoop.makePromise()
        sent.futureResult.assumeIsolated().whenComplete { [weak self] _ in self?.linger() }
        phase = .ending
        context.writeAndFlush(data, promise: sent)
    }

    /// Whoever answers has nothing more to say.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .output:
            linger()
            promise?.succeed(())
        case .all where phase == .ending: context.channel.closeFuture.cascade(to: promise)
        case .all, .input: context.close(mode: mode, promise: promise)
        }
    }

    /// Closes the way out and waits a moment for the client to do the same: an immediate end could take the answer away
    /// from a client that is still sending.
    private func linger() {
        guard let context, !isLingering else { return }
        isLingering = true
        phase = .ending
        context.close(mode: .output, promise: nil)
        close(in: Self.linger, context)
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed where phase == .ending || exchange.isIdle: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: drain(context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    private func drain(_ context: ChannelHandlerContext) {
        guard !exchange.isIdle else { return context.close(promise: nil) }
        exchange.endsAfterAnswers = true
        let time = TimeAmount.seconds(Int64(limits.drainSeconds))
        context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard let error = error as? HTTPParserError else { return context.fireErrorCaught(error) }
        guard phase == .open else { return }
        if case .headerOverflow = error {
            turnDeaf(.requestHeaderFieldsTooLarge, "The head of the request is too long.", context)
        } else if case .invalidEOFState = error {
            // The client is gone, or has half closed before it said everything.
            context.fireErrorCaught(error)
            context.close(promise: nil)
        } else {
            turnDeaf(.badRequest, "This is no HTTP.", context)
        }
    }

    /// Understands nothing more. What was asked before is answered first, but for a request whose body is broken.
    private func turnDeaf(_ status: HTTPResponseStatus, _ message: String, _ context: ChannelHandlerContext) {
        phase = .deaf
        if exchange.isIdle || exchange.isReadingBody {
            refuse(status, message, context)
        } else {
            refusal = (status, message)
        }
    }

    private func refuse(_ status: HTTPResponseStatus, _ message: String, _ context: ChannelHandlerContext) {
        guard !exchange.hasBegun else { return context.close(promise: nil) }
        isRefused = true
        refused?.increment()
        let (head, body) = Refusal.parts(status, message)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        end(context, with: wrapOutboundOut(.end(nil)), nil)
        // Whoever reads the body is not to wait for the rest.
        context.fireErrorCaught(ChannelError.inputClosed)
    }

    /// Sees to it that the deadline of the client is kept.
    ///
    /// Deadlines move with every request. An alarm that comes too early looks for itself how much time is left, which is
    /// rarer, so one that is set stays.
    private func watch(_ context: ChannelHandlerContext) {
        guard phase == .open, let deadline = exchange.deadline else { return }
        if let next = nextLook, next <= deadline { return }
        alarm?.cancel()
        nextLook = deadline
        alarm = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { [weak self] in
            self?.look(context)
        }
    }

    private func look(_ context: ChannelHandlerContext) {
        nextLook = nil
        guard phase == .open, let deadline = exchange.deadline else { return }
        guard deadline <= .now() else { return watch(context) }
        if exchange.isIdle, exchange.headBytes == 0 { return context.close(promise: nil) }
        phase = .deaf
        refuse(.requestTimeout, "The request did not come whole in time.", context)
    }

    /// Sets the alarm to the end of the connection.
    private func close(in time: TimeAmount, _ context: ChannelHandlerContext) {
        alarm?.cancel()
        nextLook = nil
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        defer { context.fireChannelWritabilityChanged() }
        guard phase == .open, !exchange.isIdle else { return }
        // A client that does not read its answer holds it in memory.
        guard !context.channel.isWritable else {
            alarm?.cancel()
            nextLook = nil
            return watch(context)
        }
        close(in: .seconds(Int64(limits.bodySeconds)), context)
    }
}

extension HTTPHeaders {
    fileprivate func contains(name: String, value: String) -> Bool {
        self[canonicalForm: name].contains { $0.lowercased() == value }
    }
}
