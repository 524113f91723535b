import Glibc
import Synchronization
import Values

/// The folder that holds an embedded store: a marker file that says whose it is, and a database file for each project.
package struct DataFolder: Sendable {
    /// Where the folder is; nil for one that is made at first use and removed at the end.
    private let path: String?

    /// The version of the folder's layout that this code reads and writes.
    static let format: Int64 = 1

    private init(path: String?) {
        self.path = path
    }

    package static func at(_ path: String) -> DataFolder { DataFolder(path: path) }

    /// A private folder below the system's folder for temporary files.
    package static var ephemeral: DataFolder { DataFolder(path: nil) }

    package var isEphemeral: Bool { path == nil }

    /// The path; nil for an ephemeral store.
    package var location: String? { path }

    /// Makes the folder when it is missing or empty and checks that it is ours otherwise.
    /// - Throws: ``StoreError`` `unavailable`, with what to do; nothing is touched then.
    func open() throws(StoreError) -> OpenFolder {
        guard let path else { return try EphemeralFolders.make() }
        try Self.makeFolders(path)
        if try !Self.isMarked(path) {
            // A key may be there before its first data.
            if Self.entries(of: path).allSatisfy({ $0.hasPrefix(".") || $0 == "key" }) {
                try Self.write(JSON.object(["format": .int(Self.format)]).encoded, to: path + "/tandem.json")
            } else if try !Self.isMarked(path) {
                // Asked again, because what is there may be of a process that starts at the same moment.
                throw StoreError(
                    .unavailable,
                    "the folder \(path) holds other files and no Tandem data; name an empty or a new folder with --data"
                )
            }
        }
        try Self.makeFolders(path + "/projects")
        return OpenFolder(path: path, lock: nil)
    }

    /// Whether the folder has our marker, which must be one that this code can use.
    private static func isMarked(_ path: String) throws(StoreError) -> Bool {
        guard let text = contents(of: path + "/tandem.json") else { return false }
        guard let format = (try? JSON(parsing: text))?["format"]?.int else {
            throw StoreError(
                .unavailable,
                "the file \(path)/tandem.json is damaged; restore it from a backup or name another folder"
            )
        }
        guard format <= Self.format else {
            throw StoreError(
                .unavailable,
                "the folder \(path) was written by a newer Tandem (format \(format), this one knows \(Self.format)); "
                    + "use that version"
            )
        }
        return true
    }
}

/// A folder in use; an ephemeral one carries the lock that says so.
struct OpenFolder: Sendable {
    let path: String
    /// The descriptor of the lock file.
    let lock: Int32?

    func databasePath(of project: String) -> String { "\(path)/projects/\(project).sqlite" }

    /// Removes an ephemeral folder; keeps any other.
    func remove() {
        guard let lock else { return }
        DataFolder.removeTree(path)
        close(lock)
    }
}

/// Temporary stores. A lock that ends with its process tells those in use from those left behind.
private enum EphemeralFolders {
    private static let prefix = "tandem-ephemeral-"

    static func make() throws(StoreError) -> OpenFolder {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        sweep(parent)
        // A process that sweeps may take the lock of a new folder first and remove it; the next one will be ours.
        for _ in 0..<10 {
            let path = "\(parent)/\(prefix)\(getpid())-\(String(UInt32.random(in: 0...UInt32.max), radix: 16))"
            try DataFolder.makeFolders(path + "/projects")
            let lock = Glibc.open(path + "/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
            if lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, isThere(lock) {
                return OpenFolder(path: path, lock: lock)
            }
            if lock >= 0 { close(lock) }
        }
        throw StoreError(.unavailable, "can't make a temporary store in \(parent): \(DataFolder.lastError)")
    }

    /// Whether an open file still has a name. Who sweeps may have removed it between its making and its locking.
    private static func isThere(_ file: Int32) -> Bool {
        var status = stat()
        return fstat(file, &status) == 0 && status.st_nlink > 0
    }

    private static func sweep(_ parent: String) {
        for name in DataFolder.entries(of: parent) where name.hasPrefix(prefix) {
            let path = "\(parent)/\(name)"
            let lock = Glibc.open(path + "/lock", O_RDWR | O_CLOEXEC)
            guard lock >= 0 else { continue }
            if flock(lock, LOCK_EX | LOCK_NB) == 0 { DataFolder.removeTree(path) }
            close(lock)
        }
    }
}
