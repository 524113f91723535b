import Values

/// The log of events is the change stream of one collection: its order is the order of the commits, on every process
/// and through failovers, and no late commit is ever skipped.
extension MongoSession {
    private static let inserts = BSONWriter.document { writer in
        writer.array("pipeline") { addInserts(to: &$0, from: 0) }
    }

    /// The stages that make of changes what ``event(_:)`` reads.
    static func addInserts(to stages: inout BSONWriter, from index: Int) {
        stages.document(.index(index)) { stage in
            stage.document("$match") { $0.string("operationType", "insert") }
        }
        stages.document(.index(index + 1)) { stage in
            stage.document("$project") { $0.int32("fullDocument.record", 1) }
        }
    }

    /// A change as a record with its place; nil for any that is none.
    static func event(_ change: BSONView) throws -> LoggedEvent? {
        guard let token = try change["_id"]?.document,
            let record = try change["fullDocument"]?.document?["record"]?.binary
        else { return nil }
        return LoggedEvent(cursor: try cursor(token), record: Array(record))
    }

    func events(after cursor: EventCursor?, limit: Int) throws -> [LoggedEvent] {
        var result: [LoggedEvent] = []
        guard limit > 0 else { return result }
        let start = project.start
        let options = BSONWriter.document { writer in
            if let cursor {
                writer.raw("startAfter", document: Self.token(cursor))
            } else {
                writer.timestamp("startAtOperationTime", start)
            }
            writer.int64("maxAwaitTimeMS", 1)
            writer.int32("batchSize", Int32(clamping: min(limit, 1000)))
        }
        _ = try connection.watch(Self.inserts, options, on: project.system("events")) { change in
            guard let event = try Self.event(change) else { return true }
            result.append(event)
            if result.count % 100 == 0 { _ = try remaining() }
            return result.count < limit
        }
        return result
    }

    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])] {
        var result: [(number: Int64, record: [UInt8])] = []
        // For the server, a limit of 0 is none.
        guard limit > 0 else { return result }
        let filter = BSONWriter.document { writer in
            writer.document("_id") { $0.int64("$lt", number ?? .max) }
        }
        let options = BSONWriter.document { writer in
            writer.document("sort") { $0.int32("_id", -1) }
            writer.int64("limit", Int64(limit))
            if let milliseconds = try? remaining() { writer.int64("maxTimeMS", milliseconds) }
        }
        try reading {
            try connection.find(filter, options, in: project.system("events"), server) { document in
                guard let number = try document["_id"]?.integer, let record = try document["record"]?.binary else {
                    return true
                }
                result.append((number, Array(record)))
                return true
            }
        }
        return result
    }

    func lastEvent() throws -> EventCursor? {
        let options = BSONWriter.document { $0.int64("maxAwaitTimeMS", 1) }
        let end = try connection.watch(Self.inserts, options, on: project.system("events")) { _ in true }
        let token = try end.map { try $0.withUnsafeBytes { try Self.cursor(try BSONView($0)) } }
        guard let token else { throw StoreError(.internalFault, "MongoDB did not say where its log of changes ends") }
        return token
    }

    /// Reads the change stream until it has passed the moment at which this was called: a batch without changes says up to
    /// which operation of the server the stream has come, and every commit that was acknowledged before comes before that.
    func news(after place: EventCursor?, limit: Int) throws -> LogNews? {
        guard let place else { return try lastEvent().map { LogNews(records: [], end: $0) } }
        let events = project.system("events")
        // Asked where the events are, because on a sharded cluster each shard has its own clock.
        let question = BSONWriter.document { writer in
            writer.string("find", events.name)
            writer.document("projection") { $0.int32("_id", 1) }
            writer.int64("limit", 1)
            writer.bool("singleBatch", true)
        }
        let now = try connection.command(question, on: events.database) { try $0["operationTime"]?.timestamp ?? .max }
        let options = BSONWriter.document { writer in
            writer.raw("startAfter", document: Self.token(place))
            writer.int64("maxAwaitTimeMS", 1)
        }
        var records: [[UInt8]] = []
        let patience = monotonicNanoseconds() + Self.patience
        let end = try connection.watch(Self.inserts, options, on: events) { change in
            guard let record = try change["fullDocument"]?.document?["record"]?.binary else { return true }
            records.append(Array(record))
            return records.count <= limit
        } until: { token in
            let time = try token.withUnsafeBytes { try BSONView($0)["_data"]?.string }.flatMap(Self.time)
            return (time ?? .max) >= now || monotonicNanoseconds() > patience
        }
        guard records.count <= limit, let end else { return nil }
        let (data, cursor) = try end.withUnsafeBytes {
            (try BSONView($0)["_data"]?.string, try Self.cursor(BSONView($0)))
        }
        guard let time = data.flatMap(Self.time), time >= now else { return nil }
        return LogNews(records: records, end: cursor)
    }

    /// How long the stream may take to come to the present, in nanoseconds.
    private static let patience: UInt64 = 500_000_000

    /// The time of the server in the text of a resume token: behind the type of the key comes the time, in 16 digits.
    private static func time(_ data: String) -> UInt64? {
        guard data.hasPrefix("82"), data.utf8.count >= 18 else { return nil }
        return UInt64(data.dropFirst(2).prefix(16), radix: 16)
    }

    /// A resume token as text. It is a string of digits with, for some keys, the types of their parts beside it.
    static func cursor(_ token: BSONView) throws -> EventCursor {
        guard let data = try token["_data"]?.string else { throw BSONView.broken }
        guard let types = try token["_typeBits"]?.binary else { return EventCursor(data) }
        return EventCursor(data + "-" + types.hexadecimal)
    }

    static func token(_ cursor: EventCursor) -> [UInt8] {
        let parts = cursor.text.split(separator: "-", maxSplits: 1)
        return BSONWriter.document { writer in
            writer.string("_data", parts.first.map(String.init) ?? "")
            guard parts.count == 2 else { return }
            let digits = Array(parts[1].utf8)
            let types = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
                UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16)
            }
            writer.binary("_typeBits", types)
        }
    }
}
