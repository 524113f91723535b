import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import NIOHTTPTypesHTTP1
import Values

/// Answers the requests of a connection of HTTP/1.1 one after the other, each once it has come whole.
///
/// A request is handed to a task on the event loop and its answer is written from there. The asynchronous sequences by which
/// hummingbird passes the parts of both to and fro take about as many instructions as all the rest of a small answer.
final class RequestHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private enum Phase {
        /// The next part is a head.
        case idle
        /// The rest of a request is to come.
        case reading(HTTPRequestHead, ByteBuffer)
        case answering(Task<Void, Never>?)
    }

    /// Answers a request that came whole, or one whose body is refused.
    typealias Answer = @Sendable (_ request: Request, _ address: String, _ refusal: RequestRefusal?) async -> Response

    private let answer: Answer
    private let date: CurrentDate
    private let isSecure: Bool
    /// The longest body, in bytes.
    private let maximumBody: Int
    private let room: BodyRoom
    /// The part of the room that the body takes which is coming.
    private var place: BodyRoom.Place?
    private let executor: EventLoopExecutor
    private var phase = Phase.idle
    /// Whether parts are left out until the request ends.
    private var isSkipping = false
    /// What came before it was its turn.
    private var early = CircularBuffer<HTTPServerRequestPart>()
    private var wantsMore = false
    private var isInputClosed = false
    private var address: String?

    /// How many parts may wait. More is not read from the client until there are fewer.
    private static let maximumEarly = 16

    init(
        on loop: any EventLoop,
        isSecure: Bool,
        maximumBody: Int,
        room: BodyRoom,
        date: CurrentDate,
        _ answer: @escaping Answer
    ) {
        executor = EventLoopExecutor(loop)
        self.isSecure = isSecure
        self.maximumBody = maximumBody
        self.room = room
        self.date = date
        self.answer = answer
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if case .answering = phase, !isSkipping { early.append(part) } else { take(part, context) }
    }

    func read(context: ChannelHandlerContext) {
        if case .answering = phase, early.count >= Self.maximumEarly { wantsMore = true } else { context.read() }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .answering(let task) = phase { task?.cancel() }
        place = nil
        early.removeAll()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            isInputClosed = true
            endIfDone(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Somebody before has answered already, and ends the connection once the client has read that.
        if case ChannelError.inputClosed = error { return }
        context.close(promise: nil)
    }

    private func take(_ part: HTTPServerRequestPart, _ context: ChannelHandlerContext) {
        switch (part, phase) {
        case (.head(let head), .idle):
            let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
            if length > maximumBody { return refuse(head, .tooLong(maximumBody), context) }
            phase = .reading(head, ByteBuffer())
        case (.body(let part), .reading(let head, var body)):
            phase = .idle
            if body.readableBytes == 0 { body = part } else { body.writeImmutableBuffer(part) }
            if body.readableBytes > maximumBody { return refuse(head, .tooLong(maximumBody), context) }
            if !hasRoom(for: body.readableBytes) { return refuse(head, .busy, context) }
            phase = .reading(head, body)
        case (.end, .reading(let head, let body)): begin(head, body, nil, context)
        case (.end, _): isSkipping = false
        case (.head, _), (.body, _): break
        }
    }

    private func hasRoom(for length: Int) -> Bool {
        if length <= BodyRoom.small { return true }
        if place == nil { place = room.place() }
        return place!.grow(to: length)
    }

    /// Has a request refused whose rest is not looked at.
    private func refuse(_ head: HTTPRequestHead, _ refusal: RequestRefusal, _ context: ChannelHandlerContext) {
        isSkipping = true
        begin(head, ByteBuffer(), refusal, context)
    }

    private func begin(
        _ head: HTTPRequestHead,
        _ body: ByteBuffer,
        _ refusal: RequestRefusal?,
        _ context: ChannelHandlerContext
    ) {
        // From here on the body takes the room of whoever reads it.
        place = nil
        let request: Request
        do { request = Request(head: try HTTPRequest(head, isSecure: isSecure), body: RequestBody(buffer: body)) } catch
        {
            return context.close(promise: nil)
        }
        let address = address ?? context.remoteAddress?.ipAddress ?? ""
        self.address = address
        let answer = answer
        phase = .answering(nil)
        let place = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
        let task = Task(executorPreference: executor) {
            let response = await answer(request, address, refusal)
            await place.value.handler.write(response, place)
        }
        phase = .answering(task)
    }

    private typealias Place = NIOLoopBound<(handler: RequestHandler, context: ChannelHandlerContext)>

    private nonisolated(nonsending) func write(_ response: Response, _ place: Place) async {
        var head = HTTPResponseHead(response.head)
        head.headers.add(name: "Date", value: date.text)
        head.headers.add(name: "Server", value: "Tandem")
        let context = place.value.context
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        do {
            try await response.body.write(BodyWriter(context: NIOLoopBound(context, eventLoop: context.eventLoop)))
        } catch {
            return place.value.context.close(promise: nil)
        }
        answered(place.value.context)
    }

    private func answered(_ context: ChannelHandlerContext) {
        phase = .idle
        while !early.isEmpty {
            if case .answering = phase, !isSkipping { break }
            take(early.removeFirst(), context)
        }
        endIfDone(context)
        if wantsMore, early.count < Self.maximumEarly {
            wantsMore = false
            context.read()
        }
    }

    /// Ends the connection of a client that says nothing more, once it has its answers.
    private func endIfDone(_ context: ChannelHandlerContext) {
        if isInputClosed, case .idle = phase { context.close(mode: .output, promise: nil) }
    }

    /// Writes the body of an answer, as fast as the client reads it.
    private struct BodyWriter: ResponseBodyWriter {
        let context: NIOLoopBound<ChannelHandlerContext>

        mutating func write(_ buffer: ByteBuffer) async throws {
            let context = context.value
            let part = NIOAny(HTTPServerResponsePart.body(.byteBuffer(buffer)))
            guard context.channel.isWritable else { return try await context.writeAndFlush(part).get() }
            context.write(part, promise: nil)
        }

        consuming func finish(_ trailers: HTTPFields?) async throws {
            let end = HTTPServerResponsePart.end(trailers.map { HTTPHeaders($0) })
            context.value.writeAndFlush(NIOAny(end), promise: nil)
        }
    }
}

extension HTTPRequest {
    /// - Throws: for a method that is none.
    fileprivate init(_ head: HTTPRequestHead, isSecure: Bool) throws {
        // Only the absolute form (RFC 9112, section 3.2.2), which is rare, has to be taken apart for the path.
        guard head.uri.utf8.first == UInt8(ascii: "/") else {
            self = try HTTPRequest(head, secure: isSecure, splitCookie: false)
            return
        }
        self.init(
            method: try HTTPRequest.Method(head.method),
            scheme: isSecure ? "https" : "http",
            authority: head.headers["Host"].first,
            path: head.uri,
            headerFields: HTTPFields(head.headers, splitCookie: false)
        )
    }
}
