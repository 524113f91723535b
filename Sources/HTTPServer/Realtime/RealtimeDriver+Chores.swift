import Engine
import Logging
import Synchronization
import Values

extension RealtimeDriver {
    /// Does what a message asks for and takes time, and answers the client.
    func carryOut(_ chore: Chore, for id: ConnectionID) async {
        switch chore {
        case .authenticate(let session): await authenticate(id, session)
        case .keepPresence(let presence): await keep(presence, for: id)
        }
    }

    private func authenticate(_ id: ConnectionID, _ session: String) async {
        do throws(AppError) {
            guard state.withLock({ $0.members[id]?.actor.impersonator == nil }) else { throw Self.isImpersonated }
            let (who, rights) = try await settled { () async throws(AppError) in
                try await self.engine.socketIdentity(of: .session(session))
            }
            act { state in
                guard state.members[id] != nil else { return [] }
                guard !state.rights.concerns(who.users, since: rights) else {
                    return state.hub.refuse(id, Self.unsettled)
                }
                state.members[id]?.actor = who.actor
                state.members[id]?.expires = who.expires
                return state.hub.authenticated(id, as: who.listener, account: who.account)
            }
        } catch {
            let isFinal = error.code.status >= 500 || error.code == .realtimeMessageFormatInvalid
            let refusal = isFinal ? error : Self.refused(error)
            act { $0.hub.refuse(id, refusal) }
        }
    }

    private static let isImpersonated = AppError(
        .realtimeMessageFormatInvalid,
        "The connection acts as another user, and can't become somebody else's.",
        hint: "Open another one."
    )

    private static func refused(_ error: AppError) -> AppError {
        AppError(.realtimeMessageFormatInvalid, "The session is not good: \(error.message)", argument: "data.session")
    }

    private func keep(_ presence: JSONObject, for id: ConnectionID) async {
        guard let member = state.withLock({ $0.members[id] }), let user = member.actor.userID else { return }
        var arguments = JSONObject()
        for name in ["status", "metadata", "permissions"] { arguments[name] = presence[name] }
        let chosen = presence["presenceId"]?.string ?? ID.unique
        let presenceID = chosen == ID.unique ? engine.makeID() : chosen
        arguments["presenceId"] = .string(presenceID)
        do throws(AppError) {
            guard member.presences.contains(presenceID) || member.presences.count < settings.presences else {
                throw AppError(
                    .realtimeTooManyMessages,
                    "A connection keeps at most \(settings.presences) presences.",
                    hint: "Use one of their ids again."
                )
            }
            guard engine.project != ProjectDirectory.consoleID else { throw Self.noPresence }
            let from = Client(way: .websocket)
            let answer = try await engine.execute(
                Invocation("presences.upsert", arguments, as: member.actor, from: from)
            )
            let kept = try answer.value
            var isGone = false
            act { state in
                isGone = state.members[id] == nil
                state.members[id]?.presences.insert(presenceID)
                return state.hub.present(id, kept)
            }
            if isGone { remove([presenceID], of: user) }
        } catch {
            act { $0.hub.refuse(id, error) }
        }
    }

    private static let noPresence = AppError(
        .generalAccessForbidden,
        "The console keeps no presences.",
        hint: "Say it to the project in which the user is present."
    )

    /// Removes presences, unless they are those of somebody else by now.
    func remove(_ presences: Set<String>, of user: String) {
        guard !presences.isEmpty else { return }
        errands.run { [engine, log] in
            for id in presences {
                do throws(AppError) {
                    let found = try await engine.execute(Invocation("presences.get", ["presenceId": .string(id)]))
                    guard try found.value["userId"]?.string == user else { continue }
                    _ = try await engine.execute(Invocation("presences.delete", ["presenceId": .string(id)]))
                } catch {
                    // It may have ended, or somebody else has removed it.
                    if error.code != .presenceNotFound { log.warning("a presence is left: \(error.message)") }
                }
            }
        }
    }
}
