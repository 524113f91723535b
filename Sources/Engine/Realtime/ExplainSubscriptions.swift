import Storage
import Values

/// Which of the stored subscriptions an event would reach, and why, as far as its name says it.
///
/// What depends on the payload, which a name does not have, is left open: `reached` is null then.
struct ExplainSubscriptions {
    private let path: EventPath
    private let context: ReadContext
    /// Those who listen, by what they are called; nil for those who can't, with the reason.
    private var owners: [String: (listener: Listener?, reason: String)] = [:]

    init(_ path: EventPath, _ context: ReadContext) {
        self.path = path
        self.context = context
    }

    mutating func answer() throws -> [JSON] {
        let filters: [Filter] = [.compare("expire", .greaterThan, [.string(context.now.text)])]
        let rows = try context.rows(filters, in: RealtimeTables.subscriptions)
        return try rows.map { try explain(StoredSubscription(row: $0)) }
    }

    private mutating func explain(_ subscription: StoredSubscription) throws -> JSON {
        let (listener, reason) = try owner(subscription.actor)
        guard let listener else { return json(subscription, [], false, reason) }
        let wish = try subscription.wish()
        let ear = EventEar(wish, for: listener)
        let channels = ear.heard(path, project: context.pipeline.project)
        guard !channels.isEmpty else {
            return json(subscription, [], false, "None of its channels tells of this event.")
        }
        let rights = try path.container.flatMap(context.eventFacts.rights)
        let isOpen = ear.mayHear(path.audience(.null, rights))
        guard isOpen || path.payloadOpens(rights) else {
            return json(subscription, channels, false, "\(subscription.actor) may not hear of it.")
        }
        var open: [String] = []
        if !isOpen { open.append("whether the permissions of the resource let \(subscription.actor) hear of it") }
        if wish.queries.ask { open.append("whether the payload matches its queries") }
        guard !open.isEmpty else {
            return json(subscription, channels, true, "Its channel tells of this event, and its owner may hear of it.")
        }
        let question = open.joined(separator: ", and ")
        return json(subscription, channels, nil, "A name has no payload, so it is open \(question).")
    }

    private func json(_ subscription: StoredSubscription, _ channels: [String], _ reached: Bool?, _ reason: String)
        -> JSON
    {
        [
            "subscriptionId": .string(subscription.id), "actor": .string(subscription.actor),
            "reached": reached.map { .bool($0) } ?? .null, "channels": JSON(channels), "reason": .string(reason),
        ]
    }

    /// Who has made a subscription, with the rights of this moment.
    private mutating func owner(_ name: String) throws -> (listener: Listener?, reason: String) {
        if let known = owners[name] { return known }
        let found: (Listener?, String)
        do {
            found = (try context.listener(try Actor(parsing: name)), "")
        } catch let error as AppError {
            found = (nil, "\(name) can't wait for events now: \(error.message)")
        }
        owners[name] = found
        return found
    }
}
