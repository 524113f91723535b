/// Where a project is kept: tables of rows, and beside them an ordered log of events.
///
/// The protocol says nothing about SQL or BSON. Everything happens inside a scope: the session is lent to a closure,
/// the transaction ends with it, and neither may be used afterwards. Closures are synchronous and run on threads of
/// the store; hop once per operation, not once per call.
package protocol DocumentStore: Sendable {
    /// The threads on which this store works. A task that prefers them reads without any further hop.
    var executor: any TaskExecutor { get }

    /// The committed state as of now, found without a read; nil where the store can't tell.
    var mark: StateMark? { get }

    /// Reads from one consistent snapshot.
    ///
    /// Cancelling the task, or passing the time limit, stops the store's work too.
    /// - Throws: ``StoreError``, or what `body` throws.
    func read<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any ReadSession) throws -> R
    ) async throws -> R

    /// Reads and writes in one transaction, which commits when `body` returns and leaves nothing when it throws.
    ///
    /// `body` may run more than once: it must do nothing outside the session. Cancelling the task stops it unless the
    /// commit has begun, and so does a minute: that is how long MongoDB keeps a transaction by default, and how long on
    /// SQLite all other writers may have to wait.
    /// - Parameter grouped: whether the store may let waiting writes share a transaction. One that changes the schema
    ///   must not be grouped, so that no other write ever sees a schema which may still vanish.
    /// - Throws: ``StoreError``, or what `body` throws.
    func write<R: Sendable>(
        grouped: Bool,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R

    /// Runs `body` as ``write(grouped:_:)`` would, refusals included, and undoes everything it did.
    ///
    /// The store is left as it was: no rows, tables, indexes or notes remain, and no sequence is used up. Cancelling the
    /// task, or passing the time limit, stops the store's work too.
    /// - Throws: ``StoreError``, or what `body` throws.
    func rehearse<R: Sendable>(
        within limit: Duration,
        _ body: @escaping @Sendable (any WriteSession) throws -> R
    ) async throws -> R

    /// Changes the definition of an existing table, then writes `body` in a transaction: the same one where the store
    /// can, the next one otherwise. Doing it again changes nothing.
    /// - Throws: ``StoreError``; `uniqueViolation` when rows contradict a unique index, `indexRefused`. Nothing was changed
    ///   then.
    func define(_ change: SchemaChange, then body: @escaping @Sendable (any WriteSession) throws -> Void) async throws

    /// Follows the event log from a place on, or from its beginning. Touches nothing before it is asked for records.
    func tail(after place: EventCursor?) -> any EventTail

    /// Removes the oldest records of the event log until it is within these bounds, a few thousand in a transaction.
    /// Readers that had not come so far are told `historyLost`.
    /// - Returns: how many records there were.
    @discardableResult
    func trimLog(to bounds: LogBounds) async throws -> Int

    /// Waits for the work that runs, refuses any further one, and gives the resources back.
    ///
    /// Tails are stopped.
    func close() async
}

extension DocumentStore {
    /// Reads within the limit that the reference gives to queries, 15 seconds.
    package func read<R: Sendable>(_ body: @escaping @Sendable (any ReadSession) throws -> R) async throws -> R {
        try await read(within: .seconds(15), body)
    }

    /// Rehearses within the limit of reads.
    package func rehearse<R: Sendable>(_ body: @escaping @Sendable (any WriteSession) throws -> R) async throws -> R {
        try await rehearse(within: .seconds(15), body)
    }

    /// Writes, sharing a transaction where the store finds that faster.
    package func write<R: Sendable>(_ body: @escaping @Sendable (any WriteSession) throws -> R) async throws -> R {
        try await write(grouped: true, body)
    }
}

/// How many records of the event log are removed in one transaction.
let trimmedAtOnce = 5000

/// How long the body of a write may take.
let writeLimit = Duration.seconds(60)

