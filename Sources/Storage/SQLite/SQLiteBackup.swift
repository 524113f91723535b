import GRDB
import Glibc

extension SQLiteStore {
    /// Copies a project's file into another folder as of one moment, while others may write, with SQLite's online
    /// backup (sqlite.org/backup.html).
    /// - Throws: ``StoreError`` `unavailable` when the project is missing or the target has it already.
    package static func backUp(_ project: String, from source: DataFolder, to target: DataFolder) throws {
        guard let path = source.location, access("\(path)/projects/\(project).sqlite", R_OK) == 0 else {
            throw StoreError(.unavailable, "there is no project '\(project)' in \(source.location ?? "that store")")
        }
        let folder = try target.open()
        let final = folder.databasePath(of: project)
        guard access(final, F_OK) != 0 else {
            throw StoreError(.unavailable, "\(folder.path) holds a project '\(project)' already; copy to a new folder")
        }
        let temporary = "\(folder.path)/projects/.\(project).\(getpid())"
        defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(temporary + suffix) } }
        let descriptor = Glibc.open(temporary, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw StoreError(.unavailable, "can't write to \(folder.path)/projects") }
        defer { Glibc.close(descriptor) }
        do {
            let from = try DatabaseQueue(path: "\(path)/projects/\(project).sqlite")
            let to = try DatabaseQueue(path: temporary)
            try from.backup(to: to)
            try to.writeWithoutTransaction { try $0.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
            try to.close()
            try from.close()
        } catch let error as DatabaseError {
            throw StoreError(sqlite: error.extendedResultCode.rawValue, message: error.message ?? "unknown")
        }
        // Unlike a rename this never takes the place of a file that came meanwhile.
        guard fsync(descriptor) == 0, link(temporary, final) == 0 else {
            throw StoreError(.unavailable, "can't write \(final): \(DataFolder.lastError)")
        }
    }
}

extension DataFolder {
    /// The ids of the projects in the folder.
    package var projects: [String] {
        guard let location else { return [] }
        return Self.entries(of: location + "/projects").filter { $0.hasSuffix(".sqlite") && !$0.hasPrefix(".") }
            .map { String($0.dropLast(7)) }.sorted()
    }
}
