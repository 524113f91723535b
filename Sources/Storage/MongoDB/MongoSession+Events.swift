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
                writer.document("startAfter") { $0.string("_data", cursor.text) }
            } else {
                writer.timestamp("startAtOperationTime", start)
            }
            writer.int64("maxAwaitTimeMS", 1)
            writer.int32("batchSize", Int32(clamping: min(limit, 1000)))
        }
        _ = try connection.watch(Self.inserts, options, on: project.system("events")) { change in
            guard let token = try change["_id"]?.document?["_data"]?.string,
                let record = try change["fullDocument"]?.document?["record"]?.binary
            else { return true }
            result.append(LoggedEvent(cursor: EventCursor(token), record: Array(record)))
            if result.count % 100 == 0 { _ = try remaining() }
            return result.count < limit
        }
        return result
    }

    func lastEvent() throws -> EventCursor? {
        let options = BSONWriter.document { $0.int64("maxAwaitTimeMS", 1) }
        let token = try connection.watch(Self.inserts, options, on: project.system("events")) { _ in true }
        guard let token else { throw StoreError(.internalFault, "MongoDB did not say where its log of changes ends") }
        return EventCursor(token)
    }
}
