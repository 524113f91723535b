import Values

/// The protocol as a state machine: one message in, one action out, nothing performed.
///
/// Messages of all versions are routed by their own shape and the server is never pinned to one: a request that
/// carries the modern `_meta` is served without state, any other according to the last `initialize`. Both kinds may
/// alternate on one pipe.
struct Session: Sendable {
    /// Nesting beyond this is refused as text that can't be parsed.
    static let maximumDepth = 256

    let tools: [Tool]
    /// Whether resources are served, at which events arrive.
    let hasEvents: Bool
    let answers: PreparedAnswers
    /// What the last `initialize` selected.
    private(set) var version: ProtocolVersion?
    /// What the client of the last `initialize` calls itself.
    private(set) var client = ""

    init(identity: ServerIdentity, tools: [Tool], hasEvents: Bool = false) {
        self.tools = tools
        self.hasEvents = hasEvents
        answers = PreparedAnswers(identity: identity, tools: tools.map(\.definition), hasEvents: hasEvents)
    }

    /// Takes one line without its end; a blank one is ignored.
    mutating func receive(line: UnsafeBufferPointer<UInt8>) -> Action {
        do throws(JSONError) {
            let value = try JSON(parsing: line, limits: JSONLimits(depth: Self.maximumDepth, bytes: line.count))
            return receive(value, text: line)
        } catch {
            return receive(broken: error.description)
        }
    }

    /// Takes a line that is not JSON, or too long to be looked at.
    func receive(broken reason: String) -> Action { .reply(.error(nil, .parse(reason))) }

    /// Takes one message.
    ///
    /// - Parameter text: What it was parsed from, for ids beyond 64 bits.
    mutating func receive(_ message: JSON, text: UnsafeBufferPointer<UInt8>? = nil) -> Action {
        switch message {
        case .object(let object): route(Message(object, text: text), text: text)
        case .array(let items): receive(batch: items)
        default: .reply(.error(nil, .invalidRequest("a message must be an object, not \(message.kindName)")))
        }
    }

    private mutating func receive(batch items: [JSON]) -> Action {
        guard version?.hasBatches == true else {
            return .reply(.error(nil, .invalidRequest("batches exist in protocol version 2025-03-26 only")))
        }
        guard !items.isEmpty else { return .reply(.error(nil, .invalidRequest("the batch is empty"))) }
        return .batch(
            items.map { item in
                guard case .object(let object) = item else {
                    return .reply(.error(nil, .invalidRequest("a message must be an object, not \(item.kindName)")))
                }
                let message = Message(object, text: nil)
                if case .request(let request) = message, Self.isForItself(request.method) {
                    return .reply(.error(request.id, .invalidRequest("\(request.method) must not be in a batch")))
                }
                return route(message, text: nil)
            }
        )
    }

    /// What a batch can't hold: the one changes what batches are, the other is not answered before it is over.
    private static func isForItself(_ method: String) -> Bool {
        method == "initialize" || method == "subscriptions/listen"
    }

    private mutating func route(_ message: Message, text: UnsafeBufferPointer<UInt8>?) -> Action {
        switch message {
        case .request(let request):
            ModernEnvelope.claims(request) ? modern(request) : legacy(request)
        case .notification("notifications/cancelled", let params): cancellation(params, text: text)
        case .notification, .malformedNotification, .response: .ignore
        case .invalid(let error, let id): .reply(.error(id, error))
        }
    }

    private func cancellation(_ params: JSONObject, text: UnsafeBufferPointer<UInt8>?) -> Action {
        let id = params["requestId"].flatMap { value in
            RequestID(value) { text.flatMap { JSONText($0).member("params")?.member("requestId")?.string } }
        }
        return id.map { .cancel($0) } ?? .ignore
    }

    private func modern(_ request: Request) -> Action {
        if let problem = ModernEnvelope.problem(of: request) { return .reply(.error(request.id, problem)) }
        switch request.method {
        case "server/discover": return .reply(.result(request.id, answers.discover))
        case "tools/list": return list(request, answers.modernTools)
        case "tools/call": return callTool(request, isModern: true)
        case "initialize": return .reply(.error(request.id, .initializeIsLegacy))
        case _ where servesResources(request.method, isModern: true): return askResources(request, isModern: true)
        default: return .reply(.error(request.id, .methodNotFound(request.method)))
        }
    }

    private mutating func legacy(_ request: Request) -> Action {
        switch request.method {
        case "ping": return .reply(.result(request.id, PreparedAnswers.empty))
        case "initialize": return initialize(request)
        case "tools/list", "tools/call": break
        case _ where servesResources(request.method, isModern: false): break
        default: return .reply(.error(request.id, .methodNotFound(request.method)))
        }
        guard version != nil else {
            return .reply(
                .error(request.id, .invalidParams("send initialize first, or name the protocol version in \"_meta\""))
            )
        }
        switch request.method {
        case "tools/list": return list(request, answers.legacyTools)
        case "tools/call": return callTool(request, isModern: false)
        default: return askResources(request, isModern: false)
        }
    }

    private mutating func initialize(_ request: Request) -> Action {
        guard case .string(let requested)? = request.params["protocolVersion"] else {
            return .reply(.error(request.id, .invalidParams("\"protocolVersion\" must be a string")))
        }
        let version = ProtocolVersion.negotiate(requested)
        self.version = version
        client = ClientName.text(request.params["clientInfo"])
        return .reply(.result(request.id, answers.initialize(version)))
    }
}
