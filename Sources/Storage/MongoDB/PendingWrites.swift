import Values

/// What a transaction has written and not sent yet, so that many rows travel in one command.
///
/// Optimistic: a write that the server may refuse is taken as done, and a refusal is met when it is sent, too late for
/// the body that caused it. The transaction is then run again carefully: every write is sent at once, and a refusal is
/// the error of that write. MongoDB gives up a transaction at a refusal; a body that goes on after one is run once more
/// with the refusal known beforehand.
final class PendingWrites {
    private enum Kind { case insert, update, delete }

    private struct Write {
        let kind: Kind
        let collection: MongoCollection
        let id: String
        let document: [UInt8]
    }

    private struct Place: Hashable {
        let collection: MongoCollection
        let id: String
    }

    let isCareful: Bool
    /// Whether the transaction is given up in the end, so that nothing may be done outside of it.
    let isRehearsal: Bool
    /// The optional tables of our own that this rehearsal has seen to.
    var rehearsedTables: Set<String> = []
    /// The right to change the schema, if this transaction has it.
    let gate: SchemaGate?
    /// Whether the body changes the schema, for which it needs the right.
    private(set) var needsGate = false
    private(set) var hasBumped = false
    private var queue: [Write] = []
    private var queuedBytes = 0
    /// Rows that this transaction has seen or made, and which no other can remove unnoticed.
    private var rows: Set<Place> = []
    private var tables: [(layout: TableLayout, indexes: [IndexLayout], table: MongoTable, isMade: Bool)] = []
    /// What is derived from layouts of these tables, by their identity, which they keep alive.
    private var derived: [ObjectIdentifier: MongoTable] = [:]
    /// Refusals by the number of the write in the body.
    private let refusals: [Int: StoreError]
    private var writeCount = 0
    /// Set once the server gave the transaction up, with the refusal that was the reason.
    private(set) var newRefusal: (number: Int, error: StoreError)?
    private(set) var hasSent = false
    /// Whether the server refused a write of this transaction, which it gave up then.
    private(set) var wasRefused = false

    /// How much waits at the most before it is sent, in bytes.
    private static let sendingBytes = 8 << 20
    /// The largest document, with room for what a command puts around it.
    private static let maximumDocument = (16 << 20) - 4096

    init(
        careful: Bool,
        refusals: [Int: StoreError] = [:],
        gate: SchemaGate? = nil,
        isRehearsal: Bool = false
    ) {
        self.gate = gate
        self.isRehearsal = isRehearsal
        isCareful = careful
        self.refusals = refusals
    }

    /// The transaction was given up; the body must be run again.
    struct GivenUp: Error {}

    /// Another process changes the schema at this moment.
    struct SchemaChanges: Error {}

    /// The transaction would write into an optional table of our own which has not been made yet. It can't be made beside
    /// a transaction that may have looked into it, because that waits for the transaction.
    struct LacksTable: Error {
        let id: String
    }

    // MARK: Marks

    /// A place to go back to when one of several bodies in a transaction fails.
    struct Mark {
        fileprivate let count: Int
        fileprivate let bytes: Int
        fileprivate let tables: Int
    }

    func mark() -> Mark {
        hasSent = false
        return Mark(count: queue.count, bytes: queuedBytes, tables: tables.count)
    }

    /// Forgets what was queued since; false when part of it was sent.
    func goBack(to mark: Mark) -> Bool {
        guard !hasSent, tables.count == mark.tables else { return false }
        for write in queue[mark.count...] where write.kind == .insert {
            rows.remove(Place(collection: write.collection, id: write.id))
        }
        queue.removeSubrange(mark.count...)
        queuedBytes = mark.bytes
        return true
    }

    // MARK: Writes

    func noteRow(_ id: String, in collection: MongoCollection) {
        rows.insert(Place(collection: collection, id: id))
    }

    func insert(_ row: NewRow, _ sequence: Int64, _ table: MongoTable, _ session: MongoSession) throws {
        let document = table.encode(row, sequence: sequence)
        try add(Write(kind: .insert, collection: table.collection, id: row.id, document: document), session)
        noteRow(row.id, in: table.collection)
    }

    func update(_ id: String, _ document: [UInt8], _ table: MongoTable, _ session: MongoSession) throws -> Bool {
        try change(Write(kind: .update, collection: table.collection, id: id, document: document), session)
    }

    func delete(_ id: String, _ table: MongoTable, _ session: MongoSession) throws -> Bool {
        let document = BSONWriter.document { writer in
            writer.document("q") { $0.string("_id", id) }
            writer.int32("limit", 1)
        }
        let place = Place(collection: table.collection, id: id)
        defer { rows.remove(place) }
        return try change(Write(kind: .delete, collection: table.collection, id: id, document: document), session)
    }

