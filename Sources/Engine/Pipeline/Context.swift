import Storage
import Values

/// What a body may use while its session is open.
class ReadContext {
    let call: Call
    let session: any ReadSession
    /// Who asks, as of the state that the session sees.
    let caller: Caller
    /// False once this session itself changed the schema, and sees what is not committed.
    fileprivate(set) var seesCommittedSchema = true
    let pipeline: Pipeline
    private var version: Int64?
    /// nil where the session began to read before this was made.
    private let glance: SchemaCache.Glance?

    private var cache: SchemaCache { pipeline.cache }

    /// - Throws: that the actor of the call may not run it, as ``Callers`` and ``ServiceSwitch`` find.
    init(_ call: Call, _ session: any ReadSession, _ pipeline: Pipeline, beginsSession: Bool = false) throws {
        self.call = call
        self.session = session
        self.pipeline = pipeline
        glance = beginsSession ? pipeline.cache.glance(at: call.now) : nil
        // Both are needed of a user in any case.
        var stamp: Callers.Stamp?
        if let user = call.actor.userID {
            let (version, row) = try session.versionedRow(user, in: Identity.stamp)
            self.version = version
            if let glance { pipeline.cache.found(version, glance) }
            stamp = Callers.Stamp(row)
        }
        var key: APIKey?
        if beginsSession, case .apiKey(let id) = call.actor, let mark = pipeline.store.mark {
            if let known = pipeline.callers.key(id, digest: call.keyDigest, at: mark) {
                let version = try session.schemaVersion()
                self.version = version
                if let glance { pipeline.cache.found(version, glance) }
                // The first read has settled what the session sees. If nothing was committed until after it, the session
                // sees the state in which the key was read.
                if pipeline.store.mark == mark { key = known }
            }
            if key == nil {
                let read = try APIKey(id, in: session, digest: call.keyDigest)
                pipeline.callers.keep(read, digest: call.keyDigest, at: mark)
                key = read
            }
        }
        caller = try pipeline.callers.caller(
            call.actor,
            for: call.operation,
            at: call.now,
            in: session,
            stamp: stamp,
            key: key,
            keyDigest: call.keyDigest
        )
        if !caller.isPrivileged { try pipeline.services.check(call, self) }
    }

    /// The same session for another call.
    func nested(_ call: Call) throws -> ReadContext { try ReadContext(call, session, pipeline) }

    var now: Timestamp { call.now }
    var dialect: Dialect { call.dialect }
    var schema: SchemaReader { SchemaReader(session: session) }

    /// The database that the call names.
    /// - Throws: 404 `database_not_found`, also for a disabled one unless the caller is the key.
    func database() throws -> Database {
        let id = call.string("databaseId")
        guard let database = try cached(id), database.enabled || caller.isPrivileged else {
            throw AppError(
                .databaseNotFound,
                "There is no database '\(id)'.",
                argument: "databaseId",
                hint: "tablesDB.list shows the databases."
            )
        }
        return database
    }

    /// The table that the call names.
    /// - Throws: 404 `database_not_found` or `table_not_found`, also for disabled ones unless the caller is the key.
    func table() throws -> Table {
        let id = call.string("tableId")
        if seesCommittedSchema,
            let (database, table) = cache.table(id, in: call.string("databaseId"), version: try schemaVersion())
        {
            guard database.enabled, table.enabled else { return try disabled(database, table) }
            return table
        }
        let database = try database()
        guard let table = try schema.table(id, in: database.id) else { throw unknownTable(id) }
        if seesCommittedSchema { cache.keep(table, version: try schemaVersion()) }
        guard table.enabled || caller.isPrivileged else { throw unknownTable(id) }
        return table
    }

    /// Another table of the same database, whatever its state; nil when there is none.
    func table(_ id: String, beside table: Table) throws -> Table? {
        if seesCommittedSchema, let (_, known) = cache.table(id, in: table.databaseID, version: try schemaVersion()) {
            return known
        }
        guard let found = try schema.table(id, in: table.databaseID) else { return nil }
        if seesCommittedSchema { cache.keep(found, version: try schemaVersion()) }
        return found
    }

