import Values

/// Reads and, in a transaction, writes through one connection. Lives only inside a scope of ``MongoStore``.
final class MongoSession: WriteSession {
    let project: MongoProject
    let connection: MongoConnection
    let server: MongoServerSession?
    private var supervision: Supervision?
    /// What was written and not sent yet; nil where nothing may be written.
    let writes: PendingWrites?
    /// The version that this transaction sees, changed by itself or not.
    private var version: Int64?

    /// What can stop the work of a scope.
    struct Supervision {
        var cancellation: MongoCancellation
        /// Nanoseconds of the monotonic clock.
        var deadline: UInt64

        init(_ cancellation: MongoCancellation, within limit: Duration) {
            self.cancellation = cancellation
            deadline = monotonicNanoseconds(after: limit)
        }
    }

    init(
        _ project: MongoProject,
        _ connection: MongoConnection,
        _ server: MongoServerSession?,
        supervision: Supervision? = nil,
        writes: PendingWrites? = nil
    ) {
        self.project = project
        self.connection = connection
        self.server = server
        self.supervision = supervision
        self.writes = writes
    }

    // MARK: Reading

    func schemaVersion() throws -> Int64 {
        guard writes != nil else { return try project.version(connection) }
        if let version { return version }
        let (current, isMarked) = try project.readVersion(connection, server)
        if isMarked, writes?.gate == nil, try SchemaGate.isHeld(project, connection, server) {
            throw PendingWrites.SchemaChanges()
        }
        version = current
        return current
    }

    func row(_ id: String, in layout: TableLayout) throws -> StoredRow? {
        guard let table = try located(layout) else { return nil }
        try writes?.send(before: id, in: table.collection, self)
        var row: StoredRow?
        let options = BSONWriter.document { writer in
            writer.int64("limit", 1)
            writer.bool("singleBatch", true)
            if let milliseconds = try? remaining() { writer.int64("maxTimeMS", milliseconds) }
        }
        try reading {
            try connection.find(
                BSONWriter.document { $0.string("_id", id) },
                options,
                in: table.collection,
                server
            ) { document in
                row = try table.decode(document)
                return false
            }
        }
        if row != nil { writes?.noteRow(id, in: table.collection) }
        return row
    }

    func versionedRow(_ id: String, in layout: TableLayout) throws -> (version: Int64, row: StoredRow?) {
        let metadata = project.system("meta")
        guard writes == nil, let table = try located(layout), table.collection.database == metadata.database else {
            return (try schemaVersion(), try row(id, in: layout))
        }
        let pipeline = BSONWriter.document { writer in
            writer.array("pipeline") { stages in
                stages.document(.index(0)) { stage in stage.document("$match") { $0.string("_id", id) } }
                stages.document(.index(1)) { stage in
                    stage.document("$unionWith") { union in
                        union.string("coll", metadata.name)
                        union.array("pipeline") { stages in
                            stages.document(.index(0)) { $0.document("$match") { $0.string("_id", "schema") } }
                            // Without an id, by which rows can be told from it.
                            stages.document(.index(1)) { stage in
                                stage.document("$project") { fields in
                                    fields.int32("_id", 0)
                                    fields.int32("version", 1)
                                }
                            }
                        }
                    }
                }
            }
        }
        let milliseconds = try remaining()
        let options = BSONWriter.document { writer in
            writer.int64("maxTimeMS", milliseconds)
            if server == nil { connection.addReadConcern(to: &writer) }
        }
        var version: Int64?
        var row: StoredRow?
        try reading {
            try connection.aggregate(pipeline, options, in: table.collection, server) { document in
                if try document["_id"] == nil {
                    version = try document["version"]?.integer
                } else {
                    row = try table.decode(document)
                }
                return true
            }
        }
        return (try project.checked(version), row)
    }

    func rows(_ query: RowQuery, in layout: TableLayout) throws -> [StoredRow] {
        guard let table = try located(layout) else { return [] }
        try writes?.send(in: table.collection, self)
        var result: [StoredRow] = []
        var bytes = 0
        let take: (BSONView) throws -> Bool = { [self] document in
            let row = try table.decode(document)
            bytes += row.footprint
            guard bytes <= query.maximumBytes else {
                throw StoreError(.tooLarge, "the page has more than \(query.maximumBytes) bytes")
            }
            result.append(row)
            if result.count % 1000 == 0 { _ = try remaining() }
            return true
        }
        try query.checkPatterns()
        let query = try resolved(query)
        let page = try compiler(for: query, table).page(query, milliseconds: try remaining())
        try reading {
            switch page {
            case .find(let filter, let options):
                try connection.find(filter, options, in: table.collection, server, take)
            case .aggregate(let pipeline, let options):
                try connection.aggregate(pipeline, options, in: table.collection, server, take)
            }
        }
        for index in result.indices {
            writes?.noteRow(result[index].id, in: table.collection)
            guard let columns = query.columns else { continue }
            // A document may hold more than was asked for while a column is being renamed.
            for position in result[index].values.indices where !columns.contains(position) {
                result[index].values[position] = .null
            }
        }
        if query.position?.isBackward == true { result.reverse() }
        return result
    }

    func count(_ query: RowQuery, in layout: TableLayout, cap: Int) throws -> Int {
        guard cap > 0, let table = try located(layout) else { return 0 }
        try writes?.send(in: table.collection, self)
        try query.checkPatterns()
        let query = try resolved(query)
        var count: Int64 = 0
        let compiler = try compiler(for: query, table)
        let milliseconds = try remaining()
        try reading {
            try connection.aggregate(
                compiler.count(query, cap: cap),
                BSONWriter.document { $0.int64("maxTimeMS", milliseconds) },
                in: table.collection,
                server
            ) { document in
                count = try document["n"]?.integer ?? 0
                return false
            }
        }
        return Int(count)
    }

