import Values

/// What is to be done about one message.
enum Action: Sendable {
    case ignore
    case reply(Reply)
    case call(ToolCall)
    case ask(ResourceRequest)
    case cancel(RequestID)
    /// The members of a 2025-03-26 batch in their order; their replies and results go into one array.
    indirect case batch([Action])

    /// True when a batch has to wait for an answer to this.
    var expectsAnswer: Bool {
        switch self {
        case .reply, .call, .ask: true
        case .ignore, .cancel, .batch: false
        }
    }
}

/// A request to run a tool, checked as far as the protocol goes.
struct ToolCall: Sendable {
    var id: RequestID
    var tool: Tool
    var arguments: JSONObject
    /// The token under which the client wants to hear of progress.
    var progressToken: JSON?
    /// Written as a result of 2026-07-28.
    var isModern: Bool
    /// What the client calls itself; empty where it does not say.
    var client = ""
    /// Where it stands in a trace.
    var trace = TraceContext()
}

/// An answer that is known at once.
enum Reply: Sendable {
    /// JSON text of a result.
    case result(RequestID, [UInt8])
    /// The id is nil where the message's own could not be read.
    case error(RequestID?, RPCError)

    /// Writes the message without a line end.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .result(let id, let text):
            writer.raw("{\"jsonrpc\":\"2.0\",\"id\":")
            id.write(to: &writer)
            writer.raw(",\"result\":")
            writer.raw(text)
        case .error(let id, let error):
            writer.raw("{\"jsonrpc\":\"2.0\",")
            if let id {
                writer.raw("\"id\":")
                id.write(to: &writer)
                writer.raw(",")
            }
            writer.raw("\"error\":")
            error.write(to: &writer)
        }
        writer.raw("}")
    }
}
