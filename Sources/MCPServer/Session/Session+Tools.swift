import Values

extension Session {
    func list(_ request: Request, _ answer: [UInt8]) -> Action {
        hasCursor(request) ? unknownCursor(request) : .reply(.result(request.id, answer))
    }

    /// There is one page of everything, so no cursor was ever handed out and every one is unknown, the empty one too.
    func hasCursor(_ request: Request) -> Bool { request.params["cursor"].map { !$0.isNull } ?? false }

    func unknownCursor(_ request: Request) -> Action { .reply(.error(request.id, .invalidParams("unknown cursor"))) }

    func callTool(_ request: Request, isModern: Bool) -> Action {
        guard case .string(let name)? = request.params["name"] else {
            return .reply(.error(request.id, .invalidParams("\"name\" must be a string")))
        }
        guard let tool = tools.first(where: { $0.definition.name == name }) else {
            let known = tools.map(\.definition.name).joined(separator: ", ")
            let error = RPCError.invalidParams("unknown tool \"\(RPCError.shortened(name))\"; the tools are \(known)")
            return .reply(.error(request.id, error))
        }
        let arguments: JSONObject
        switch request.params["arguments"] {
        case nil, .null?: arguments = JSONObject()
        case .object(let members)?: arguments = members
        case let other?:
            let error = RPCError.invalidParams("\"arguments\" must be an object, not \(other.kindName)")
            return .reply(.error(request.id, error))
        }
        return .call(
            ToolCall(
                id: request.id,
                tool: tool,
                arguments: arguments,
                progressToken: progressToken(of: request),
                isModern: isModern,
                client: isModern ? ClientName.text(request.params["_meta"]?[ModernEnvelope.clientInfoKey]) : client,
                trace: trace(of: request)
            )
        )
    }

    /// Clients of any version may say under which trace they call.
    private func trace(of request: Request) -> TraceContext {
        func texts(_ name: String) -> [String] { (request.params["_meta"]?[name]?.string).map { [$0] } ?? [] }
        return TraceContext(parents: texts("traceparent"), states: texts("tracestate"))
    }

    private func progressToken(of request: Request) -> JSON? {
        switch request.params["_meta"]?["progressToken"] {
        case .string(let token)?: .string(token)
        case .int(let token)?: .int(token)
        default: nil
        }
    }
}
