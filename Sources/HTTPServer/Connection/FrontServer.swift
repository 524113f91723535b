import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import Values

/// Makes what takes the connections of the front.
struct FrontServer: Sendable {
    let configuration: HTTPConfiguration
    let sockets: RealtimeSockets

    var builder: HTTPServerBuilder {
        HTTPServerBuilder { responder in
            let pipeline = FrontPipeline(
                limits: configuration.limits,
                isSecure: configuration.tls != nil,
                sockets: sockets
            )
            let http1 = FrontChannel(pipeline, responder: Self.guarding(responder, isStream: false))
            guard let certificate = configuration.tls else { return http1 }
            return try SecureChannel(http1, certificate, streams: Self.guarding(responder, isStream: true))
        }
    }

    /// Answers requests for the address of the WebSocket that can't become one: those that don't ask for it, those that
    /// come after another request, and those over HTTP/2.
    /// - Parameter isStream: whether they come over HTTP/2, which knows no upgrade.
    private static func guarding(
        _ responder: @escaping HTTPChannelHandler.Responder,
        isStream: Bool
    ) -> HTTPChannelHandler.Responder {
        { request, writer, channel in
            guard FrontPipeline.isRealtime(request.head.path ?? "") else {
                return try await responder(request, writer, channel)
            }
            let body = ErrorBody.json(426, "Open a WebSocket here, with the first request of a connection of HTTP/1.1.")
            var fields: HTTPFields = [.contentType: "application/json"]
            if !isStream {
                fields[.upgrade] = "websocket"
                fields[.connection] = "close"
            }
            let buffer = ByteBuffer(bytes: body.encoded)
            fields[.contentLength] = String(buffer.readableBytes)
            var content = try await writer.writeHead(HTTPResponse(status: .upgradeRequired, headerFields: fields))
            try await content.write(buffer)
            try await content.finish(nil)
        }
    }
}
