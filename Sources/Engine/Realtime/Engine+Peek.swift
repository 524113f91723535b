import Catalog
package import Values

/// What there is to hear, without hearing it.
package struct EventPeek: Sendable, Equatable {
    package var hasNews: Bool
    /// Up to where there is nothing to hear; nil where there is something.
    package var cursor: String?

    package init(hasNews: Bool, cursor: String? = nil) {
        self.hasNews = hasNews
        self.cursor = cursor
    }
}

extension Engine {
    /// Whether a `realtime.wait` would tell something now. Nothing counts as told, and nothing is waited for.
    /// - Throws: what the call would be refused with.
    package func peek(_ wait: Invocation) async throws(AppError) -> EventPeek {
        let invocation = try await authenticated(wait)
        let found = try find(invocation)
        var arguments = invocation.arguments
        arguments["max"] = 1
        let call = try found.reading(arguments, from: invocation.client, at: clock.now, clock).call
        return try await translating(found.operation.id) { () async throws -> EventPeek in
            try await keys.check(store)
            return try await RealtimeWait(call).peek(call, pipeline)
        }
    }

    /// The subscriptions that the actor of the process has made, as `realtime.list` tells them.
    package func ownSubscriptions() async throws(AppError) -> [JSON] {
        let invocation = Invocation("realtime.list")
        let found = try find(invocation)
        let answer = try await execute(invocation, found).value
        return (answer["subscriptions"]?.array ?? []).filter { $0["actor"]?.string == found.actor.description }
    }
}
