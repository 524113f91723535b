import Values

/// The log of events is the change stream of one collection: its order is the order of the commits, on every process
/// and through failovers, and no late commit is ever skipped.
extension MongoSession {
    private static let inserts = BSONWriter.document { writer in
        writer.array("pipeline") { stages in
            stages.document(.index(0)) { stage in
                stage.document("$match") { $0.string("operationType", "insert") }
            }
            stages.document(.index(1)) { stage in
                stage.document("$project") { $0.int32("fullDocument.record", 1) }
            }
        }
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
            guard let token = try change["_id"]?.document,
                let record = try change["fullDocument"]?.document?["record"]?.binary
            else { return true }
            result.append(LoggedEvent(cursor: try Self.cursor(token), record: Array(record)))
            if result.count % 100 == 0 { _ = try remaining() }
            return result.count < limit
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

    /// A resume token as text. It is a string of digits with, for some keys, the types of their parts beside it.
    private static func cursor(_ token: BSONView) throws -> EventCursor {
        guard let data = try token["_data"]?.string else { throw BSONView.broken }
        guard let types = try token["_typeBits"]?.binary else { return EventCursor(data) }
        return EventCursor(data + "-" + types.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
    }

    private static func token(_ cursor: EventCursor) -> [UInt8] {
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