/// What can be read inside a scope.
package protocol ReadSession {
    /// A number that every committed schema change of the project moves.
    func schemaVersion() throws -> Int64

    /// The row with this id.
    func row(_ id: String, in table: TableLayout) throws -> StoredRow?

    /// The schema version and the row with this id, by one question where the store can.
    func versionedRow(_ id: String, in table: TableLayout) throws -> (version: Int64, row: StoredRow?)

    /// One page of rows.
    func rows(_ query: RowQuery, in table: TableLayout) throws -> [StoredRow]

    /// How many rows match, counted up to `cap`; order, position, limit and offset of the query do not matter.
    func count(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> Int

    /// How the store would read a page. Nothing is read for it.
    func plan(_ query: RowQuery, in table: TableLayout) throws -> PagePlan

    /// Reads a page to see what that takes.
    /// - Parameter cap: where the embedded store stops counting.
    func examine(_ query: RowQuery, in table: TableLayout, cap: Int) throws -> PageExamination

    /// About how many rows a table holds, at constant cost.
    func estimatedCount(in table: TableLayout) throws -> Int

    /// The rows that have a value in each of these fields, the same ones as another row: those that a unique index
    /// would refuse.
    func duplicates(of fields: [String], in table: TableLayout) throws -> Contradiction

    /// Records of the event log in commit order, after a cursor or from the beginning.
    /// - Throws: ``StoreError`` `historyLost` when the log no longer reaches back so far.
    func events(after cursor: EventCursor?, limit: Int) throws -> [LoggedEvent]

    /// A cursor behind every record that is committed; nil stands for the beginning of an empty log.
    func lastEvent() throws -> EventCursor?

    /// What was logged after a place and committed before this was called; with no place given, only where the log ends.
    /// - Returns: nil when that is more than `limit` records, or can't be told.
    func news(after place: EventCursor?, limit: Int) throws -> LogNews?

    /// Records of the event log from the newest back, each with a number by which an older page continues before it.
    ///
    /// The order is about that of the commits: for people who look back, not for readers who must miss nothing.
    func history(before number: Int64?, limit: Int) throws -> [(number: Int64, record: [UInt8])]

    /// A note about the project as a whole, such as the fingerprint of its key; nil where there is none.
    func property(_ name: String) throws -> String?
}

extension ReadSession {
    package func versionedRow(_ id: String, in table: TableLayout) throws -> (version: Int64, row: StoredRow?) {
        (try schemaVersion(), try row(id, in: table))
    }
}

/// What can be changed inside a scope.
package protocol WriteSession: ReadSession {
    /// Moves ``ReadSession/schemaVersion()``.
    func bumpSchemaVersion() throws

    /// Adds a row and returns its sequence.
    /// - Throws: ``StoreError`` `duplicateID` or `uniqueViolation`.
    func insert(_ row: NewRow, into table: TableLayout) throws -> String

    /// Changes a row; false when there is none.
    /// - Throws: ``StoreError`` `uniqueViolation`; `overflow` and `bound` for its operations.
    func update(_ id: String, _ change: RowChange, in table: TableLayout) throws -> Bool

    /// Changes rows in the same way, at once where the store can, and returns how many of them there were.
    /// - Throws: ``StoreError`` as ``update(_:_:in:)-(String,_,_)``, and then none of them is changed.
    func update(_ ids: [String], _ change: RowChange, in table: TableLayout) throws -> Int

    /// Removes a row; false when there is none.
    func delete(_ id: String, from table: TableLayout) throws -> Bool

    /// Removes rows, at once where the store can, and returns how many of them there were.
    func delete(_ ids: [String], from table: TableLayout) throws -> Int

    /// Makes a new table with its indexes.
    func create(_ table: TableLayout, indexes: [IndexLayout]) throws

    /// Adds a column to a table that exists; rows that are there have no value in it. One that is there already is left
    /// as it is.
    func add(_ column: ColumnLayout, to table: TableLayout) throws

    /// Appends a record to the event log, visible once this transaction commits.
    func append(event record: [UInt8]) throws

    /// Keeps a note about the project as a whole.
    func set(property name: String, to value: String) throws
}

/// A place in the event log, opaque to everybody but the store.
package struct EventCursor: Sendable, Hashable {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }
}

/// A record with the cursor to continue after it.
package struct LoggedEvent: Sendable, Equatable {
    package let cursor: EventCursor
    package let record: [UInt8]

    package init(cursor: EventCursor, record: [UInt8]) {
        self.cursor = cursor
        self.record = record
    }
}

/// A part of the event log up to its end.
package struct LogNews: Sendable {
    /// In commit order; a record may come a second time.
    package let records: [[UInt8]]
    /// A place behind all of them.
    package let end: EventCursor

    package init(records: [[UInt8]], end: EventCursor) {
        self.records = records
        self.end = end
    }
}
