import Values

/// Forgetting old records of the event log. Readers of the change stream don't depend on them, but on the oplog.
struct MongoRetention {
    let project: MongoProject
    let connection: MongoConnection

    private var events: MongoCollection { project.system("events") }

    /// Removes the oldest records: those from before a moment, and those beyond so many bytes; at most `limit` of them.
    /// - Returns: how many there were.
    func removeEvents(_ bounds: LogBounds, limit: Int) throws -> Int {
        var end = bounds.oldest.map { SequenceClock.first(at: $0) } ?? .min
        if let bytes = bounds.bytes, let first = try firstKept(bytes) { end = max(end, first) }
        // The ids of a bounded part, because a command that removes has no limit but 1 and all.
        let ids = try ids(below: end, sort: 1, skip: 0, limit: limit)
        guard let last = ids.last else { return 0 }
        let command = BSONWriter.document { writer in
            writer.string("delete", events.name)
            writer.array("deletes") { items in
                items.document(.index(0)) { item in
                    item.document("q") { query in query.document("_id") { $0.int64("$lte", last) } }
                    item.int32("limit", 0)
                }
            }
        }
        return try connection.command(command, on: events.database, writes: true) { Int(try $0["n"]?.number ?? 0) }
    }

    /// The id of the oldest record that is kept when only so many bytes are; nil when all are.
    private func firstKept(_ bytes: Int64) throws -> Int64? {
        let statistics = BSONWriter.document { $0.string("collStats", events.name) }
        let (size, count) = try connection.command(statistics, on: events.database) { reply in
            (Int64(try reply["size"]?.number ?? 0), Int64(try reply["count"]?.number ?? 0))
        }
        guard size > bytes, count > 0 else { return nil }
        return try ids(below: .max, sort: -1, skip: max(0, bytes / max(1, size / count) - 1), limit: 1).first
    }

    private func ids(below bound: Int64, sort: Int32, skip: Int64, limit: Int) throws -> [Int64] {
        var result: [Int64] = []
        let filter = BSONWriter.document { writer in writer.document("_id") { $0.int64("$lt", bound) } }
        let options = BSONWriter.document { writer in
            writer.document("sort") { $0.int32("_id", sort) }
            writer.document("projection") { $0.int32("_id", 1) }
            writer.int64("skip", skip)
            writer.int64("limit", Int64(limit))
        }
        try connection.find(filter, options, in: events, nil) { document in
            if let id = try document["_id"]?.integer { result.append(id) }
            return true
        }
        return result
    }
}

extension SequenceClock {
    /// The smallest sequence of a moment.
    static func first(at moment: Timestamp) -> Int64 {
        max(0, moment.milliseconds - epoch) << (nodeBits + counterBits)
    }
}