    /// Changes many rows with one command and returns how many there were.
    func update(_ ids: [String], _ document: [UInt8], _ table: MongoTable, _ session: MongoSession) throws -> Int {
        try checkAlive()
        try sendAll(session)
        let write = Write(kind: .update, collection: table.collection, id: "", document: document)
        return try number { try send([write], session) }
    }

    func delete(_ ids: [String], _ table: MongoTable, _ session: MongoSession) throws -> Int {
        try checkAlive()
        try sendAll(session)
        for id in ids { rows.remove(Place(collection: table.collection, id: id)) }
        let document = MongoTable.removal(of: ids)
        let write = Write(kind: .delete, collection: table.collection, id: "", document: document)
        return try number { try send([write], session) }
    }

    func append(event record: [UInt8], _ sequence: Int64, _ collection: MongoCollection) {
        let document = BSONWriter.document { writer in
            writer.int64("_id", sequence)
            writer.binary("record", record)
        }
        enqueue(Write(kind: .insert, collection: collection, id: "", document: document))
    }

    func set(_ id: String, to value: String, in collection: MongoCollection) {
        let document = BSONWriter.document { writer in
            writer.document("q") { $0.string("_id", id) }
            writer.document("u") { update in update.document("$set") { $0.string("value", value) } }
            writer.bool("upsert", true)
        }
        enqueue(Write(kind: .update, collection: collection, id: id, document: document))
    }

    /// Moves the schema version; false when this transaction has done so before.
    func bump(_ session: MongoSession) throws -> Bool {
        guard let gate else {
            needsGate = true
            throw GivenUp()
        }
        // One transaction is one change, however often its body says so.
        if hasBumped { return false }
        hasBumped = true
        enqueue(Write(kind: .update, collection: session.project.system("meta"), id: "schema", document: gate.bump))
        return true
    }

    /// Queues or sends a change of a row; false when there is no such row.
    private func change(_ write: Write, _ session: MongoSession) throws -> Bool {
        if rows.contains(Place(collection: write.collection, id: write.id)) {
            try add(write, session)
            return true
        }
        try checkAlive()
        try sendAll(session)
        return try number { try send([write], session) > 0 }
    }

    private func add(_ write: Write, _ session: MongoSession) throws {
        try checkAlive()
        guard write.document.count <= Self.maximumDocument else {
            throw StoreError(.tooLarge, "the row takes more than MongoDB's 16 MiB")
        }
        guard isCareful else {
            enqueue(write)
            if queuedBytes > Self.sendingBytes { try sendAll(session) }
            return
        }
        try sendAll(session)
        try number { _ = try send([write], session) }
    }

    private func enqueue(_ write: Write) {
        queue.append(write)
        queuedBytes += write.document.count
    }

    /// Sends one write of a careful body, or refuses it as it was refused before.
    private func number<R>(_ body: () throws -> R) throws -> R {
        let number = writeCount
        writeCount += 1
        if let refusal = refusals[number] { throw refusal }
        do { return try body() } catch let error as StoreError {
            if isCareful { newRefusal = (number, error) }
            throw error
        }
    }

    private func checkAlive() throws {
        if newRefusal != nil || needsGate { throw GivenUp() }
    }

    // MARK: Sending

    /// Sends what a read of this row depends on.
    func send(before id: String, in collection: MongoCollection, _ session: MongoSession) throws {
        try checkAlive()
        if isUnmade(collection) || queue.contains(where: { $0.id == id && $0.collection == collection }) {
            try sendAll(session)
        }
    }

    /// Sends what a read of this collection depends on.
    func send(in collection: MongoCollection, _ session: MongoSession) throws {
        try checkAlive()
        if isUnmade(collection) || queue.contains(where: { $0.collection == collection }) { try sendAll(session) }
    }

    /// Whether it is still to be made, which the server can't do any more once this transaction has read from it.
    private func isUnmade(_ collection: MongoCollection) -> Bool {
        tables.contains { !$0.isMade && $0.table.collection == collection }
    }

    /// Sends everything, writes of one kind to one collection together. Between collections the order does not matter,
    /// because nobody sees the transaction before its end.
    func sendAll(_ session: MongoSession) throws {
        try checkAlive()
        try makeTables(session)
        guard !queue.isEmpty else { return }
        var groups: [[Write]] = []
        var last: [MongoCollection: Int] = [:]
        for write in queue {
            if let index = last[write.collection], groups[index][0].kind == write.kind {
                groups[index].append(write)
            } else {
                last[write.collection] = groups.count
                groups.append([write])
            }
        }
        queue.removeAll(keepingCapacity: true)
        queuedBytes = 0
        for group in groups {
            var start = 0
            while start < group.count {
                var end = start
                var bytes = 0
                while end < group.count, end == start || bytes + group[end].document.count < Self.sendingBytes {
                    bytes += group[end].document.count + 8
                    end += 1
                }
                let part = Array(group[start..<end])
                let count = try send(part, session)
                // Queued changes are of rows that this transaction has seen.
                guard count == part.count else {
                    if part.contains(where: { $0.id == "schema" }) { throw SchemaChanges() }
                    throw StoreError(.internalFault, "a row vanished in a transaction")
                }
                start = end
            }
        }
    }

