import Values

@testable import Engine

extension EventRecord {
    /// A record with a pattern of the catalog, the ids in it, and a payload.
    init(_ event: String, _ ids: [String], _ payload: JSON = [:], by actor: String = "key") {
        let record: JSON = [
            "event": .string(event), "ids": JSON(ids), "actor": .string(actor), "at": 1_795_335_000_123,
            "payload": payload,
        ]
        self.init(parsing: record.encoded)!
    }

    /// What is done to a row of the table `t` in the database `d`.
    static func row(_ action: String, _ id: String = "r", _ payload: JSON = [:]) -> EventRecord {
        EventRecord("databases.[databaseId].tables.[tableId].rows.[rowId].\(action)", ["d", "t", id], payload)
    }
}
