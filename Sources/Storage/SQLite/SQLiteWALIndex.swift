import GRDBSQLite
import Glibc
import Synchronization

/// The header of the index of a write-ahead log, which every process that has the file open shares in memory and which
/// every commit changes (https://www.sqlite.org/walformat.html, section 2.1).
///
/// Looking at it takes no statement and no lock of the file.
final class SQLiteWALIndex: Sendable {
    /// The address at which SQLite has it; 0 before the first read and after the store has closed. It stays there as long
    /// as any connection of this process to the file is open.
    private let address = Mutex<UInt>(0)

    /// The header stands there twice, one after the other. A writer changes the second one first.
    private static let length = 48
    /// Where in it the mark is that there is any.
    private static let initialized = 12

    /// Finds the index by a connection that has read and that stays open until ``forget()``.
    /// - Returns: whether it is known now.
    func find(by connection: SQLiteConnection) -> Bool {
        let found = UInt(bitPattern: connection.walIndex)
        return address.withLock { address in
            if address == 0 { address = found }
            return address != 0
        }
    }

    func forget() { address.withLock { $0 = 0 } }

    /// What the header says; nil where that is not known, and while a commit is being made known.
    var mark: StateMark? {
        address.withLock { address in
            guard let place = UnsafeRawPointer(bitPattern: address) else { return nil }
            let first = Self.words(at: place)
            atomicMemoryFence(ordering: .acquiring)
            let second = Self.words(at: place + Self.length)
            guard first == second, place.load(fromByteOffset: Self.initialized, as: UInt8.self) != 0 else { return nil }
            return StateMark(words: first)
        }
    }

    private static func words(at place: UnsafeRawPointer) -> SIMD8<UInt64> {
        var words = SIMD8<UInt64>()
        for index in 0..<(length / 8) { words[index] = place.load(fromByteOffset: index * 8, as: UInt64.self) }
        return words
    }
}

extension SQLiteConnection {
    /// Where the index of the write-ahead log is in memory; nil for a file without one.
    fileprivate var walIndex: UnsafeRawPointer? {
        var file: UnsafeMutablePointer<sqlite3_file>?
        guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
            let methods = file.pointee.pMethods, methods.pointee.iVersion >= 2, let map = methods.pointee.xShmMap
        else { return nil }
        var region: UnsafeMutableRawPointer?
        let status = withUnsafeMutablePointer(to: &region) { map(file, 0, 32 << 10, 0, $0) }
        return status == SQLITE_OK ? region.map { UnsafeRawPointer($0) } : nil
    }
}