    /// Sends writes of one kind to one collection and returns how many rows they met.
    private func send(_ writes: [Write], _ session: MongoSession) throws -> Int {
        // Whatever keeps it from being sent, it is in the queue no more.
        hasSent = true
        let first = writes[0]
        let words: (command: BSONKey, list: BSONKey) =
            switch first.kind {
            case .insert: ("insert", "documents")
            case .update: ("update", "updates")
            case .delete: ("delete", "deletes")
            }
        var command = BSONWriter(reserving: writes.reduce(128) { $0 + $1.document.count + 8 })
        command.string(words.command, first.collection.name)
        command.array(words.list) { list in
            for (index, write) in writes.enumerated() { list.raw(.index(index), document: write.document) }
        }
        command.int64("maxTimeMS", try session.remaining())
        let encoded = command.finish()
        do {
            return try session.connection.command(encoded, on: first.collection.database, in: session.server) { reply in
                Int(try reply["n"]?.number ?? 0)
            }
        } catch let failure as MongoFailure where failure.isDuplicateKey {
            wasRefused = true
            throw failure.storeError(session.connection.hosts)
        } catch let failure as MongoFailure where failure.isTimeout {
            // Not for another try, which would take as long.
            throw StoreError(.timeout, "a write took longer than one statement may")
        } catch let failure as MongoFailure where !failure.isTransient {
            wasRefused = true
            throw failure.storeError(session.connection.hosts)
        }
    }

    // MARK: Tables

    /// The table of a layout that this transaction makes.
    func created(_ layout: TableLayout) -> MongoTable? {
        if tables.isEmpty { return nil }
        if let known = derived[ObjectIdentifier(layout)] { return known }
        guard
            let made = tables.first(where: { MongoProject.incarnation($0.layout) == MongoProject.incarnation(layout) })
        else { return nil }
        let table = MongoTable(layout, made.table.collection)
        derived[ObjectIdentifier(layout)] = table
        return table
    }

    /// Chooses a collection for a new table and says so in the metadata. The collection itself is made when the first
    /// writes are sent, mostly right before the commit, and outside of the transaction; a body that fails later leaves it
    /// empty.
    func create(_ layout: TableLayout, _ indexes: [IndexLayout], _ session: MongoSession) throws {
        try checkAlive()
        let collection: MongoCollection
        if let database = layout.databaseID {
            collection = try place(layout, MongoNames.database(database, of: session.project.id), session)
            let document = BSONWriter.document { writer in
                writer.string("_id", MongoProject.incarnation(layout))
                writer.string("database", collection.database)
                writer.string("collection", collection.name)
            }
            enqueue(
                Write(kind: .insert, collection: session.project.system("collections"), id: "", document: document)
            )
        } else {
            collection = session.project.system(layout.tableID)
        }
        tables.append((layout, indexes, MongoTable(layout, collection), false))
    }

    private func place(_ layout: TableLayout, _ database: String, _ session: MongoSession) throws -> MongoCollection {
        let first = MongoCollection(database: database, name: MongoNames.collection(layout.tableID))
        let second = MongoCollection(
            database: database,
            name: MongoNames.collection(layout.tableID, incarnation: layout.incarnation)
        )
        if tables.contains(where: { $0.table.collection == first }) { return second }
        if try session.project.holdsTable(in: first, session.connection, session.server) { return second }
        // What an interrupted attempt has left can't be put in order by a rehearsal, which changes nothing.
        if isRehearsal, try MongoSchema.exists(first, session.connection) { return second }
        // Rows of somebody else may be under that name; an empty collection is what an interrupted attempt leaves.
        var isTaken = false
        try session.connection.findOne(BSONWriter.document { _ in }, in: first, nil) { _ in isTaken = true }
        return isTaken ? second : first
    }

    /// Forgets where a table was.
    func forget(_ layout: TableLayout, _ session: MongoSession) throws {
        let incarnation = MongoProject.incarnation(layout)
        let document = BSONWriter.document { writer in
            writer.document("q") { $0.string("_id", incarnation) }
            writer.int32("limit", 1)
        }
        let write = Write(
            kind: .delete,
            collection: session.project.system("collections"),
            id: incarnation,
            document: document
        )
        _ = try send([write], session)
    }

    private func makeTables(_ session: MongoSession) throws {
        for index in tables.indices where !tables[index].isMade {
            hasSent = true
            let (table, indexes) = (tables[index].table, tables[index].indexes)
            if isRehearsal, let server = session.server {
                try MongoSchema.create(table, indexes, session.connection, within: server)
            } else {
                try MongoSchema.create(table, indexes, session.project, session.connection)
            }
            tables[index].isMade = true
        }
    }
}
