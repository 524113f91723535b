import Synchronization
import Threads
import Values

/// One project in a deployment: checked, made if needed, and what is known of it meanwhile.
final class MongoProject: Sendable {
    let id: String
    let driver: MongoDriver
    let sequences = SequenceClock()
    private let systemTables: [SystemTable]
    private let opening = Monitor(Opening.closed)
    private let known = Mutex(Known())
    private let version = Monitor(Version())

    /// The version of the layout that this code reads and writes.
    static let format: Int64 = 1

    private enum Opening {
        case closed, running, open
        case failed(until: UInt64, any Error)
    }

    /// Reads of the schema version, numbered, of which one runs at a time.
    private struct Version {
        var started = 0
        var finished = 0
        var isRunning = false
        var value: Int64 = 0
    }

    private struct Known {
        var node: Int64?
        /// When the log of events began, as an internal time of the deployment.
        var start: UInt64 = 0
        /// Where tables are, by their incarnation.
        var collections: [String: MongoCollection] = [:]
        /// What is derived from layouts, by their identity, which the tables keep alive.
        var tables: [ObjectIdentifier: MongoTable] = [:]
        /// The optional tables of our own that were not found to be there yet, by their ids.
        var missing: [String: SystemTable] = [:]
    }

    init(_ id: String, _ driver: MongoDriver, systemTables: [SystemTable]) {
        self.id = id
        self.driver = driver
        self.systemTables = systemTables.filter { !$0.isOptional }
        let optional = systemTables.filter(\.isOptional)
        known.withLock { $0.missing = Dictionary(uniqueKeysWithValues: optional.map { ($0.layout.tableID, $0) }) }
    }

    var metadata: String { MongoNames.metadata(of: id) }

    func system(_ name: String) -> MongoCollection { MongoCollection(database: metadata, name: name) }

    // MARK: Opening

    /// Makes sure that the deployment fits and the project is there. Whoever comes while another thread does it waits
    /// and shares the outcome.
    func open(_ connection: MongoConnection) throws {
        enum Turn { case done, mine, refused(any Error) }
        let turn: Turn = opening.wait { state in
            switch state {
            case .open: return .done
            case .running: return nil
            case .failed(let until, let error) where until > monotonicNanoseconds(): return .refused(error)
            case .closed, .failed:
                state = .running
                return .mine
            }
        }
        switch turn {
        case .done: return
        case .refused(let error): throw error
        case .mine: break
        }
        do {
            try prepare(connection)
            opening.withLock { $0 = .open }
            opening.broadcast()
        } catch {
            opening.withLock { $0 = .failed(until: monotonicNanoseconds() + 200_000_000, error) }
            opening.broadcast()
            throw error
        }
    }

    private func prepare(_ connection: MongoConnection) throws {
        let hello = BSONWriter.document { $0.int32("hello", 1) }
        let isReplicated = try connection.command(hello, on: "admin") { reply in
            try reply["setName"] != nil || reply["msg"]?.string == "isdbgrid"
        }
        guard isReplicated else { throw MongoFailure.standalone(driver.hosts) }
        if try !readMetadata(connection) {
            try make(connection)
            guard try readMetadata(connection) else {
                throw StoreError(.damaged, "the database \(metadata) holds no metadata although it was just written")
            }
        }
        try passLastSequence(connection)
    }

    /// The clock of this machine may have been set back since the last process ended.
    private func passLastSequence(_ connection: MongoConnection) throws {
        let options = BSONWriter.document { writer in
            writer.document("sort") { $0.int32("_id", -1) }
            writer.document("projection") { $0.int32("_id", 1) }
            writer.int64("limit", 1)
        }
        try connection.find(BSONWriter.document { _ in }, options, in: system("events"), nil) { document in
            if let last = try document["_id"]?.integer { sequences.pass(last) }
            return false
        }
    }

