import Catalog
package import Values

/// What the event log keeps of one operation: what kind, on what, by whom, and what came of it.
///
/// It is compact on purpose. Event names with all their wildcards, channels and roles are derived from it by whoever
/// reads the log.
package struct EventRecord: Sendable, Equatable {
    /// The operation's event pattern, for example `databases.[databaseId].tables.[tableId].rows.[rowId].create`.
    package var event: String
    /// The ids in the order in which the pattern names them.
    package var ids: [String]
    /// Who caused it, in the form of ``Actor/description``.
    package var actor: String
    package var at: Timestamp
    /// The answer of the operation, JSON text.
    package var payload: [UInt8]

    /// The record of a call; nil for operations without an event.
    init?(of call: Call, ids known: [String: String], payload: [UInt8]) {
        guard let event = call.operation.event else { return nil }
        self.event = event
        ids = call.operation.eventIDs.map { known[$0] ?? call.string($0) }
        actor = call.caller.actor.description
        at = call.now
        self.payload = payload
    }

    /// Reads a record from the log; nil for a text that is none.
    package init?(parsing record: [UInt8]) {
        guard let json = try? JSON(parsing: record), let event = json["event"]?.string,
            let ids = json["ids"]?.strings, let actor = json["actor"]?.string, let at = json["at"]?.int,
            let payload = json["payload"]
        else { return nil }
        self.event = event
        self.ids = ids
        self.actor = actor
        self.at = Timestamp(milliseconds: at)
        self.payload = payload.encoded
    }

    package var encoded: [UInt8] {
        var writer = JSONWriter(reserving: payload.count + 256)
        writer.raw("{\"event\":")
        writer.write(event)
        writer.raw(",\"ids\":")
        writer.write(JSON(ids))
        writer.raw(",\"actor\":")
        writer.write(actor)
        writer.raw(",\"at\":")
        writer.write(at.milliseconds)
        writer.raw(",\"payload\":")
        writer.raw(payload)
        writer.raw("}")
        return writer.bytes
    }
}
