import NIOCore
import NIOHTTP1
import Values

/// What a client is answered whose request never comes as far as an operation.
enum Refusal {
    static func parts(_ status: HTTPResponseStatus, _ message: String) -> (head: HTTPResponseHead, body: ByteBuffer) {
        let body = ByteBuffer(bytes: ErrorBody.json(Int(status.code), message).encoded)
        let headers: HTTPHeaders = [
            "Content-Type": "application/json", "Content-Length": String(body.readableBytes), "Connection": "close",
        ]
        return (HTTPResponseHead(version: .http1_1, status: status, headers: headers), body)
    }
}
