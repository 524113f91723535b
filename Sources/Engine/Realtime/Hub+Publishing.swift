extension Hub {
    /// Tells an event to everybody who listens to it and may hear of it: once to each connection, with the ids of all
    /// its subscriptions that match.
    ///
    /// A connection for which too much waits is closed; nobody waits for it.
    package mutating func publish(_ event: RealtimeEvent) -> [HubAction] {
        self.event += 1
        let number = self.event
        let listening = match(event, number)
        guard !listening.isEmpty else { return [] }
        let text = Frame.text(of: event)
        var actions: [HubAction] = []
        for place in listening {
            var ids: [String] = []
            swap(&ids, &connections[place].matched)
            if ids.count > 1 { ids.sort() }
            enqueue(Frame(number, text, for: ids), place, &actions)
        }
        relieve(&actions)
        return actions
    }

    /// Notes with each connection which of its subscriptions match an event.
    /// - Returns: the places of the connections with any.
    private mutating func match(_ event: RealtimeEvent, _ number: UInt64) -> [Int32] {
        var listening: [Int32] = []
        for place in index.groups(hearing: event) where groups[place].event != number {
            groups[place].event = number
            let subscription = groups[place].subscription
            guard subscriptions[subscription].event != number, groups[place].wish.queries.match(event.payload) else {
                continue
            }
            subscriptions[subscription].event = number
            let connection = subscriptions[subscription].connection
            if connections[connection].event != number {
                connections[connection].event = number
                listening.append(connection)
            }
            connections[connection].matched.append(subscriptions[subscription].id)
        }
        return listening
    }

    /// Puts a frame into the queue of a connection, or closes the connection when the queue is full.
    mutating func enqueue(_ frame: Frame, _ place: Int32, _ actions: inout [HubAction]) {
        let id = ConnectionID(place: place, number: connections[place].number)
        guard connections[place].queue.hasRoom(for: frame, limits) else {
            actions.append(close(id, .slowConsumer))
            return
        }
        held.add(frame)
        if connections[place].queue.append(frame) { actions.append(.wake(id)) }
    }

    /// What a connection is to send next; whatever it was given before counts as sent. After an empty answer it need
    /// not ask again before it is woken.
    package mutating func take(_ id: ConnectionID) -> [Frame] {
        guard isOpen(id) else { return [] }
        let (sent, next) = connections[id.place].queue.take(limits)
        held.remove(sent)
        return next
    }

    private mutating func close(_ id: ConnectionID, _ closing: HubClosing) -> HubAction {
        disconnect(id)
        return .close(id, closing)
    }

    /// Closes the connections for which most waits while all of them together hold too much.
    private mutating func relieve(_ actions: inout [HubAction]) {
        guard held.total > limits.totalBytes else { return }
        let byNeed = connections.places.sorted { connections[$0].queue.bytes > connections[$1].queue.bytes }
        for place in byNeed where held.total > limits.totalBytes && connections[place].queue.bytes > 0 {
            let id = ConnectionID(place: place, number: connections[place].number)
            actions.removeAll { $0 == .wake(id) }
            actions.append(close(id, .slowConsumer))
        }
    }

    /// Closes a connection whose message is longer than messages may be.
    mutating func closeForLength(_ id: ConnectionID) -> HubAction { close(id, .messageTooLong) }
}
