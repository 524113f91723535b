package import Values

/// Everybody who listens to events, what they listen to, and what waits to be sent to them.
///
/// A hub performs nothing and waits for nothing: it answers with actions, and its owner keeps it where one caller at a
/// time can reach it. Connections are WebSockets and listeners inside of the process alike.
package struct Hub: Sendable {
    let limits: HubLimits
    let makeID: @Sendable () -> String
    var connections = Slab<HubConnection>()
    var subscriptions = Slab<HubSubscription>()
    var groups = Slab<HubGroup>()
    var index = HubIndex()
    var held = HeldBytes()
    /// The number of the last event.
    var event: UInt64 = 0
    private var users: [String: Set<ConnectionID>] = [:]
    private var opened: UInt64 = 0

    /// - Parameter makeID: makes the id of a subscription for which the client has chosen none.
    package init(limits: HubLimits = HubLimits(), makeID: @escaping @Sendable () -> String) {
        self.limits = limits
        self.makeID = makeID
    }

    /// How many connections there are.
    package var count: Int { connections.count }

    /// How many subscriptions all connections have together.
    package var subscriptionCount: Int { subscriptions.count }

    /// - Throws: 1013 `realtime_too_many_messages` when there are too many.
    package mutating func connect(_ listener: Listener) throws(AppError) -> ConnectionID {
        guard connections.count < limits.connections else {
            throw AppError(
                .realtimeTooManyMessages,
                "There are \(limits.connections) connections already, which are all that this process takes."
            )
        }
        opened += 1
        let id = ConnectionID(place: connections.insert(HubConnection(opened, listener)), number: opened)
        if let user = listener.user { users[user, default: []].insert(id) }
        return id
    }

    /// Forgets a connection with its subscriptions and all that waits for it. Does nothing when it is gone.
    package mutating func disconnect(_ id: ConnectionID) {
        guard isOpen(id) else { return }
        unsubscribeAll(id)
        held.remove(connections[id.place].queue.all)
        forgetUser(of: id)
        connections.remove(id.place)
    }

    /// Says who listens from now on, or which roles it has from now on. Subscriptions stay and keep their ids; what
    /// they hear changes at once.
    package mutating func identify(_ id: ConnectionID, as listener: Listener) {
        guard isOpen(id), connections[id.place].listener != listener else { return }
        let old = connections[id.place].listener
        let known = connections[id.place].subscriptions.values.map { (place: $0, wishes: wishes(of: $0)) }
        for place in known.map(\.place) { clear(place) }
        forgetUser(of: id)
        connections[id.place].listener = listener
        connections[id.place].roles = listener.roles
        if let user = listener.user { users[user, default: []].insert(id) }
        for (place, wishes) in known {
            fill(
                place,
                wishes.map { wish in
                    let channels = wish.channels.map { AccountChannels.rebound($0, from: old, to: listener) }
                    return ChannelWish(channels: channels, queries: wish.queries)
                }
            )
        }
    }

    /// Who listens on a connection; nil when it is gone.
    package func listener(of id: ConnectionID) -> Listener? { isOpen(id) ? connections[id.place].listener : nil }

    package func connections(ofUser user: String) -> Set<ConnectionID> { users[user] ?? [] }

    /// The connections whose roles a change may concern.
    package func connections(concernedBy change: RightsChange) -> Set<ConnectionID> {
        switch change {
        case .none: []
        case .user(let user): connections(ofUser: user)
        case .team(let team):
            Set(
                connections.places.filter { connections[$0].roles.contains("team:\(team)") }
                    .map { ConnectionID(place: $0, number: connections[$0].number) }
            )
        }
    }

    /// Whether anybody listens on one of these channels.
    package func listens(onAnyOf channels: [String]) -> Bool { index.knows(anyOf: channels) }

    func isOpen(_ id: ConnectionID) -> Bool { connections.find(id.place)?.number == id.number }

    private mutating func forgetUser(of id: ConnectionID) {
        guard let user = connections[id.place].listener.user else { return }
        users[user]?.remove(id)
        if users[user]?.isEmpty == true { users[user] = nil }
    }
}
