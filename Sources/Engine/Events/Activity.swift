import Values

/// A change as somebody sees it who looks back: who did what to what, and when.
struct Activity: Sendable, Equatable {
    /// Where it happened, as a path: `databases/shop/tables/orders/rows/o1`.
    let resource: String
    /// What was done: `create`, `update`, `update.prefs`.
    let action: String
    /// Who did it, also where it acted as another user.
    let actor: String
    /// The user as whom it acted; nil where it acted as itself.
    private let user: String?
    let at: Timestamp
    private let client: String
    private let event: String
    /// The ids of the rows that a bulk has changed; nil for any other change.
    private let rows: [String]?

    init(_ record: EventRecord) {
        let path = EventPath(record)
        let places = zip(path.spokenKinds, path.resources).flatMap { kind, resource in
            [kind] + (resource.id.map { [$0] } ?? [])
        }
        resource = places.joined(separator: "/")
        action = path.actions.joined(separator: ".")
        actor = record.impersonator.isEmpty ? record.actor : "user:\(record.impersonator)"
        user = record.impersonator.isEmpty ? nil : record.actor
        at = record.at
        client = record.client
        event = path.name
        rows = record.isBulk ? (try? JSON(parsing: record.payload))?.array?.map { $0["$id"]?.string ?? "" } : nil
    }

    /// Whether somebody did it, or it was done in its name.
    func isBy(_ actor: String) -> Bool { actor == self.actor || actor == user }

    /// Whether it was done to what a path names, or to anything in it.
    func isIn(_ path: String) -> Bool {
        if resource == path || resource.hasPrefix(path + "/") { return true }
        guard let rows, path.hasPrefix(resource + "/") else { return false }
        return rows.contains(String(path.dropFirst(resource.count + 1)))
    }

    var json: JSON {
        var object: JSONObject = [
            "at": .string(at.text), "actor": .string(actor), "action": .string(action), "resource": .string(resource),
            "event": .string(event),
        ]
        if let user { object["as"] = .string(user) }
        if !client.isEmpty { object["client"] = .string(client) }
        if let rows { object["rows"] = .int(Int64(rows.count)) }
        return .object(object)
    }
}
