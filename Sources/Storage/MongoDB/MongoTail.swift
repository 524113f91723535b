import Glibc
import Values

/// Follows the change stream of the events, with a cursor that stays open.
///
/// The server answers as soon as there is a change, or after ``patience`` with the place up to which there is none, so
/// that a log in which nothing happens does not fall behind what the server keeps. After a failover the stream begins
/// again where it was.
final class MongoTail: BlockingTail.Source {
    private let project: MongoProject
    private let connection: MongoConnection
    private var place: EventCursor?
    private var cursor: Cursor?

    private struct Cursor {
        let id: Int64
        /// The server gives more only to who asked first.
        let session: MongoServerSession
    }

    /// How long the server waits for a change, in milliseconds; a tail that is stopped ends after that.
    private static let patience: Int64 = 500
    /// How long to leave a server alone that could not answer, in microseconds.
    private static let pause: UInt32 = 100_000

    init(_ project: MongoProject, after place: EventCursor?) throws {
        self.project = project
        self.place = place
        connection = try project.driver.connection()
    }

    deinit {
        if let cursor { close(cursor) }
        project.driver.release(connection)
    }

    func read(limit: Int) throws -> [LoggedEvent] {
        do {
            try project.open(connection)
            return try batch(limit)
        } catch let failure as MongoFailure {
            cursor = nil
            guard failure.isTransient else { throw failure.storeError(connection.hosts) }
            usleep(Self.pause)
            return []
        }
    }

    private func batch(_ limit: Int) throws -> [LoggedEvent] {
        let size = Int32(clamping: max(1, min(limit, 1000)))
        guard let cursor else {
            let session = try connection.session(.plain)
            let (id, events) = try answer(to: beginning(size), session)
            self.cursor = id == 0 ? nil : Cursor(id: id, session: session)
            return events
        }
        let more = BSONWriter.document { writer in
            writer.int64("getMore", cursor.id)
            writer.string("collection", project.system("events").name)
            writer.int32("batchSize", size)
            writer.int64("maxTimeMS", Self.patience)
        }
        let (id, events) = try answer(to: more, cursor.session)
        if id == 0 { self.cursor = nil }
        return events
    }

    private func beginning(_ size: Int32) -> [UInt8] {
        let start = project.start
        return BSONWriter.document { writer in
            writer.string("aggregate", project.system("events").name)
            writer.array("pipeline") { stages in
                stages.document(.index(0)) { stage in
                    stage.document("$changeStream") { stream in
                        if let place {
                            stream.raw("startAfter", document: MongoSession.token(place))
                        } else {
                            stream.timestamp("startAtOperationTime", start)
                        }
                    }
                }
                MongoSession.addInserts(to: &stages, from: 1)
            }
            writer.document("cursor") { $0.int32("batchSize", size) }
        }
    }

    private func answer(
        to command: [UInt8],
        _ session: MongoServerSession
    ) throws -> (cursor: Int64, events: [LoggedEvent]) {
        try connection.command(command, on: project.system("events").database, in: session) { reply in
            guard let cursor = try reply["cursor"]?.document else { throw BSONView.broken }
            var events: [LoggedEvent] = []
            try (cursor["nextBatch"] ?? cursor["firstBatch"])?.document?.forEach { item in
                if let event = try item.document.flatMap(MongoSession.event) { events.append(event) }
                return true
            }
            if let token = try cursor["postBatchResumeToken"]?.document {
                place = try MongoSession.cursor(token)
            } else if let last = events.last {
                place = last.cursor
            }
            return (try cursor["id"]?.integer ?? 0, events)
        }
    }

    /// Lets the server forget the cursor. What can't be told it forgets by itself.
    private func close(_ cursor: Cursor) {
        let events = project.system("events")
        let command = BSONWriter.document { writer in
            writer.string("killCursors", events.name)
            writer.array("cursors") { $0.int64(.index(0), cursor.id) }
        }
        try? connection.command(command, on: events.database, in: cursor.session)
    }
}
