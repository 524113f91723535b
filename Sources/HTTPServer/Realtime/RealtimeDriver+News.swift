import Engine
import Logging
import Storage
import Synchronization
import Values

extension RealtimeDriver {
    /// How often reading what events mean is tried.
    private static let attempts = 5

    /// Tells everybody what the log says.
    func hear(_ batch: NewsInbox.Batch, _ gate: Gate) async {
        switch batch {
        case .begins: if gate.open() { closeAll(.gap) }
        case .records(let records):
            let records = records.compactMap { EventRecord(parsing: $0.record) }
            for attempt in 1...Self.attempts {
                do throws(AppError) { return try await tell(records) } catch {
                    log.warning("events can't be told, attempt \(attempt): \(error.message)")
                    try? await Task.sleep(for: .milliseconds(200))
                }
            }
            // Who misses something is to know.
            closeAll(.gap)
        }
    }

    private func closeAll(_ closing: SocketClosing) {
        for end in state.withLock({ $0.members.values.map(\.end) }) { end.close(closing) }
    }

    /// Tells events in their order, each after the change of rights that came with it.
    private func tell(_ records: [EventRecord]) async throws(AppError) {
        let singles = records.map(\.single)
        let channels = singles.map { $0.map { EventPath($0).channels(project: engine.project) } }
        let changes = records.map(\.rightsChange)
        let (heard, actors) = state.withLock { state -> ([[EventRecord]], Set<Actor>) in
            for change in changes { state.rights.note(change) }
            let heard = zip(singles, channels).map { records, channels in
                zip(records, channels).filter { state.hub.listens(onAnyOf: $1) }.map(\.0)
            }
            return (heard, Self.actors(concernedBy: changes, state))
        }
        guard !actors.isEmpty || heard.contains(where: { !$0.isEmpty }) else { return }
        let (events, standings) = try await engine.realtimeEvents(of: heard.flatMap { $0 }, andStandingOf: actors)
        var rest = events[...]
        for (index, record) in records.enumerated() {
            let own = rest.prefix(heard[index].count)
            rest = rest.dropFirst(own.count)
            act { state in
                let change = changes[index]
                // Members of a team that is deleted still hear so.
                let isFarewell = EventPath(record).kinds == "teams"
                var actions = isFarewell ? [] : Self.apply(change, standings, &state)
                for event in own { actions += state.hub.publish(event) }
                if isFarewell { actions += Self.apply(change, standings, &state) }
                return actions
            }
        }
    }

    private static func actors(concernedBy changes: [RightsChange], _ state: State) -> Set<Actor> {
        var actors: Set<Actor> = []
        for change in changes {
            for id in state.connections(concernedBy: change) {
                if let actor = state.members[id]?.actor { actors.insert(actor) }
            }
        }
        return actors
    }

    /// Gives those whom a change concerns the roles that they have now, and dismisses those who are nobody any more.
    private static func apply(
        _ change: RightsChange,
        _ standings: [Actor: Standing],
        _ state: inout State
    ) -> [HubAction] {
        var actions: [HubAction] = []
        for id in state.connections(concernedBy: change) {
            // Who is not among them came later, and was looked up after the change.
            guard let actor = state.members[id]?.actor, let standing = standings[actor] else { continue }
            actions += settle(id, standing, &state)
        }
        return actions
    }

    private static func settle(_ id: ConnectionID, _ standing: Standing, _ state: inout State) -> [HubAction] {
        switch standing {
        case .success(let listener):
            state.hub.identify(id, as: listener)
            return []
        case .failure(let error):
            return state.hub.dismiss(id, error, error.code == .userBlocked ? .policy : .signedOut)
        }
    }

    /// Dismisses those whose session has ended by itself.
    func dismissExpired() async {
        let now = engine.now
        let actors = state.withLock { state in
            Set(state.members.values.filter { $0.expires.map { $0 <= now } ?? false }.map(\.actor))
        }
        guard !actors.isEmpty,
            let standings = try? await engine.realtimeEvents(of: [], andStandingOf: actors).standings
        else { return }
        act { state in
            var actions: [HubAction] = []
            for (id, member) in state.members {
                guard let standing = standings[member.actor] else { continue }
                actions += Self.settle(id, standing, &state)
            }
            return actions
        }
    }
}
