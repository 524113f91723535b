import Values

/// A request about resources that needs the backend, checked as far as the protocol goes.
struct ResourceRequest: Sendable {
    enum Question: Sendable {
        case list
        case read(EventURI)
        case subscribe(EventURI)
        case unsubscribe(EventURI)
        /// A stream of notifications, which stays open until it is cancelled; nil when none are about resources.
        case listen([EventURI]?)
    }

    var id: RequestID
    var question: Question
    /// Answered as in 2026-07-28.
    var isModern: Bool
}

extension RPCError {
    static func resourceNotFound(_ uri: String, isModern: Bool) -> RPCError {
        RPCError(isModern ? -32602 : -32002, "Resource not found: \(shortened(uri)).", data: ["uri": .string(uri)])
    }

    static var tooManyListeners: RPCError {
        RPCError(-32603, "Too much is listened to at once; end some of it first.")
    }

    /// What the backend refuses about a resource.
    init(_ error: AppError, about uri: EventURI?, isModern: Bool) {
        if let uri, error.code.status == 404 {
            self = .resourceNotFound(uri.text, isModern: isModern)
        } else {
            self.init(error.code.status < 500 ? -32602 : -32603, error.message, data: error.json)
        }
    }
}
