import GRDB
import GRDBSQLite
import Glibc
import Synchronization
import Values

/// One connection with everything that is derived from it. Confined to the thread that owns it.
final class SQLiteConnection {
    private let queue: DatabaseQueue
    private var tables: [ObjectIdentifier: SQLiteTable] = [:]
    private var statements: [String: SQLiteStatement] = [:]
    private var patterns: [String: RegularExpression] = [:]
    /// The shapes that queries compare with, by their text.
    private var shapes: [[UInt8]: Geometry] = [:]
    private var supervision: Supervision?
    private var mustBeInTransaction = false
    private(set) var handle: OpaquePointer
    /// See ``countRows(upTo:)``.
    private(set) var countedRows = 0
    private var rowCap = 0
    private lazy var begin = FixedStatement("BEGIN")
    private lazy var beginImmediate = FixedStatement("BEGIN IMMEDIATE")
    private lazy var commit = FixedStatement("COMMIT")
    private(set) lazy var schemaVersion = FixedStatement("SELECT value FROM tandem_meta WHERE key = 'schema_version'")

    /// How many bytes a value or a row may have, also while it is computed: several times as many as a row that is
    /// kept, so that no expression takes the memory that SQLite itself would allow.
    static let maximumLength: Int32 = 32 << 20

    /// What can stop the work of a scope.
    struct Supervision {
        var cancellation: Cancellation
        /// Nanoseconds of the monotonic clock.
        var deadline: UInt64

        init(_ cancellation: Cancellation, within limit: Duration) {
            self.cancellation = cancellation
            deadline = monotonicNanoseconds(after: limit)
        }
    }

