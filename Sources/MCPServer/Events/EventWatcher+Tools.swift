import Engine
import Values

extension EventWatcher {
    /// Takes notice of the subscriptions that a call has made, waited for or ended.
    func observe(_ request: ExecutionRequest, _ outcome: Outcome) {
        guard !request.isDryRun else { return }
        for step in request.steps {
            guard let method = step.invocation.realtimeMethod, let answer = outcome.response(of: step) else { continue }
            let (arguments, credential) = (step.invocation.arguments, step.invocation.credential)
            let known = (arguments["subscriptionId"] ?? arguments["subscription_id"])?.string
            switch method {
            case "subscribe":
                guard let uri = Self.uri(Self.parsed(answer)?["subscriptionId"]?.string) else { continue }
                mention(uri, as: credential)
            case "wait":
                guard let uri = Self.uri(known) else { continue }
                waited(for: uri, as: credential, upTo: Self.parsed(answer)?["cursor"]?.string)
            case "unsubscribe":
                guard let uri = Self.uri(known) else { continue }
                forget(uri)
            default: continue
            }
        }
    }

    /// nil for what can't be the id of a subscription, such as a reference to another step.
    private static func uri(_ id: String?) -> EventURI? {
        id.flatMap { ID.isValid($0) ? EventURI(subscription: $0) : nil }
    }

    private static func parsed(_ response: Response) -> JSON? { try? JSON(parsing: response.encoded) }
}

extension Invocation {
    /// Which operation of `realtime` this calls, as lower-case letters; nil for every other one.
    var realtimeMethod: String? {
        let name = String(decoding: Spelling.folded(operation), as: UTF8.self)
        return name.hasPrefix("realtime") ? String(name.dropFirst("realtime".count)) : nil
    }
}

extension Outcome {
    /// The response of a step, if it was carried out.
    fileprivate func response(of step: ExecutionRequest.Step) -> Response? {
        switch content {
        case .result(let response): response
        case .results(let results): results.first { $0.id == step.id }?.response
        case .confirmation: nil
        }
    }
}
