package import Values

extension Hub {
    /// Does what a client says in a message, and answers it.
    ///
    /// A message that is wrong is answered with an error and changes nothing.
    package mutating func receive(_ message: [UInt8], from id: ConnectionID) -> [HubAction] {
        guard isOpen(id), !connections[id.place].isEnding else { return [] }
        guard message.count <= limits.messageBytes else { return [closeForLength(id)] }
        do throws(AppError) {
            switch try ClientMessage(parsing: message) {
            case .ping: return send(.pong, to: id)
            case .authentication(let session): return [.authenticate(id, session: session)]
            case .subscribe(let requests):
                let subscribed = try subscribe(id, requests)
                return answer(id, "subscribe", ["success": true, "subscriptions": .array(subscribed.map(\.json))])
            case .unsubscribe(let ids):
                let removed: [JSON] = zip(ids, unsubscribe(id, ids)).map {
                    ["subscriptionId": .string($0), "removed": .bool($1)]
                }
                return answer(id, "unsubscribe", ["success": true, "subscriptions": .array(removed)])
            case .presence(let presence):
                guard connections[id.place].listener.user != nil else {
                    throw AppError(.userUnauthorized, "Only a user who has signed in can be present.")
                }
                return [.keepPresence(id, presence)]
            }
        } catch {
            return refuse(id, error)
        }
    }

    /// Sends a frame to one connection.
    package mutating func send(_ frame: Frame, to id: ConnectionID) -> [HubAction] {
        guard isOpen(id) else { return [] }
        var actions: [HubAction] = []
        enqueue(frame, id.place, &actions)
        return actions
    }

    /// Sends the first message of a connection; see ``Frame/connected(user:channels:slots:)``.
    package mutating func greet(
        _ id: ConnectionID,
        account: JSON,
        channels: [String] = [],
        slots: [(slot: Int, id: String)] = []
    ) -> [HubAction] {
        send(.connected(user: account, channels: channels, slots: slots), to: id)
    }

    /// Answers a client that has shown a session.
    /// - Parameter account: the account of the user.
    package mutating func authenticated(_ id: ConnectionID, as listener: Listener, account: JSON) -> [HubAction] {
        identify(id, as: listener)
        return answer(id, "authentication", ["success": true, "user": account])
    }

    /// Answers a client that has said that it is present.
    package mutating func present(_ id: ConnectionID, _ presence: JSON) -> [HubAction] {
        answer(id, "presence", ["presence": presence])
    }

    /// Answers a client with an error. One that broke a rule hears nothing after that and is closed.
    package mutating func refuse(_ id: ConnectionID, _ error: AppError) -> [HubAction] {
        guard error.code == .realtimePolicyViolation else { return send(.error(error), to: id) }
        return dismiss(id, error, .policy)
    }

    /// Tells a client why it is closed; it hears nothing after that.
    package mutating func dismiss(_ id: ConnectionID, _ error: AppError, _ closing: HubClosing) -> [HubAction] {
        guard isOpen(id), !connections[id.place].isEnding else { return [] }
        let actions = send(.error(error), to: id)
        guard isOpen(id) else { return actions }
        unsubscribeAll(id)
        connections[id.place].isEnding = true
        return actions + [.finish(id, closing)]
    }

    private mutating func answer(_ id: ConnectionID, _ type: String, _ members: JSONObject) -> [HubAction] {
        send(.response(to: type, members), to: id)
    }
}
