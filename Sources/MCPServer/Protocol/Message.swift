import Values

/// A JSON object from the client, told apart by its shape alone.
enum Message {
    case request(Request)
    case notification(method: String, params: JSONObject)
    /// An answer to something; this server asks nothing, so it is stray.
    case response
    /// No valid message; the id is nil where it could not be read.
    case invalid(RPCError, RequestID?)
    /// A notification whose parameters are no object: nobody waits for an answer.
    case malformedNotification
}

/// A message that must be answered, unless it is cancelled.
struct Request {
    var id: RequestID
    var method: String
    var params: JSONObject
}

extension Message {
    /// - Parameter text: The text that `object` was parsed from, for ids beyond 64 bits; nil where it is not at hand.
    init(_ object: JSONObject, text: UnsafeBufferPointer<UInt8>?) {
        var id: JSON?
        var method: JSON?
        var params: JSON?
        var isCurrent = false
        var isResponse = false
        for member in object.members {
            switch member.key {
            case "jsonrpc": isCurrent = member.value == .string("2.0")
            case "id": id = member.value
            case "method": method = member.value
            case "params": params = member.value
            case "result", "error": isResponse = true
            default: break
            }
        }
        let readable = id.flatMap { RequestID($0) { text.flatMap { JSONText($0).member("id")?.string } } }
        guard let method else {
            self = isResponse ? .response : .invalid(.invalidRequest("\"method\" is missing"), readable)
            return
        }
        guard isCurrent else {
            self = .invalid(.invalidRequest("\"jsonrpc\" must be \"2.0\""), readable)
            return
        }
        guard case .string(let name) = method else {
            self = .invalid(.invalidRequest("\"method\" must be a string"), readable)
            return
        }
        guard id != nil else {
            self = .init(notification: name, params: params)
            return
        }
        guard let readable else {
            self = .invalid(.invalidRequest("\"id\" must be a string or an integer"), nil)
            return
        }
        switch params {
        case nil: self = .request(Request(id: readable, method: name, params: JSONObject()))
        case .object(let members)?: self = .request(Request(id: readable, method: name, params: members))
        case let other?:
            self = .invalid(.invalidParams("\"params\" must be an object, not \(other.kindName)"), readable)
        }
    }

    private init(notification name: String, params: JSON?) {
        switch params {
        case nil: self = .notification(method: name, params: JSONObject())
        case .object(let members)?: self = .notification(method: name, params: members)
        default: self = .malformedNotification
        }
    }
}
