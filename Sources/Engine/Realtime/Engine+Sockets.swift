import Catalog
import Storage
package import Values

/// Who is at the other end of a WebSocket.
package struct SocketIdentity: Sendable {
    package let actor: Actor
    package let listener: Listener
    /// The account of the user; null for a guest.
    package let account: JSON
    /// When the session ends; nil where there is none.
    package let expires: Timestamp?

    /// The users on whose rights it depends: the one who listens, and who acts as that one.
    package var users: [String] { [listener.user, actor.impersonator].compactMap { $0 } }
}

/// What became of those who listen: what they are now, or why they are no longer anybody.
package typealias Standing = Result<Listener, AppError>

extension Engine {
    /// Whether this process serves realtime.
    package var servesRealtime: Bool { catalog.operation(Listening.operation) != nil }

    package var now: Timestamp { clock.now }

    /// Makes an id.
    package func makeID() -> String { clock.makeID() }

    /// Who somebody is that shows a credential; a guest without one.
    /// - Parameter impersonated: the user as whom it wants to listen; see ``impersonating(_:)``.
    /// - Throws: 401 for a secret that opens nothing, and whatever an operation would be refused with that the user runs:
    ///   blocked users and sessions that lack a second factor are nobody.
    package func socketIdentity(
        of credential: Credential?,
        as impersonated: UserReference? = nil
    ) async throws(AppError) -> SocketIdentity {
        var asking = Invocation(Listening.operation, as: .guest)
        if let credential { asking.actor = try await self.actor(of: credential) }
        asking.impersonated = impersonated
        let actor = try find(try await impersonating(asking)).actor
        let call = Listening.call(of: actor, at: clock.now, clock)
        return try await translating("Connecting") { () async throws -> SocketIdentity in
            try await keys.check(store)
            return try await pipeline.read(call) { context in
                SocketIdentity(
                    actor: actor,
                    listener: Listener(context.caller),
                    account: try actor.userID == nil ? .null : context.answer(try context.ownUser()),
                    expires: (context.caller.session ?? context.caller.impersonator?.session)?.expire
                )
            }
        }
    }

    /// What events are as they are told, and what has become of those whose rights they may have changed, as of one state
    /// of the store.
    /// - Parameter records: those of single operations, see ``EventRecord/single``.
    package func realtimeEvents(
        of records: [EventRecord],
        andStandingOf actors: Set<Actor>
    ) async throws(AppError) -> (events: [RealtimeEvent], standings: [Actor: Standing]) {
        let call = Listening.call(of: .guest, at: clock.now, clock)
        return try await translating("Following events") { () async throws in
            try await pipeline.store.read { [pipeline] session in
                let context = try ReadContext(call, session, pipeline)
                let facts = context.eventFacts
                var standings: [Actor: Standing] = [:]
                for actor in actors {
                    do { standings[actor] = .success(try context.listener(actor)) } catch let error as AppError {
                        standings[actor] = .failure(error)
                    }
                }
                return (try records.map { try RealtimeEvent($0, facts) }, standings)
            }
        }
    }
}
