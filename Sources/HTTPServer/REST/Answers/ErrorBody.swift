import HTTPTypes
import Hummingbird
import NIOCore
import Values

/// Errors as HTTP answers them: `message`, `code`, `type` and `version`.
enum ErrorBody {
    /// The release of Appwrite whose protocol is spoken.
    static let version = "1.9.6"

    static func response(_ error: AppError) -> Response {
        var response = response(
            HTTPResponse.Status(code: error.code.status),
            // Clients show the message only, so the cure must be in it.
            message: error.hint.map { "\(error.message) \($0)" } ?? error.message,
            type: error.code.type
        )
        if let limit = error.limit {
            response.headers.append(limit)
            if limit.wait > 0 { response.headers[.retryAfter] = String(limit.wait) }
        }
        return response
    }

    static func response(_ refusal: RequestRefusal) -> Response {
        var response = response(
            refusal.status,
            message: refusal.message,
            type: ErrorCode.generalBadRequest.type
        )
        // The rest of the body is not read, so nothing else can come over the same connection.
        response.headers[.connection] = "close"
        if case .busy = refusal { response.headers[.retryAfter] = "1" }
        return response
    }

    private static func response(_ status: HTTPResponse.Status, message: String, type: String) -> Response {
        .json(status, json(status.code, message, type: type).encoded)
    }

    static func json(
        _ status: Int,
        _ message: String,
        type: String = ErrorCode.generalBadRequest.type
    ) -> JSON {
        [
            "message": .string(message), "code": .int(Int64(status)), "type": .string(type),
            "version": .string(version),
        ]
    }
}

extension Response {
    /// An answer of JSON text.
    static func json(_ status: HTTPResponse.Status, _ text: [UInt8]) -> Response {
        Response(
            status: status,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: text))
        )
    }

    /// An answer without a body. It has a type all the same, because SDKs look at that first.
    static func empty(_ status: HTTPResponse.Status) -> Response {
        Response(status: status, headers: [.contentType: "text/plain; charset=utf-8"])
    }
}

extension HTTPFields {
    /// Says how much of a limit is left.
    mutating func append(_ limit: RateLimitState) {
        self[.rateLimit] = String(limit.limit)
        self[.rateLimitRemaining] = String(limit.remaining)
        self[.rateLimitReset] = String(limit.reset)
    }
}
