import CoreMetrics
import Engine
import NIOCore
import NIOWebSocket
import Values

/// One socket: hands what the client says to its place, and sends what waits there.
///
/// At most one batch is on its way; the next is taken when the system has accepted it. While something that a message
/// asked for takes time, and while the client does not read, nothing more is read from it.
final class SocketHandler: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundIn = Never
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Its place is being found.
        case opening
        case open(Seat)
        /// The client was told that the socket is closed, or has said so.
        case closing(Seat?)
        case gone
    }

    let opening: @Sendable (any SocketEnd) async throws(AppError) -> Seat
    let settings: RealtimeSettings
    /// Counts messages that are sent; nil where nobody asks.
    let sent: Counter?
    var phase = Phase.opening
    var assembler: MessageAssembler
    /// Messages that wait for the one before them.
    var waiting = CircularBuffer<[UInt8]>()
    /// Whether something takes time that a message asked for.
    var isBusy = false
    var isSending = false
    private var isLooking = false
    /// Why the socket is closed when nothing more waits to be sent.
    var finishing: SocketClosing?
    private var wantsRead = false
    private var lastHeard = NIODeadline.now()
    /// Whether the client was asked for a sign of life since then.
    private var isAsked = false
    private var alarm: Scheduled<Void>?

    init(
        _ settings: RealtimeSettings,
        messageBytes: Int,
        sent: Counter? = nil,
        opening: @escaping @Sendable (any SocketEnd) async throws(AppError) -> Seat
    ) {
        self.settings = settings
        self.sent = sent
        self.opening = opening
        assembler = MessageAssembler(limit: messageBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let end = ChannelEnd(self, context)
        let opening = opening
        watch(context)
        Task {
            let result: Result<Seat, AppError>
            do throws(AppError) { result = .success(try await opening(end)) } catch { result = .failure(error) }
            end.opened(result)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { end() }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        alarm?.cancel()
        switch phase {
        case .open(let seat), .closing(let seat?): seat.leave()
        case .opening, .closing(nil), .gone: break
        }
        phase = .gone
        waiting.removeAll()
    }

    /// The place was found, or there is none.
    func opened(_ result: Result<Seat, AppError>, _ context: ChannelHandlerContext) {
        switch (result, phase) {
        case (.success(let seat), .opening):
            phase = .open(seat)
            pump(context)
            goOn(context)
        case (.success(let seat), .closing): phase = .closing(seat)
        case (.success(let seat), _): seat.leave()
        case (.failure(let error), .opening):
            send([Frame.error(error).encoded], context, nil)
            close(SocketClosing(refusing: error), context)
        case (.failure, _): break
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        lastHeard = .now()
        isAsked = false
        if case .closing = phase {
            if frame.opcode == .connectionClose { context.close(promise: nil) }
            return
        }
        switch assembler.take(frame) {
        case .nothing, .pong: break
        case .message(let message):
            waiting.append(message)
            goOn(context)
        case .ping(let data): context.writeAndFlush(wrapOutboundOut(SocketFrame.control(.pong, data)), promise: nil)
        case .close(let code):
            let answer = SocketClosing(code ?? 1000)
            sayGoodbye(answer, context)
            context.close(promise: nil)
        case .violation(let closing): close(closing, context)
        }
    }

    /// Looks at the messages that wait, each after the answer to the one before it was sent.
    func goOn(_ context: ChannelHandlerContext) {
        guard !isLooking else { return }
        isLooking = true
        defer { isLooking = false }
        while case .open(let seat) = phase, !isBusy, !isSending, finishing == nil, !waiting.isEmpty {
            let chore = seat.receive(waiting.removeFirst())
            pump(context)
            guard let chore else { continue }
            isBusy = true
            let end = ChannelEnd(self, context)
            Task {
                await seat.carryOut(chore)
                end.done()
            }
        }
        readAgain(context)
    }

    private func mayRead(_ context: ChannelHandlerContext) -> Bool {
        switch phase {
        case .opening: waiting.isEmpty
        case .open: waiting.isEmpty && !isBusy && context.channel.isWritable
        case .closing: true
        case .gone: false
        }
    }

    func read(context: ChannelHandlerContext) {
        if mayRead(context) { context.read() } else { wantsRead = true }
    }

    func readAgain(_ context: ChannelHandlerContext) {
        guard wantsRead, mayRead(context) else { return }
        wantsRead = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        readAgain(context)
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case ChannelEvent.inputClosed: context.close(promise: nil)
        case is ChannelShouldQuiesceEvent: close(.goingAway, context)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error as? NIOWebSocketError {
        case .invalidFrameLength?: close(.tooLong, context)
        case .some: close(.badProtocol, context)
        case nil: context.close(promise: nil)
        }
    }

    /// Asks for a sign of life after a while of silence, and closes after another one.
    private func watch(_ context: ChannelHandlerContext, in time: TimeAmount? = nil) {
        let silence = TimeAmount(settings.silence)
        alarm = context.eventLoop.assumeIsolated().scheduleTask(in: time ?? silence) { [weak self] in
            guard let self else { return }
            switch phase {
            case .opening, .open: break
            case .closing, .gone: return
            }
            let quiet = NIODeadline.now() - lastHeard
            guard quiet >= silence else { return watch(context, in: silence - quiet) }
            guard !isAsked else { return close(.silent, context) }
            isAsked = true
            context.writeAndFlush(wrapOutboundOut(SocketFrame.control(.ping, ByteBuffer())), promise: nil)
            watch(context)
        }
    }
}
