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
}

/// What became of those who listen: what they are now, or why they are no longer anybody.
package typealias Standing = Result<Listener, AppError>

extension Engine {
    /// What a listener does, as far as the catalog is concerned.
    private static let listening = "realtime.wait"

    /// Whether this process serves realtime.
    package var servesRealtime: Bool { catalog.operation(Self.listening) != nil }

    package var now: Timestamp { clock.now }

    /// Makes an id.
    package func makeID() -> String { clock.makeID() }

    /// Who somebody is that shows a credential; a guest without one.
    /// - Throws: 401 for a secret that opens nothing, and whatever an operation would be refused with that the user runs:
    ///   blocked users and sessions that lack a second factor are nobody.
    package func socketIdentity(of credential: Credential?) async throws(AppError) -> SocketIdentity {
        let actor: Actor
        if let credential { actor = try await self.actor(of: credential) } else { actor = .guest }
        let call = try listeningCall(of: actor)
        return try await translating("Connecting") { () async throws -> SocketIdentity in
            try await keys.check(store)
            return try await pipeline.read(call) { context in
                SocketIdentity(
                    actor: actor,
                    listener: Listener(context.caller),
                    account: try actor.userID == nil ? .null : context.answer(try context.ownUser()),
                    expires: context.caller.session?.expire
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
        let call = try listeningCall(of: .guest)
        var calls: [(Actor, Result<Call, AppError>)] = []
        for actor in actors { calls.append((actor, resultOf { () throws(AppError) in try listeningCall(of: actor) })) }
        let asked = calls
        return try await translating("Following events") { () async throws in
            try await pipeline.store.read { [pipeline] session in
                let facts = try ReadContext(call, session, pipeline).eventFacts
                var standings: [Actor: Standing] = [:]
                for (actor, found) in asked {
                    switch found {
                    case .failure(let error): standings[actor] = .failure(error)
                    case .success(let call):
                        do {
                            standings[actor] = .success(Listener(try ReadContext(call, session, pipeline).caller))
                        } catch let error as AppError {
                            standings[actor] = .failure(error)
                        }
                    }
                }
                return (try records.map { try RealtimeEvent($0, facts) }, standings)
            }
        }
    }

    private func listeningCall(of actor: Actor) throws(AppError) -> Call {
        let found = try find(Invocation(Self.listening, as: actor))
        return Call(
            operation: found.operation,
            arguments: JSONObject(),
            actor: found.actor,
            now: clock.now,
            clock: clock
        )
    }

    private func resultOf<R>(_ body: () throws(AppError) -> R) -> Result<R, AppError> {
        do throws(AppError) { return .success(try body()) } catch { return .failure(error) }
    }
}
