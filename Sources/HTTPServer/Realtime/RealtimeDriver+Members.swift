import Engine
import Synchronization
import Values

extension RealtimeDriver {
    /// Takes somebody in, and says hello.
    /// - Parameters:
    ///   - identity: finds out who it is; it may be asked several times.
    ///   - wishes: what it subscribes to with its address.
    /// - Throws: what `identity` throws, 1013 where there are too many, 503 where the log can't be followed.
    func join(
        _ end: any SocketEnd,
        _ wishes: AddressSubscriptions,
        as identity: () async throws(AppError) -> SocketIdentity
    ) async throws(AppError) -> ConnectionID {
        let gate = state.withLock { state in
            state.joining += 1
            return Self.follow(&state, for: self)
        }
        let outcome: Result<ConnectionID, AppError>
        do throws(AppError) { outcome = .success(try await enter(end, wishes, gate, identity)) } catch {
            outcome = .failure(error)
        }
        state.withLock { state in
            state.joining -= 1
            return Self.rest(&state)
        }?.end()
        return try outcome.get()
    }

    private func enter(
        _ end: any SocketEnd,
        _ wishes: AddressSubscriptions,
        _ gate: Gate,
        _ identity: () async throws(AppError) -> SocketIdentity
    ) async throws(AppError) -> ConnectionID {
        guard await gate.pass(within: settings.beginning) else {
            throw AppError(.storeUnavailable, "The event log can't be followed at the moment.")
        }
        let (who, rights) = try await settled(identity)
        var outcome: Result<ConnectionID, AppError> = .failure(Self.unsettled)
        act { state in
            // Between the look and now nothing may have happened to the user.
            guard !state.rights.concerns(who.users, since: rights) else { return [] }
            let (result, actions) = Self.enter(&state, end, who, wishes)
            outcome = result
            return actions
        }
        return try outcome.get()
    }

    private static func enter(
        _ state: inout State,
        _ end: any SocketEnd,
        _ who: SocketIdentity,
        _ wishes: AddressSubscriptions
    ) -> (Result<ConnectionID, AppError>, [HubAction]) {
        do throws(AppError) {
            let id = try state.hub.connect(who.listener)
            state.members[id] = Member(end: end, actor: who.actor, expires: who.expires)
            if who.actor.impersonator != nil { state.impersonated.insert(id) }
            let made: [Subscribed]
            do throws(AppError) { made = try state.hub.subscribe(id, wishes.slots.map(\.request)) } catch {
                state.hub.disconnect(id)
                state.members[id] = nil
                state.impersonated.remove(id)
                throw error
            }
            var channels: [String] = []
            for channel in made.flatMap(\.channels) where !channels.contains(channel) { channels.append(channel) }
            let slots = zip(wishes.slots, made).map { (slot: $0.slot, id: $1.id) }
            return (.success(id), state.hub.greet(id, account: who.account, channels: channels, slots: slots))
        } catch {
            return (.failure(error), [])
        }
    }

    static let unsettled = AppError(
        .storeUnavailable,
        "The rights of the user change too quickly at the moment.",
        hint: "Try again."
    )

    /// Who somebody is, and how many changes of rights were known before it was looked up. Looks again where something has
    /// happened to the user meanwhile.
    func settled(
        _ identity: () async throws(AppError) -> SocketIdentity
    ) async throws(AppError) -> (who: SocketIdentity, rights: Int) {
        for _ in 0..<10 {
            let rights = state.withLock { $0.rights.count }
            let who = try await identity()
            if state.withLock({ !$0.rights.concerns(who.users, since: rights) }) { return (who, rights) }
        }
        throw Self.unsettled
    }

    /// Does what a client says.
    /// - Returns: what is left to be done before the next message.
    func receive(_ message: [UInt8], from id: ConnectionID) -> Chore? {
        act { state in
            guard state.members[id] != nil else { return [] }
            if engine.limitsRates, state.members[id]?.rate.allows(settings.messagesPerMinute) == false {
                return state.hub.refuse(
                    id,
                    AppError(
                        .realtimeTooManyMessages,
                        "A connection may send \(settings.messagesPerMinute) messages in a minute."
                    )
                )
            }
            return state.hub.receive(message, from: id)
        }.first
    }

    /// Forgets somebody, with all that ends with the connection.
    func leave(_ id: ConnectionID) {
        let (gone, following) = state.withLock { state -> (Member?, Following?) in
            state.hub.disconnect(id)
            state.impersonated.remove(id)
            let member = state.members.removeValue(forKey: id)
            return (member, Self.rest(&state))
        }
        following?.end()
        guard let gone, let user = gone.actor.userID else { return }
        remove(gone.presences, of: user)
    }
}
