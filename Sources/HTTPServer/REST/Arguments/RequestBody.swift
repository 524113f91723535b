import HTTPTypes
import Hummingbird
import NIOCore
import Values

/// Reads the arguments in the body of a request.
struct BodyReader {
    private let limits: HTTPLimits
    private let room: BodyRoom

    init(_ limits: HTTPLimits, _ room: BodyRoom) {
        self.limits = limits
        self.room = room
    }

    /// - Throws: 400 `general_bad_request` for a body of a kind that is not read, 400 `general_argument_invalid` for one
    ///   that breaks its format, ``RequestRefusal`` for one that is too long, or for
    ///   which there is no room at the moment.
    func arguments(of request: Request) async throws -> JSONObject {
        if let length = request.headers[.contentLength], Int(length).map({ $0 > limits.bodyBytes }) ?? true {
            throw RequestRefusal.tooLong(limits.bodyBytes)
        }
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw RequestRefusal.encoded
        }
        var buffer = ByteBuffer()
        var place = room.place()
        for try await part in request.body {
            let length = buffer.readableBytes + part.readableBytes
            guard length <= limits.bodyBytes else { throw RequestRefusal.tooLong(limits.bodyBytes) }
            guard place.grow(to: length) else { throw RequestRefusal.busy }
            if buffer.readableBytes == 0 { buffer = part } else { buffer.writeImmutableBuffer(part) }
        }
        guard buffer.readableBytes > Self.readInPlace else { return try arguments(in: buffer, request) }
        // So that no other connection has to wait.
        return try await withTaskExecutorPreference(globalConcurrentExecutor) { try arguments(in: buffer, request) }
    }

    /// The longest body that the thread of a connection takes the time to read, in bytes.
    private static let readInPlace = 32 << 10

    private func arguments(in buffer: ByteBuffer, _ request: Request) throws -> JSONObject {
        guard buffer.readableBytes > 0 else { return JSONObject() }
        let first = buffer.readableBytesView.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        switch ContentType(request.headers[.contentType], begins: first) {
        case .json: return try json(buffer)
        case .form:
            guard let text = String(validating: buffer.readableBytesView, as: UTF8.self) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "The form is no UTF-8.",
                    hint: "Send its names and values percent-encoded."
                )
            }
            return try FormText(encoded: text[...]).object
        case .multipart(let boundary): return try multipart(buffer, boundary)
        case .unknown(let name):
            throw AppError(
                .generalBadRequest,
                "A body of the type '\(name)' can't be read.",
                hint:
                    "Send application/json, application/x-www-form-urlencoded, or multipart/form-data with a boundary."
            )
        }
    }

    private func json(_ buffer: ByteBuffer) throws(AppError) -> JSONObject {
        let parsed: Result<JSON, JSONError> = buffer.withUnsafeReadableBytes { bytes in
            let text = bytes.assumingMemoryBound(to: UInt8.self)
            do throws(JSONError) { return .success(try JSON(parsing: text)) } catch { return .failure(error) }
        }
        switch parsed {
        case .success(.object(let object)): return object
        // What PHP makes of an empty object.
        case .success(.array(let items)) where items.isEmpty: return JSONObject()
        case .success(let other):
            throw AppError(
                .generalArgumentInvalid,
                "The body must be a JSON object, not \(other.kindName).",
                hint: "Put the arguments in it by their names."
            )
        case .failure(let error):
            throw AppError(
                .generalArgumentInvalid,
                "The body is no JSON: \(error.reason) at byte \(error.offset).",
                hint: "Send one JSON object in UTF-8."
            )
        }
    }

    private func multipart(_ buffer: ByteBuffer, _ boundary: String) throws(AppError) -> JSONObject {
        var form = FormText()
        for part in try Multipart(Array(buffer.readableBytesView), boundary: boundary).parts {
            guard let text = String(validating: part.content, as: UTF8.self) else {
                throw AppError(
                    .generalArgumentInvalid,
                    "'\(part.name)' is no UTF-8.",
                    argument: "\(part.name)",
                    hint: "No operation that is served takes a file."
                )
            }
            try form.add(part.name, text)
        }
        return form.object
    }
}

/// A request that is not looked at any further. These are of HTTP, not of the backend, so the contract has no types for
/// them.
enum RequestRefusal: Error {
    /// Longer than so many bytes.
    case tooLong(Int)
    /// Compressed, or encoded otherwise.
    case encoded
    /// Many long bodies are being read.
    case busy

    var status: HTTPResponse.Status {
        switch self {
        case .tooLong: .contentTooLarge
        case .encoded: .unsupportedMediaType
        case .busy: .serviceUnavailable
        }
    }

    var message: String {
        switch self {
        case .tooLong(let bytes): "The body is longer than \(bytes) bytes. Send less at a time."
        case .encoded: "An encoded body can't be read. Send it as it is, without Content-Encoding."
        case .busy: "Too many long bodies are being read at the moment. Try again in a second."
        }
    }
}
