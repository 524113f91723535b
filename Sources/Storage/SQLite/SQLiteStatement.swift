import GRDB
import GRDBSQLite
import Values

/// A value bound to a statement.
enum SQLValue: Equatable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
}

/// A prepared statement used by position: parameters count from 1, columns from 0.
struct SQLiteStatement {
    private let owner: Statement
    private let pointer: OpaquePointer
    private let connection: OpaquePointer

    init(_ statement: Statement, _ connection: OpaquePointer) {
        owner = statement
        pointer = statement.sqliteStatement
        self.connection = connection
    }

    /// This statement, ready to be bound and run again.
    func ready() -> SQLiteStatement {
        sqlite3_reset(pointer)
        return self
    }

    /// SQLite copies what it is given.
    /// The value -1 is `SQLITE_TRANSIENT` of sqlite3.h, a macro that Swift can't import.
    static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    func bind(_ value: Int64, at index: Int32) { sqlite3_bind_int64(pointer, index, value) }

    func bind(_ value: Double, at index: Int32) { sqlite3_bind_double(pointer, index, value) }

    func bindNull(at index: Int32) { sqlite3_bind_null(pointer, index) }

    /// - Throws: `tooLarge` for a text beyond ``SQLiteConnection/maximumLength``.
    func bind(_ value: String, at index: Int32) throws(StoreError) {
        var value = value
        try accept(value.withUTF8 { bind(UnsafeRawBufferPointer($0), at: index) })
    }

    func bind(text: [UInt8], at index: Int32) throws(StoreError) {
        try accept(text.withUnsafeBytes { bind($0, at: index) })
    }

    func bind(_ value: SQLValue, at index: Int32) throws(StoreError) {
        switch value {
        case .null: bindNull(at: index)
        case .integer(let number): bind(number, at: index)
        case .real(let number): bind(number, at: index)
        case .text(let text): try bind(text, at: index)
        }
    }

    func bind(_ values: [SQLValue]) throws(StoreError) {
        for (index, value) in values.enumerated() { try bind(value, at: Int32(index + 1)) }
    }

    private func bind(_ text: UnsafeRawBufferPointer, at index: Int32) -> Int32 {
        let start = text.baseAddress?.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text(pointer, index, start, Int32(text.count), Self.transient)
    }

    private func accept(_ code: Int32) throws(StoreError) {
        guard code != SQLITE_OK else { return }
        throw StoreError(sqlite: code, message: String(cString: sqlite3_errmsg(connection)))
    }

    /// Moves to the next row; false at the end.
    func step() throws(StoreError) -> Bool {
        switch sqlite3_step(pointer) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            sqlite3_reset(pointer)
            return false
        default:
            let error = StoreError(
                sqlite: sqlite3_extended_errcode(connection),
                message: String(cString: sqlite3_errmsg(connection))
            )
            sqlite3_reset(pointer)
            throw error
        }
    }

    /// Runs a statement to its end.
    func run() throws(StoreError) {
        while try step() {}
    }

    /// Ends reading before the last row.
    func reset() { sqlite3_reset(pointer) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(pointer, column) == SQLITE_NULL }

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(pointer, column) }

    func real(_ column: Int32) -> Double { sqlite3_column_double(pointer, column) }

    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The bytes of a text, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeBufferPointer<UInt8> {
        guard let start = sqlite3_column_text(pointer, column) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(pointer, column)))
    }
}

extension StoreError {
    /// Translates a result code of SQLite, extended or primary.
    init(sqlite code: Int32, message: String) {
        if code & 0xFF == SQLITE_ERROR, let refusal = StoreError(refusalIn: message) {
            self = refusal
            return
        }
        switch code & 0xFF {
        // SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_UNIQUE, macros that Swift can't import.
        case SQLITE_CONSTRAINT where code >> 8 == 6 || code >> 8 == 8:
            if message.hasSuffix("._id") {
                self.init(.duplicateID, "a row with this id exists")
            } else {
                self.init(.uniqueViolation, "a unique index refuses the values")
            }
        case SQLITE_INTERRUPT: self.init(.cancelled, "the work was stopped")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.busy, "another process has held the database for more than 10 seconds; try again")
        case SQLITE_TOOBIG:
            self.init(.tooLarge, "a value has more than \(SQLiteConnection.maximumLength) bytes")
        case SQLITE_FULL: self.init(.full, "the disk is full; nothing was changed. Free some space and try again")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            self.init(.damaged, "the database file is damaged (\(message)); restore it from a backup")
        case SQLITE_CANTOPEN, SQLITE_PERM, SQLITE_READONLY, SQLITE_IOERR, SQLITE_AUTH:
            self.init(.unavailable, "the database file can't be used: \(message)")
        case SQLITE_ERROR where message.hasPrefix("tandem_matches: "):
            self.init(.pattern, String(message.dropFirst("tandem_matches: ".count)))
        default: self.init(.internalFault, "SQLite answered \(code): \(message)")
        }
    }
}