    private func readMetadata(_ connection: MongoConnection) throws -> Bool {
        var format: Int64?
        var start: UInt64 = 0
        try connection.findOne(
            BSONWriter.document { $0.string("_id", "project") },
            in: system("meta"),
            nil
        ) { document in
            format = try document["format"]?.integer ?? 0
            start = try document["start"]?.timestamp ?? 0
        }
        guard let format else { return false }
        guard format <= Self.format else {
            throw StoreError(
                .unavailable,
                "the project '\(id)' on MongoDB was written by a newer Tandem (format \(format), this one knows "
                    + "\(Self.format)); use that version"
            )
        }
        known.withLock { $0.start = start }
        return true
    }

    /// Makes the collections of Tandem itself. Everything may be there already, from a process that was killed or one
    /// that does the same; what says that the project exists is written last.
    private func make(_ connection: MongoConnection) throws {
        for table in systemTables {
            try MongoSchema.create(MongoTable(table.layout, system(table.layout.tableID)), table.indexes, connection)
        }
        for name in ["events", "collections", "meta"] {
            try MongoSchema.create(system(name), [], connection)
        }
        try MongoSchema.index(
            system("collections"),
            name: "place",
            keys: [("database", 1), ("collection", 1)],
            unique: true,
            connection
        )
        let start = try connection.command(BSONWriter.document { $0.int32("hello", 1) }, on: "admin") { reply in
            try reply["operationTime"]?.timestamp ?? 0
        }
        try addMetadata("schema", connection) { $0.int64("version", 1) }
        try addMetadata("project", connection) { writer in
            writer.int64("format", Self.format)
            writer.string("id", id)
            writer.timestamp("start", start)
        }
    }

    /// Sees to an optional table of our own before its first row: it is made in the transaction of the session when
    /// nothing of it may last.
    /// - Throws: ``PendingWrites/LacksTable`` where it is to be made before the transaction is run again.
    func makeIfMissing(_ layout: TableLayout, _ session: MongoSession, _ writes: PendingWrites) throws {
        let id = layout.tableID
        guard let table = known.withLock({ $0.missing[id] }) else { return }
        guard writes.isRehearsal, let server = session.server else { throw PendingWrites.LacksTable(id: id) }
        guard !writes.rehearsedTables.contains(id) else { return }
        writes.rehearsedTables.insert(id)
        let collection = system(id)
        // Another process may have made it.
        guard try !MongoSchema.exists(collection, session.connection) else { return }
        try MongoSchema.create(MongoTable(table.layout, collection), table.indexes, session.connection, within: server)
    }

    /// Makes an optional table of our own; it may be there already.
    func makeOptional(_ id: String, _ connection: MongoConnection) throws {
        guard let table = known.withLock({ $0.missing[id] }) else { return }
        try MongoSchema.create(MongoTable(table.layout, system(id)), table.indexes, connection)
        known.withLock { $0.missing[id] = nil }
    }

    private func addMetadata(_ name: String, _ connection: MongoConnection, _ body: (inout BSONWriter) -> Void) throws {
        let command = BSONWriter.document { writer in
            writer.string("insert", "meta")
            writer.array("documents") { documents in
                documents.document(.index(0)) { document in
                    document.string("_id", name)
                    body(&document)
                }
            }
        }
        do { try connection.command(command, on: metadata, writes: true) } catch let failure as MongoFailure
            where failure.isDuplicateKey
        {}
    }

    // MARK: What is known

    /// When the log of events began.
    var start: UInt64 { known.withLock { $0.start } }

    /// The schema version, read after this was called. Whoever comes while it is being read waits for the next turn and
    /// shares that, so that many calls at once cost one.
    func version(_ connection: MongoConnection) throws -> Int64 {
        var turn: Int?
        let shared: Int64? = version.wait { state -> Int64?? in
            let mine = turn ?? state.started + 1
            turn = mine
            if state.finished >= mine { return .some(state.value) }
            guard !state.isRunning else { return nil }
            state.isRunning = true
            state.started += 1
            return .some(nil)
        }
        if let shared { return shared }
        let result = Result { try readVersion(connection, nil).version }
        version.withLock { state in
            state.isRunning = false
            guard case .success(let value) = result else { return }
            state.finished = state.started
            state.value = value
        }
        version.broadcast()
        return try result.get()
    }

