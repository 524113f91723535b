import Values

extension Session {
    /// How many resources one stream may be about.
    private static let maximumPerStream = 100

    /// Whether a method is about resources and is served.
    func servesResources(_ method: String, isModern: Bool) -> Bool {
        guard hasEvents else { return false }
        switch method {
        case "resources/list", "resources/templates/list", "resources/read": return true
        case "resources/subscribe", "resources/unsubscribe": return !isModern
        case "subscriptions/listen": return isModern
        default: return false
        }
    }

    func askResources(_ request: Request, isModern: Bool) -> Action {
        switch request.method {
        case "resources/templates/list":
            return list(request, isModern ? answers.modernTemplates : answers.legacyTemplates)
        case "resources/list":
            if hasCursor(request) { return unknownCursor(request) }
            return .ask(ResourceRequest(id: request.id, question: .list, isModern: isModern))
        case "subscriptions/listen": return listen(request)
        default: break
        }
        guard case .string(let text)? = request.params["uri"] else {
            return .reply(.error(request.id, .invalidParams("\"uri\" must be a string")))
        }
        guard let uri = EventURI(text) else {
            return .reply(.error(request.id, .resourceNotFound(text, isModern: isModern)))
        }
        let question: ResourceRequest.Question =
            switch request.method {
            case "resources/subscribe": .subscribe(uri)
            case "resources/unsubscribe": .unsubscribe(uri)
            default: .read(uri)
            }
        return .ask(ResourceRequest(id: request.id, question: question, isModern: isModern))
    }

    /// Kinds of notifications that there are none of are left out of what is acknowledged, and so are URIs of nothing.
    private func listen(_ request: Request) -> Action {
        guard case .object(let kinds)? = request.params["notifications"] else {
            return .reply(.error(request.id, .invalidParams("\"notifications\" must be an object")))
        }
        var uris: [EventURI]?
        if let value = kinds["resourceSubscriptions"] {
            guard let texts = value.strings, texts.count <= Self.maximumPerStream else {
                let reason = "\"resourceSubscriptions\" must be an array of at most \(Self.maximumPerStream) strings"
                return .reply(.error(request.id, .invalidParams(reason)))
            }
            var seen: Set<String> = []
            uris = texts.filter { seen.insert($0).inserted }.compactMap { EventURI($0) }
        }
        return .ask(ResourceRequest(id: request.id, question: .listen(uris), isModern: true))
    }
}
