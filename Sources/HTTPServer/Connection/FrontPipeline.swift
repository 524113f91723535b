import Engine
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOWebSocket
import Values

/// Sets up the handlers of a connection that speaks HTTP/1.1 until it turns into a WebSocket.
struct FrontPipeline: Sendable {
    let limits: HTTPLimits
    /// Whether the client speaks TLS.
    let isSecure: Bool
    let proxies: TrustedProxies
    /// nil where there are no WebSockets.
    let sockets: RealtimeSockets?
    /// nil where nothing is measured.
    let meters: FrontMeters?
    let answer: RequestHandler.Answer
    private let room: BodyRoom
    private let date = CurrentDate()

    /// - Parameters:
    ///   - room: the memory for bodies that are coming.
    ///   - answer: answers requests.
    init(
        _ configuration: HTTPConfiguration,
        sockets: RealtimeSockets?,
        meters: FrontMeters?,
        room: BodyRoom,
        _ answer: @escaping RequestHandler.Answer
    ) {
        limits = configuration.limits
        isSecure = configuration.tls != nil
        proxies = configuration.proxies
        self.sockets = sockets
        self.meters = meters
        self.room = room
        self.answer = answer
    }

    static let path = "/v1/realtime"

    private static let encoder = "http.encoder"
    private static let decoder = "http.decoder"
    private static let arrival = "http.arrival"
    private static let exchange = "http.exchange"

    func setUp(_ channel: any Channel) throws {
        let operations = channel.pipeline.syncOperations
        let exchange = ExchangeHandler(limits, refused: meters?.refused)
        var bounds = NIOHTTPDecoderLimitConfiguration()
        bounds.maxHeaderFieldSize = limits.headBytes
        bounds.maxHeaderListSize = limits.headBytes
        bounds.maxHeaderFieldCount = limits.headFields
        try operations.addHandler(HTTPResponseEncoder(), name: Self.encoder)
        try operations.addHandler(ArrivalHandler(exchange), name: Self.arrival)
        let decoder = HTTPRequestDecoder(leftOverBytesStrategy: .forwardBytes, limitConfiguration: bounds)
        try operations.addHandler(ByteToMessageHandler(decoder), name: Self.decoder)
        try operations.addHandler(exchange, name: Self.exchange)
        try operations.addHandler(FirstRequestHandler(self))
    }

    /// What answers the requests of a connection that is none of a socket.
    func requestHandler(on loop: any EventLoop) -> RequestHandler {
        RequestHandler(
            on: loop,
            isSecure: isSecure,
            maximumBody: limits.bodyBytes,
            room: room,
            date: date,
            answer
        )
    }

    /// Whether a request asks for a WebSocket where there are any.
    func opensSocket(_ head: HTTPRequestHead) -> Bool {
        sockets != nil && Self.isRealtime(head.uri)
            && head.headers[canonicalForm: "Upgrade"].contains { $0.lowercased() == "websocket" }
    }

    /// Whether this is the address of the WebSocket.
    static func isRealtime(_ target: String) -> Bool {
        let rest = target.dropFirst(path.count)
        return target.hasPrefix(path) && (rest.isEmpty || rest.hasPrefix("?") || rest.hasPrefix("/?") || rest == "/")
    }

    /// Answers the request and puts the handlers of a socket in the place of those of HTTP.
    /// Only where there are WebSockets.
    /// - Parameters:
    ///   - context: that of the handler that has decided so.
    ///   - headers: those of the answer.
    func becomeSocket(_ context: ChannelHandlerContext, _ head: HTTPRequestHead, _ headers: HTTPHeaders) throws {
        guard let sockets else { return }
        let operations = context.pipeline.syncOperations
        let answer = HTTPResponseHead(version: .http1_1, status: .switchingProtocols, headers: headers)
        context.writeAndFlush(NIOAny(HTTPServerResponsePart.head(answer)), promise: nil)
        for name in [Self.encoder, Self.arrival, Self.exchange] {
            operations.removeHandler(name: name, promise: nil)
        }
        let peer = context.channel.remoteAddress?.ipAddress ?? ""
        let origin = proxies.origin(of: peer, isSecure: isSecure) { head.headers[$0] }
        let request = SocketRequest(head, ip: origin.address)
        try operations.addHandlers(
            ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: sockets.limits.messageBytes)),
            SocketHandler(
                sockets.settings,
                messageBytes: sockets.limits.messageBytes,
                sent: meters?.messages
            ) { end async throws(AppError) in
                try await sockets.open(request, end)
            }
        )
        operations.removeHandler(context: context, promise: nil)
        // Last, because it hands on the bytes that it has and that are frames.
        operations.removeHandler(name: Self.decoder, promise: nil)
    }
}