    /// The schema version as a session sees it, and whether somebody has marked it as changing.
    func readVersion(
        _ connection: MongoConnection,
        _ session: MongoServerSession?
    ) throws -> (version: Int64, isMarked: Bool) {
        var version: Int64?
        var isMarked = false
        try connection.findOne(
            BSONWriter.document { $0.string("_id", "schema") },
            in: system("meta"),
            session
        ) { document in
            version = try document["version"]?.integer
            isMarked = try document["changing"] != nil
        }
        return (try checked(version), isMarked)
    }

    /// - Throws: ``StoreError`` `damaged` when there is no version.
    func checked(_ version: Int64?) throws(StoreError) -> Int64 {
        guard let version else {
            throw StoreError(.damaged, "the schema version is missing from \(metadata).meta; restore it from a backup")
        }
        return version
    }

    /// The number of this process among those that write to the project.
    func node(_ connection: MongoConnection) throws -> Int64 {
        if let node = known.withLock({ $0.node }) { return node }
        let command = BSONWriter.document { writer in
            writer.string("findAndModify", "meta")
            writer.document("query") { $0.string("_id", "nodes") }
            writer.document("update") { update in update.document("$inc") { $0.int64("count", 1) } }
            writer.bool("upsert", true)
            writer.bool("new", true)
        }
        let node = try connection.command(command, on: metadata, writes: true) { reply in
            try reply["value"]?.document?["count"]?.integer ?? 0
        }
        return known.withLock { known in
            known.node = known.node ?? node
            return known.node!
        }
    }

    /// What is derived from a layout; nil when its table is not in the deployment.
    func table(_ layout: TableLayout, _ connection: MongoConnection) throws -> MongoTable? {
        let key = ObjectIdentifier(layout)
        if let table = known.withLock({ $0.tables[key] }) { return table }
        guard let collection = try collection(layout, connection) else { return nil }
        let table = MongoTable(layout, collection)
        known.withLock { known in
            if known.tables.count >= 1024 { known.tables.removeAll() }
            known.tables[key] = table
        }
        return table
    }

    static func incarnation(_ layout: TableLayout) -> String {
        "\(layout.databaseID ?? "")/\(layout.tableID)#\(layout.incarnation)"
    }

    private func collection(_ layout: TableLayout, _ connection: MongoConnection) throws -> MongoCollection? {
        guard layout.databaseID != nil else { return system(layout.tableID) }
        let incarnation = Self.incarnation(layout)
        if let collection = known.withLock({ $0.collections[incarnation] }) { return collection }
        var found: MongoCollection?
        try connection.findOne(
            BSONWriter.document { $0.string("_id", incarnation) },
            in: system("collections"),
            nil
        ) { document in
            guard let database = try document["database"]?.string, let name = try document["collection"]?.string else {
                return
            }
            found = MongoCollection(database: database, name: name)
        }
        if let found {
            known.withLock { known in
                if known.collections.count >= 4096 { known.collections.removeAll() }
                known.collections[incarnation] = found
            }
        }
        return found
    }

    /// Whether a collection is that of a table, which may be one that nobody knows of here.
    func holdsTable(
        in collection: MongoCollection,
        _ connection: MongoConnection,
        _ session: MongoServerSession?
    ) throws -> Bool {
        var isThere = false
        let filter = BSONWriter.document { writer in
            writer.string("database", collection.database)
            writer.string("collection", collection.name)
        }
        try connection.findOne(filter, in: system("collections"), session) { _ in isThere = true }
        return isThere
    }

    /// Forgets where a table was, once it is gone.
    func forget(_ layout: TableLayout) {
        let incarnation = Self.incarnation(layout)
        known.withLock { known in
            known.collections[incarnation] = nil
            known.tables = known.tables.filter { Self.incarnation($0.value.layout) != incarnation }
        }
    }
}
