import Values

@testable import Engine

/// The rows of one table as its event log tells them.
struct EventReplay {
    private(set) var rows: [TableModel.Row] = []
    /// The keys of columns by the moment of their creation, by which a renamed one is known again.
    private var columns: [String: String] = [:]

    mutating func apply(_ event: EventRecord) throws {
        let payload = try JSON(parsing: event.payload)
        let parts = event.event.split(separator: ".").map(String.init)
        switch (parts.dropLast(2).last, parts.last) {
        case ("rows", "delete"): rows.removeAll { $0.id == event.ids[2] }
        case ("rows", _):
            let row = Self.row(payload)
            if let index = rows.firstIndex(where: { $0.id == row.id }) { rows[index] = row } else { rows.append(row) }
        case ("columns", "create"): add(event.ids[2], payload)
        case ("columns", "update") where payload == [:]: remove(event.ids[2])
        case ("columns", "update"): rename(to: event.ids[2], payload)
        default: break
        }
    }

    private mutating func add(_ key: String, _ payload: JSON) {
        columns[payload["$createdAt"]?.string ?? ""] = key
        for index in rows.indices { rows[index].values[key] = .null }
    }

    private mutating func remove(_ key: String) {
        columns = columns.filter { $0.value != key }
        for index in rows.indices { rows[index].values[key] = nil }
    }

    private mutating func rename(to key: String, _ payload: JSON) {
        let created = payload["$createdAt"]?.string ?? ""
        guard let old = columns.updateValue(key, forKey: created), old != key else { return }
        for index in rows.indices { rows[index].values[key] = rows[index].values.removeValue(forKey: old) }
    }

    static func row(_ json: JSON) -> TableModel.Row {
        TableModel.Row(
            id: json["$id"]?.string ?? "",
            values: json.ownValues,
            permissions: json["$permissions"]?.strings ?? []
        )
    }
}

extension JSON {
    /// The columns of a row, without its system fields.
    var ownValues: [String: JSON] {
        let own = (object?.members ?? []).filter { !$0.key.hasPrefix("$") }
        return Dictionary(own.map { ($0.key, $0.value) }) { first, _ in first }
    }
}
