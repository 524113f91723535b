import GRDB
import Glibc
import Threads

extension DataFolder: ProjectShelf {
    package var lasts: Bool { !isEphemeral }

    package func projectIDs() async throws -> [String] { projects }

    package func mark(of project: String) async throws -> String? {
        guard let path = databasePath(of: project) else { return nil }
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return "\(status.st_dev):\(status.st_ino)"
    }

    package func remove(_ project: String) async throws {
        guard let path = databasePath(of: project) else { return }
        try await Threads.run { try Self.removeDatabase(path) }
    }

    /// The file of a project; nil in an ephemeral folder, which is gone with its store.
    private func databasePath(of project: String) -> String? {
        location.map { "\($0)/projects/\(project).sqlite" }
    }

    /// Leaving WAL mode takes that nobody else has the file open, and moves everything into the file itself: a WAL that
    /// stayed behind would be read into the next project of that id. The file goes last, so that one that is half
    /// removed is still found.
    private static func removeDatabase(_ path: String) throws {
        if access(path, F_OK) == 0 {
            do {
                let queue = try DatabaseQueue(path: path)
                defer { try? queue.close() }
                let mode = try queue.writeWithoutTransaction { database in
                    try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE")
                }
                guard mode == "delete" else { throw inUse }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                throw inUse
            } catch let error as DatabaseError {
                throw StoreError(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "unknown")
            }
        }
        for suffix in ["-wal", "-shm", "-journal", ""] {
            guard unlink(path + suffix) == 0 || errno == ENOENT else {
                throw StoreError(.unavailable, "can't remove \(path)\(suffix): \(lastError)")
            }
        }
    }

    private static let inUse = StoreError(.busy, "another process has the project open")
}
