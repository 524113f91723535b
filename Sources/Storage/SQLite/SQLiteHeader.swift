import GRDBSQLite
import Glibc

/// The first bytes of a database file.
enum SQLiteHeader {
    private static let length = 100

    /// Reads them through SQLite's own descriptor. To close another one would drop every lock that this process has on
    /// the file (sqlite.org/howtocorrupt.html, section 2.2), where another store may have it open.
    /// - Returns: fewer than 100 bytes of a shorter file, and none where there is no file.
    /// - Throws: ``StoreError`` `unavailable`.
    static func bytes(of path: String) throws(StoreError) -> [UInt8] {
        guard access(path, F_OK) == 0 else {
            if errno == ENOENT { return [] }
            throw unreadable(path, DataFolder.lastError)
        }
        var handle: OpaquePointer?
        defer { sqlite3_close_v2(handle) }
        guard sqlite3_open_v2(path, &handle, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else {
            throw unreadable(path, String(cString: strerror(sqlite3_system_errno(handle))))
        }
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK,
            let methods = file?.pointee.pMethods
        else { throw unreadable(path, "SQLite has not opened it") }
        var size: Int64 = 0
        guard methods.pointee.xFileSize(file, &size) == SQLITE_OK else { throw unreadable(path, DataFolder.lastError) }
        var bytes = [UInt8](repeating: 0, count: min(length, Int(size)))
        let code = bytes.withUnsafeMutableBytes { methods.pointee.xRead(file, $0.baseAddress, Int32($0.count), 0) }
        guard code == SQLITE_OK else { throw unreadable(path, DataFolder.lastError) }
        return bytes
    }

    private static func unreadable(_ path: String, _ reason: String) -> StoreError {
        StoreError(.unavailable, "can't read the database \(path): \(reason)")
    }
}
