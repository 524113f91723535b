package import Values

extension Hub {
    /// Adds subscriptions, or channels to subscriptions that the connection has.
    ///
    /// Channels that a known subscription has already get the new queries, others are added with them, and what is not
    /// named stays as it was. Where an id stands several times, the last one counts. Either all is done or nothing.
    ///
    /// - Throws: 1013 `realtime_too_many_messages` when the connection would have more than it may.
    package mutating func subscribe(
        _ id: ConnectionID,
        _ requests: [SubscriptionRequest]
    ) throws(AppError) -> [Subscribed] {
        guard isOpen(id) else { return [] }
        let named = requests.map { request in
            var named = request
            if named.id == nil { named.id = makeID() }
            return named
        }
        var wanted: [String: [ChannelWish]] = [:]
        var usage = connections[id.place].usage
        for request in named {
            guard let name = request.id else { continue }
            let known = connections[id.place].subscriptions[name].map { self.wishes(of: $0) }
            if let earlier = wanted[name] ?? known { usage -= HubUsage(earlier) }
            let wishes = Self.adding(request, to: known ?? [])
            wanted[name] = wishes
            usage += HubUsage(wishes)
        }
        guard usage.fits(limits) else {
            throw AppError(
                .realtimeTooManyMessages,
                "A connection may have \(limits.subscriptions) subscriptions with \(limits.channels) channels and "
                    + "\(limits.queryBytes) bytes of queries in all; nothing was added."
            )
        }
        connections[id.place].usage = usage
        for (name, wishes) in wanted {
            let place = connections[id.place].subscriptions[name] ?? addSubscription(name, to: id)
            clear(place)
            fill(place, wishes)
        }
        let listener = connections[id.place].listener
        return named.map { request in
            Subscribed(
                id: request.id ?? "",
                channels: Self.heard(request.channels, by: listener),
                queries: request.queries.texts
            )
        }
    }

    /// Ends subscriptions.
    /// - Returns: for each id whether there was one.
    package mutating func unsubscribe(_ id: ConnectionID, _ ids: [String]) -> [Bool] {
        guard isOpen(id) else { return ids.map { _ in false } }
        return ids.map { name in
            guard let place = connections[id.place].subscriptions.removeValue(forKey: name) else { return false }
            connections[id.place].usage -= HubUsage(wishes(of: place))
            clear(place)
            subscriptions.remove(place)
            return true
        }
    }

    mutating func unsubscribeAll(_ id: ConnectionID) {
        _ = unsubscribe(id, Array(connections[id.place].subscriptions.keys))
    }

    private mutating func addSubscription(_ name: String, to id: ConnectionID) -> Int32 {
        let place = subscriptions.insert(HubSubscription(connection: id.place, id: name))
        connections[id.place].subscriptions[name] = place
        return place
    }

    func wishes(of subscription: Int32) -> [ChannelWish] {
        subscriptions[subscription].groups.map { groups[$0].wish }
    }

    /// What a subscription has once a request is added.
    private static func adding(_ request: SubscriptionRequest, to known: [ChannelWish]) -> [ChannelWish] {
        var seen: Set<String> = []
        let new = request.channels.filter { $0.utf8.count <= HubLimits.longestChannel && seen.insert($0).inserted }
        let rest = known.map { wish in
            ChannelWish(channels: wish.channels.filter { !seen.contains($0) }, queries: wish.queries)
        }
        return (rest + [ChannelWish(channels: new, queries: request.queries)]).filter { !$0.channels.isEmpty }
    }

    /// The channels that somebody hears of those that it asked for, without repetition.
    private static func heard(_ channels: [String], by listener: Listener) -> [String] {
        var seen: Set<String> = []
        return channels.flatMap { AccountChannels.names($0, for: listener) }.filter { seen.insert($0).inserted }
    }

    /// Registers what a subscription wishes to hear.
    mutating func fill(_ subscription: Int32, _ wishes: [ChannelWish]) {
        let connection = connections[subscriptions[subscription].connection]
        for wish in wishes {
            let channels = Self.heard(wish.channels, by: connection.listener)
            let group = groups.insert(HubGroup(subscription: subscription, wish: wish, channels: channels))
            subscriptions[subscription].groups.append(group)
            index.insert(group, channels: channels, roles: connection.roles, gates: wish.queries.gates)
        }
    }

    /// Takes back what ``fill(_:_:)`` did.
    mutating func clear(_ subscription: Int32) {
        let roles = connections[subscriptions[subscription].connection].roles
        for place in subscriptions[subscription].groups {
            let group = groups[place]
            index.remove(place, channels: group.channels, roles: roles, gates: group.wish.queries.gates)
            groups.remove(place)
        }
        subscriptions[subscription].groups = []
    }
}