    /// - Throws: ``StoreError`` `unavailable`, `damaged` or `busy`.
    init(path: String, readonly: Bool, synchronous: String) throws {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(10)
        configuration.label = "tandem"
        // Transactions are ours: they begin and end around scopes, in which GRDB only prepares statements.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA synchronous = \(synchronous); PRAGMA foreign_keys = OFF")
            try database.execute(sql: "PRAGMA cache_size = \(readonly ? -512 : -1024); PRAGMA temp_store = MEMORY")
        }
        do {
            queue = try DatabaseQueue(path: path, configuration: configuration)
            // The thread that owns this connection is the only one that uses the handle, so it needs no queue; GRDB's
            // queue serves where GRDB itself is asked.
            handle = queue.inDatabase { $0.sqliteConnection! }
        } catch let error as DatabaseError {
            throw StoreError(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "unknown")
        }
        install()
    }

    deinit {
        tables = [:]
        statements = [:]
        for fixed in [begin, beginImmediate, commit, schemaVersion] { fixed.forget() }
        try? queue.close()
    }

    /// Runs a scope.
    func scope<R>(_ body: () throws -> R) throws -> R {
        // Texts are as many as there are shapes of queries; here none of the statements is in use.
        if statements.count > Self.maximumStatements { statements.removeAll() }
        return try body()
    }

    /// Runs a part of a scope that something may stop. Neither a commit nor the end of a savepoint is part of it.
    func supervised<R>(_ supervision: Supervision?, _ body: () throws -> R) throws -> R {
        self.supervision = supervision
        defer { self.supervision = nil }
        do {
            return try body()
        } catch let error as StoreError where error.kind == .cancelled {
            // SQLite says the same for every interruption; the cause is known here.
            guard let supervision, !supervision.cancellation.isCancelled else { throw error }
            throw StoreError(.timeout, "the query took longer than it may")
        }
    }

    /// Runs `body` in a transaction that ends with it, whatever happens.
    ///
    /// SQLite gives up a transaction by itself when, say, the disk is full. No further statement runs then, so that a
    /// body which goes on after the error can't write outside any transaction.
    func transaction<R>(immediate: Bool, _ body: () throws -> R) throws -> R {
        try statement(immediate ? beginImmediate : begin).run()
        mustBeInTransaction = true
        defer { mustBeInTransaction = false }
        do {
            let result = try body()
            try statement(commit).run()
            return result
        } catch {
            // The check of the transaction must not keep it from being ended.
            mustBeInTransaction = false
            if (error as? StoreError)?.kind == .busy {
                // A statement that was left unfinished would keep every later transaction from ending, too.
                resetStatements()
            }
            if isInTransaction { try? execute("ROLLBACK") }
            throw error
        }
    }

    private func resetStatements() {
        var statement = sqlite3_next_stmt(handle, nil)
        while let current = statement {
            sqlite3_reset(current)
            statement = sqlite3_next_stmt(handle, current)
        }
    }

    /// A prepared statement, kept by its text.
    func statement(_ sql: String) throws -> SQLiteStatement {
        try checkTransaction()
        if let known = statements[sql] { return known.ready() }
        let statement = try prepare(sql)
        statements[sql] = statement
        return statement
    }

    /// A prepared statement that its owner keeps.
    func statement(_ fixed: FixedStatement) throws -> SQLiteStatement {
        try checkTransaction()
        if let known = fixed.statement { return known.ready() }
        let statement = try prepare(fixed.sql)
        fixed.statement = statement
        return statement
    }

    /// How SQLite would run a statement: a line for each step. It is prepared anew, because a plan that was made before does
    /// not notice new indexes.
    func plan(of sql: String, _ parameters: [SQLValue]) throws -> [String] {
        let statement = try prepare("EXPLAIN QUERY PLAN " + sql)
        try statement.bind(parameters)
        var steps: [String] = []
        while try statement.step() { steps.append(statement.text(3)) }
        return steps
    }

    private func checkTransaction() throws {
        if mustBeInTransaction, !isInTransaction {
            throw StoreError(.unavailable, "an error before has undone the transaction; nothing was changed")
        }
    }

    func execute(_ sql: String) throws {
        try statement(sql).run()
    }

    private static let maximumStatements = 128

    private func prepare(_ sql: String) throws -> SQLiteStatement {
        do {
            return try queue.inDatabase { SQLiteStatement(try $0.makeStatement(sql: sql), handle) }
        } catch let error as DatabaseError {
            throw StoreError(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "unknown")
        }
    }

    /// What is derived from a layout, kept by its identity.
    func table(_ layout: TableLayout) -> SQLiteTable {
        if let known = tables[ObjectIdentifier(layout)] { return known }
        if tables.count >= 64 { tables.removeAll() }
        let table = SQLiteTable(layout)
        tables[ObjectIdentifier(layout)] = table
        return table
    }

    /// The sequence of the row that was added last.
    var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

    var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

    /// Begins to count the rows that statements come by which call `tandem_count`; they are cancelled after so many.
    func countRows(upTo cap: Int) {
        countedRows = 0
        rowCap = cap
    }

    private func countRow(_ call: OpaquePointer?) {
        countedRows += 1
        if countedRows > rowCap { return sqlite3_result_error_code(call, SQLITE_INTERRUPT) }
        sqlite3_result_int(call, 1)
    }

    private func pattern(_ text: String) throws -> RegularExpression {
        if let known = patterns[text] { return known }
        if patterns.count >= 64 { patterns.removeAll() }
        let pattern = try RegularExpression(text)
        patterns[text] = pattern
        return pattern
    }

    func shape(_ text: UnsafeBufferPointer<UInt8>) -> Geometry? {
        let key = Array(text)
        if let known = shapes[key] { return known }
        if shapes.count >= 16 { shapes.removeAll() }
        var shape = Geometry(stored: text)
        shape?.findInterior()
        shapes[key] = shape
        return shape
    }

    private func install() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, Self.maximumLength)
        // GRDB's observers expect to see every statement run; statements here run without it.
        sqlite3_commit_hook(handle, nil, nil)
        sqlite3_rollback_hook(handle, nil, nil)
        sqlite3_progress_handler(
            handle,
            10_000,
            { Unmanaged<SQLiteConnection>.fromOpaque($0!).takeUnretainedValue().mustStop ? 1 : 0 },
            context
        )
        install("tandem_matches", 2, context) { call, _, values in
            let connection = Unmanaged<SQLiteConnection>.fromOpaque(sqlite3_user_data(call)).takeUnretainedValue()
            connection.matches(call, values![0]!, values![1]!)
        }
        // Not deterministic, so that it is called for every row.
        sqlite3_create_function_v2(
            handle,
            "tandem_count",
            1,
            SQLITE_UTF8,
            context,
            { call, _, _ in
                Unmanaged<SQLiteConnection>.fromOpaque(sqlite3_user_data(call)).takeUnretainedValue().countRow(call)
            },
            nil,
            nil,
            nil
        )
        install("tandem_holds", 2, context) { call, _, values in
            sqlite3_result_int(call, SQLiteConnection.holds(values![0]!, values![1]!) ? 1 : 0)
        }
        installSearch()
        installOperations()
        installSpatial()
    }

    /// Makes a function of ours known to SQL. It may be used in triggers, for it does nothing but compute.
    func install(
        _ name: String,
        _ arguments: Int32,
        _ context: UnsafeMutableRawPointer?,
        flags: Int32 = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
        _ function: @convention(c) (OpaquePointer?, Int32, UnsafeMutablePointer<OpaquePointer?>?) -> Void
    ) {
        sqlite3_create_function_v2(handle, name, arguments, flags, context, function, nil, nil, nil)
    }

    /// The connection that a function of ours was installed with as its context.
    static func calling(_ call: OpaquePointer?) -> SQLiteConnection {
        Unmanaged<SQLiteConnection>.fromOpaque(sqlite3_user_data(call)).takeUnretainedValue()
    }

    /// Whether nobody waits for the scope any more. A function that may take long asks first, for SQLite itself asks
    /// only after thousands of its own steps.
    var mustStop: Bool {
        guard let supervision else { return false }
        return supervision.cancellation.isCancelled || monotonicNanoseconds() > supervision.deadline
    }

    private func matches(_ call: OpaquePointer?, _ expression: OpaquePointer, _ value: OpaquePointer) {
        guard sqlite3_value_type(value) == SQLITE_TEXT, let text = sqlite3_value_text(value),
            let expressionText = sqlite3_value_text(expression)
        else { return sqlite3_result_null(call) }
        if mustStop { return sqlite3_result_error_code(call, SQLITE_INTERRUPT) }
        let expressionBytes = UnsafeBufferPointer(start: expressionText, count: Int(sqlite3_value_bytes(expression)))
        do {
            let pattern = try pattern(String(decoding: expressionBytes, as: UTF8.self))
            let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_value_bytes(value)))
            sqlite3_result_int(call, try pattern.matches(bytes) ? 1 : 0)
        } catch {
            let message = "tandem_matches: \(error)"
            sqlite3_result_error(call, message, -1)
        }
    }

    /// Whether a stored array of texts holds one of a list, both as JSON text.
    private static func holds(_ array: OpaquePointer, _ list: OpaquePointer) -> Bool {
        func items(_ value: OpaquePointer) -> [JSON] {
            let bytes = UnsafeBufferPointer(start: sqlite3_value_text(value), count: Int(sqlite3_value_bytes(value)))
            return (try? JSON(parsing: bytes))?.array ?? []
        }
        let wanted = Set(items(list).compactMap { $0.string.map { Array($0.utf8) } })
        return items(array).contains { $0.string.map { wanted.contains(Array($0.utf8)) } ?? false }
    }
}

/// A statement that is prepared once for a connection and kept by whoever uses it often.
final class FixedStatement {
    let sql: String
    fileprivate var statement: SQLiteStatement?

    init(_ sql: String) {
        self.sql = sql
    }

    fileprivate func forget() { statement = nil }
}