    func estimatedCount(in layout: TableLayout) throws -> Int {
        guard let table = try located(layout) else { return 0 }
        // Outside of the session, whose snapshot the command does not take.
        let milliseconds = try remaining()
        let command = BSONWriter.document { writer in
            writer.string("count", table.collection.name)
            writer.int64("maxTimeMS", milliseconds)
        }
        return try connection.command(command, on: table.collection.database) { reply in
            Int(try reply["n"]?.number ?? 0)
        }
    }

    func property(_ name: String) throws -> String? {
        try writes?.send(in: project.system("meta"), self)
        var value: String?
        try connection.findOne(
            BSONWriter.document { $0.string("_id", "property " + name) },
            in: project.system("meta"),
            server
        ) { document in
            value = try document["value"]?.string
        }
        return value
    }

    // MARK: Writing

    /// The writes of a session that may write.
    private var pending: PendingWrites {
        guard let writes else { preconditionFailure("a session that only reads was asked to write") }
        return writes
    }

    func bumpSchemaVersion() throws {
        let next = try schemaVersion() + 1
        if try pending.bump(self) { version = next }
    }

    func insert(_ row: NewRow, into layout: TableLayout) throws -> String {
        try row.checkKept(in: layout)
        if layout.databaseID == nil { try project.makeIfMissing(layout, self, pending) }
        let sequence = project.sequences.next(node: try node())
        try pending.insert(row, sequence, table(layout), self)
        return String(sequence)
    }

    func update(_ id: String, _ change: RowChange, in layout: TableLayout) throws -> Bool {
        try change.checkKept(in: layout)
        guard let table = try located(layout) else { return false }
        return try pending.update(id, table.encode(change, of: id), table, self)
    }

    func delete(_ id: String, from layout: TableLayout) throws -> Bool {
        guard let table = try located(layout) else { return false }
        return try pending.delete(id, table, self)
    }

    func update(_ ids: [String], _ change: RowChange, in layout: TableLayout) throws -> Int {
        try change.checkKept(in: layout)
        guard !ids.isEmpty, let table = try located(layout) else { return 0 }
        return try pending.update(ids, table.encode(change, of: ids), table, self)
    }

    func delete(_ ids: [String], from layout: TableLayout) throws -> Int {
        guard !ids.isEmpty, let table = try located(layout) else { return 0 }
        return try pending.delete(ids, table, self)
    }

    func create(_ layout: TableLayout, indexes: [IndexLayout]) throws {
        try pending.create(layout, indexes, self)
    }

    /// Documents have what fields they have.
    func add(_ column: ColumnLayout, to table: TableLayout) throws {}

    func set(property name: String, to value: String) throws {
        pending.set("property " + name, to: value, in: project.system("meta"))
    }

    /// The number of this process. A rehearsal, which writes nothing that lasts, does without one.
    private func node() throws -> Int64 { pending.isRehearsal ? 0 : try project.node(connection) }

    /// Removes a table from the metadata.
    func forget(_ layout: TableLayout) throws { try pending.forget(layout, self) }

    func append(event record: [UInt8]) throws {
        let sequence = project.sequences.next(node: try node())
        pending.append(event: record, sequence, project.system("events"))
    }

    /// The table that a write goes to.
    private func table(_ layout: TableLayout) throws -> MongoTable {
        guard let table = try located(layout) else {
            throw StoreError(.internalFault, "the table '\(layout.tableID)' is not in the store")
        }
        return table
    }

    /// Where a table is, if it is there; it may be one that this transaction makes.
    func located(_ layout: TableLayout) throws -> MongoTable? {
        try writes?.created(layout) ?? project.table(layout, connection)
    }

    // MARK: Supervision

    /// How long one statement may take, in milliseconds; the connection is given up soon after.
    private static let statementLimit: Int64 = 18_000

    /// Runs a part of the scope that something may stop.
    func supervised<R>(_ supervision: Supervision, _ body: () throws -> R) throws -> R {
        self.supervision = supervision
        defer { self.supervision = nil }
        _ = try remaining()
        return try body()
    }

    /// Milliseconds that the next statement may take.
    /// - Throws: `timeout` or `cancelled` when the scope may take no more.
    func remaining() throws(StoreError) -> Int64 {
        guard let supervision else { return Self.statementLimit }
        if supervision.cancellation.isCancelled { throw StoreError(.cancelled, "the work was stopped") }
        let now = monotonicNanoseconds()
        guard supervision.deadline > now else { throw StoreError(.timeout, "the query took longer than it may") }
        return min(max(1, Int64((supervision.deadline - now) / 1_000_000)), Self.statementLimit)
    }

    /// Runs a part that reads from the server, which a cancelled scope has stopped there.
    func reading<R>(_ body: () throws -> R) throws -> R {
        guard let supervision, let server else { return try body() }
        _ = try remaining()
        return try supervision.cancellation.whileRunning(server, body)
    }
}

extension RowQuery {
    /// Refuses what the rules of regular expressions refuse on every store; the server has others.
    fileprivate func checkPatterns() throws(StoreError) {
        func check(_ filter: Filter) throws(StoreError) {
            switch filter {
            case .compare(_, .regex, let operands): _ = try RegularExpression(operands[0].string ?? "")
            case .compare: return
            case .and(let parts), .or(let parts), .related(_, let parts): for part in parts { try check(part) }
            }
        }
        for filter in filters { try check(filter) }
    }
}
