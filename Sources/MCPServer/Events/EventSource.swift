import Engine
import Values

/// What the server needs of the backend to tell of events. Making one touches nothing.
struct EventSource: Sendable {
    /// The subscriptions of the process's actor, as `realtime.list` tells them.
    var subscriptions: @Sendable () async throws(AppError) -> [JSON]
    /// The answer of a `realtime.wait` with these arguments, as JSON text.
    var wait: @Sendable (JSONObject) async throws(AppError) -> [UInt8]
    /// Whether a `realtime.wait` would tell something.
    var peek: @Sendable (Invocation) async throws(AppError) -> EventPeek
    /// Calls back whenever something may have happened, as long as the object that it returns lives.
    var follow: @Sendable (@escaping @Sendable () -> Void) -> any AnyObject & Sendable
}

extension EventSource {
    /// The events of an engine that is first asked for when somebody asks for them.
    init(_ engine: @escaping @Sendable () -> Engine) {
        subscriptions = { () async throws(AppError) in try await engine().ownSubscriptions() }
        wait = { arguments async throws(AppError) in
            try await engine().execute(Invocation("realtime.wait", arguments)).encoded
        }
        peek = { invocation async throws(AppError) in try await engine().peek(invocation) }
        follow = { heard in engine().feed.listen { _ in heard() } }
    }
}
