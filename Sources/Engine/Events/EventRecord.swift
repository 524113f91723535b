import Catalog
package import Values

/// What the event log keeps of one operation: what kind, on what, by whom, and what came of it.
///
/// It is compact on purpose. Event names with all their wildcards, channels and roles are derived from it by whoever
/// reads the log. As text it is
///
/// ```
/// {"event":PATTERN,"ids":[…],"actor":ACTOR,"client":PROGRAM,"at":MILLISECONDS,"payload":ANSWER}
/// ```
///
/// where `client` is left out of calls whose program did not say its name. Where somebody acted as another user, that
/// user is the `actor`, because it is its rights that counted, and `"by":USER` behind it says who it was.
///
/// A bulk writes one record for all its rows, or a few where they take many bytes. Such a record has `"bulk":true` before
/// the payload, which is the list of the rows as they are after the bulk (or were before they were deleted), and its
/// `ids` lack the last one that the pattern names, which is the `$id` of each row. ``single`` makes of it what single
/// operations would have written.
package struct EventRecord: Sendable, Equatable {
    /// The operation's event pattern, for example `databases.[databaseId].tables.[tableId].rows.[rowId].create`.
    package var event: String
    /// The ids in the order in which the pattern names them.
    package var ids: [String]
    /// Who caused it, in the form of ``Actor/description``.
    package var actor: String
    /// The id of the user who acted as the `actor`; empty where that acted itself.
    package var impersonator = ""
    /// The program through which it was done, as it calls itself; empty where it does not say.
    package var client = ""
    package var at: Timestamp
    /// The answer of the operation, for a row or a presence that was deleted what it was, or the list of the rows of a
    /// bulk: JSON text.
    package var payload: [UInt8]
    package private(set) var isBulk = false

    /// How many bytes the rows of one record take at the most; a row has fewer. MongoDB keeps no document of 16 MiB.
    static let maximumBytes = 8 << 20

    /// - Parameter actor: `tandem` for what Tandem did by itself.
    init(
        _ event: String,
        ids: [String],
        payload: [UInt8],
        by actor: String = "tandem",
        through client: String = "",
        at moment: Timestamp
    ) {
        self.event = event
        self.ids = ids
        self.actor = actor
        self.client = client
        at = moment
        self.payload = payload
    }

    /// The record of what a call did besides that which its own event tells.
    /// - Parameter event: the pattern of an operation that does nothing else.
    init(_ event: String, ids: [String], payload: [UInt8], during call: Call) {
        let (actor, client) = (call.actor.description, call.client.userAgent)
        self.init(event, ids: ids, payload: payload, by: actor, through: client, at: call.now)
        impersonator = call.actor.impersonator ?? ""
    }

    /// The record of a call; nil for operations without an event.
    init?(of call: Call, ids known: [String: String], payload: [UInt8]) {
        guard let event = call.operation.event else { return nil }
        let ids = call.operation.eventIDs.map { known[$0] ?? call.string($0) }
        self.init(event, ids: ids, payload: payload, during: call)
    }

    /// The records of a bulk, as few as hold its rows.
    static func records(
        of call: Call,
        ids: [String: String] = [:],
        rows: [[UInt8]],
        maximumBytes: Int = Self.maximumBytes
    ) -> [EventRecord] {
        var result: [EventRecord] = []
        var start = 0
        while start < rows.count, var record = EventRecord(of: call, ids: ids, payload: []) {
            record.ids.removeLast()
            record.isBulk = true
            var end = start
            while end < rows.count, end == start || record.payload.count + rows[end].count < maximumBytes {
                record.payload.append(UInt8(ascii: end == start ? "[" : ","))
                record.payload += rows[end]
                end += 1
            }
            record.payload.append(UInt8(ascii: "]"))
            result.append(record)
            start = end
        }
        return result
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
        impersonator = json["by"]?.string ?? ""
        client = json["client"]?.string ?? ""
        self.at = Timestamp(milliseconds: at)
        self.payload = payload.encoded
        isBulk = json["bulk"]?.bool ?? false
    }

    /// When what a record tells has happened, found without reading all of it; nil for a text that is no record.
    static func moment(of record: [UInt8]) -> Timestamp? {
        // The fields before it are short, and none of their texts can hold a quotation mark that is not escaped.
        let head = record.prefix(16 << 10)
        let mark = Array(",\"at\":".utf8)
        guard let place = head.firstRange(of: mark)?.upperBound else { return nil }
        let digits = head[place...].prefix { (0x30...0x39).contains($0) }
        return Int64(String(decoding: digits, as: UTF8.self)).map { Timestamp(milliseconds: $0) }
    }

    /// One record for each row of a bulk; the record itself for any other operation.
    package var single: [EventRecord] {
        guard isBulk, let rows = try? JSON(parsing: payload).array else { return [self] }
        return rows.map { row in
            var record = self
            record.isBulk = false
            record.ids.append(row["$id"]?.string ?? "")
            record.payload = row.encoded
            return record
        }
    }

    package var encoded: [UInt8] {
        var writer = JSONWriter(reserving: payload.count + 256)
        writer.raw("{\"event\":")
        writer.write(event)
        writer.raw(",\"ids\":")
        writer.write(JSON(ids))
        writer.raw(",\"actor\":")
        writer.write(actor)
        if !impersonator.isEmpty {
            writer.raw(",\"by\":")
            writer.write(impersonator)
        }
        if !client.isEmpty {
            writer.raw(",\"client\":")
            writer.write(client)
        }
        writer.raw(",\"at\":")
        writer.write(at.milliseconds)
        writer.raw(isBulk ? ",\"bulk\":true,\"payload\":" : ",\"payload\":")
        writer.raw(payload)
        writer.raw("}")
        return writer.bytes
    }
}