    private func disabled(_ database: Database, _ table: Table) throws -> Table {
        if caller.isPrivileged { return table }
        _ = try self.database()
        throw unknownTable(table.id)
    }

    private func unknownTable(_ id: String) -> AppError {
        AppError(
            .tableNotFound,
            "There is no table '\(id)' in the database '\(call.string("databaseId"))'.",
            argument: "tableId",
            hint: "tablesDB.listTables shows the tables."
        )
    }

    /// A table with its database, whatever their state; nil when there is none.
    func table(_ id: String, in database: String) throws -> (Database, Table)? {
        if seesCommittedSchema, let known = cache.table(id, in: database, version: try schemaVersion()) { return known }
        guard let found = try cached(database), let table = try schema.table(id, in: database) else { return nil }
        if seesCommittedSchema { cache.keep(table, version: try schemaVersion()) }
        return (found, table)
    }

    /// A database, whatever its state; nil when there is none.
    func cached(_ id: String) throws -> Database? {
        guard seesCommittedSchema else { return try schema.database(id) }
        let version = try schemaVersion()
        if let known = cache.database(id, version: version) { return known }
        guard let database = try schema.database(id) else { return nil }
        cache.keep(database, version: version)
        return database
    }

    /// The version of the schema that this session sees.
    func schemaVersion() throws -> Int64 {
        if let version { return version }
        let current = try session.schemaVersion()
        version = current
        if let glance { cache.found(current, glance) }
        return current
    }
}

/// What a body that changes something may use. It does nothing outside its session, because it may run again.
final class WriteContext: ReadContext {
    let writer: any WriteSession
    /// Jobs that this transaction queued and that the call waits for.
    private(set) var awaited: [String] = []
    /// The names of the event's ids, where they are not arguments of the call.
    var eventIDs: [String: String] = [:]
    /// Every row that a bulk changed, as JSON text, for the event log; nil for calls that are none.
    var changedRows: [[UInt8]]?
    /// What the event tells instead of the answer, where the answer holds what only its caller may know.
    var eventPayload: JSON?
    /// What becomes of the caller's own session.
    var sessionChange: SessionChange?

    init(_ call: Call, writing session: any WriteSession, _ pipeline: Pipeline) throws {
        writer = session
        try super.init(call, session, pipeline)
    }

    /// Carries out another call in the same transaction, with its event.
    func perform(_ ready: ReadyCall) throws -> Response {
        let context = try nested(ready.call)
        let response = try Pipeline.perform(ready.work, context)
        awaited += context.awaited
        return response
    }

    /// The same session for another call.
    override func nested(_ call: Call) throws -> WriteContext {
        let context = try WriteContext(call, writing: writer, pipeline)
        if !seesCommittedSchema { context.seesChangedSchema() }
        return context
    }

    /// Says that the schema changes in this transaction.
    func changeSchema() throws {
        seesCommittedSchema = false
        try writer.bumpSchemaVersion()
    }

    /// Says that an earlier step of the same transaction has changed the schema.
    func seesChangedSchema() { seesCommittedSchema = false }

    /// Says that something has changed which the rights of a user depend on.
    func moveStamp(of user: String) throws {
        guard let row = try session.row(user, in: Identity.stamp) else { return }
        let change = RowChange(updatedAt: row.updatedAt, values: [(0, .int(Identity.newStamp()))])
        _ = try writer.update(user, change, in: Identity.stamp)
    }

    /// Records an event of its own for something that happens in passing: a user who is made by an invitation, a session
    /// that ends because of a new password.
    /// - Parameters:
    ///   - event: the pattern of an operation that does nothing else.
    ///   - ids: those that the pattern names, in its order.
    ///   - payload: as such an operation would answer, without what opens anything.
    func tell(_ event: String, _ ids: String..., payload: JSON) throws {
        try record(EventRecord(event, ids: ids, payload: payload.encoded, during: call))
    }

    /// Queues a job with this transaction. The call answers after it was carried out.
    func enqueue(_ job: Job) throws {
        awaited.append(try JobQueue.add(job, at: now, id: call.clock.makeID(), to: writer))
    }
}
