import Values

/// A change as somebody sees it who looks back: who did what to what, and when.
struct Activity: Sendable, Equatable {
    /// Where it happened, as a path: `databases/shop/tables/orders/rows/o1`.
    let resource: String
    /// What was done: `create`, `update`, `update.prefs`.
    let action: String
    let actor: String
    let at: Timestamp
    private let client: String
    private let event: String
    /// The ids of the rows that a bulk has changed; nil for any other change.
    private let rows: [String]?

    init(_ record: EventRecord) {
        var places: [String] = []
        var actions: [String] = []
        var ids = record.ids[...]
        let parts = record.event.split(separator: ".").map(String.init)
        for (index, part) in parts.enumerated() {
            if part.hasPrefix("[") {
                if let id = ids.popFirst() { places.append(id) }
            } else if index + 1 < parts.count, parts[index + 1].hasPrefix("[") {
                places.append(part)
            } else {
                actions.append(part)
            }
        }
        resource = places.joined(separator: "/")
        action = actions.joined(separator: ".")
        actor = record.actor
        at = record.at
        client = record.client
        event = record.name
        rows = record.isBulk ? (try? JSON(parsing: record.payload))?.array?.map { $0["$id"]?.string ?? "" } : nil
    }

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
        if !client.isEmpty { object["client"] = .string(client) }
        if let rows { object["rows"] = .int(Int64(rows.count)) }
        return .object(object)
    }
}
