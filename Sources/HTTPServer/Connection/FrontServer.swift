import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import Values

/// Makes what takes the connections of a front.
struct FrontServer: Sendable {
    let configuration: HTTPConfiguration
    /// nil where there are no WebSockets.
    let sockets: RealtimeSockets?
    let meters: FrontMeters?
    /// The memory for bodies that are coming.
    let room: BodyRoom
    let answer: RequestHandler.Answer

    init(
        _ configuration: HTTPConfiguration,
        sockets: RealtimeSockets? = nil,
        meters: FrontMeters? = nil,
        room: BodyRoom = BodyRoom(0),
        _ answer: @escaping RequestHandler.Answer
    ) {
        self.configuration = configuration
        self.sockets = sockets
        self.meters = meters
        self.room = room
        self.answer = answer
    }

    /// - Returns: what answers HTTP/1.1 itself, and has hummingbird answer HTTP/2.
    var builder: HTTPServerBuilder {
        HTTPServerBuilder { streams in
            let pipeline = FrontPipeline(configuration, sockets: sockets, meters: meters, room: room) {
                request,
                address,
                refusal in
                if sockets != nil, FrontPipeline.isRealtime(request.head.path ?? "") {
                    return SocketRefusal.response(isStream: false)
                }
                return await answer(request, address, refusal)
            }
            guard let certificate = configuration.tls else { return FrontChannel(pipeline: pipeline) }
            return try SecureChannel(FrontChannel(pipeline: pipeline), certificate, streams: Self.guarding(streams))
        }
    }

    private static func guarding(_ responder: @escaping HTTPChannelHandler.Responder) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            guard FrontPipeline.isRealtime(request.head.path ?? "") else {
                return try await responder(request, writer, channel)
            }
            let refusal = SocketRefusal.response(isStream: true)
            try await writer.write(response: refusal.head, body: refusal.body)
        }
    }
}

/// The answer to requests for the address of the WebSocket that can't become one: those that don't ask for it, those that
/// come after another request, and those over HTTP/2.
enum SocketRefusal {
    /// - Parameter isStream: whether the request came over HTTP/2, which knows no upgrade.
    static func response(isStream: Bool) -> Response {
        let body = ErrorBody.json(426, "Open a WebSocket here, with the first request of a connection of HTTP/1.1.")
        var response = Response.json(.upgradeRequired, body.encoded)
        if !isStream {
            response.headers[.upgrade] = "websocket"
            response.headers[.connection] = "close"
        }
        return response
    }
}
