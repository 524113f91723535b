import Glibc

/// The few file operations that a data folder needs. Everything made here is for its owner alone.
extension DataFolder {
    static var lastError: String { String(cString: strerror(errno)) }

    /// Makes a folder and the ones above it.
    static func makeFolders(_ path: String) throws(StoreError) {
        var current = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            current += "/" + part
            guard mkdir(current, 0o700) == 0 || errno == EEXIST || errno == EROFS else {
                throw StoreError(.unavailable, "can't make the folder \(current): \(lastError)")
            }
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw StoreError(.unavailable, "\(path) is not a folder")
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw StoreError(.unavailable, "no permission to use the folder \(path)")
        }
    }

    /// The whole of a small file; nil when there is none.
    static func contents(of path: String) -> [UInt8]? {
        let file = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = bytes.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
        return count < 0 ? nil : Array(bytes.prefix(count))
    }

    /// Writes a file so that a reader sees it whole or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let slash = path.lastIndex(of: "/")!
        let temporary = "\(path[..<slash])/.\(path[path.index(after: slash)...]).\(UInt64.random(in: 0...UInt64.max))"
        let file = Glibc.open(temporary, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw StoreError(.unavailable, "can't write \(path): \(lastError)") }
        defer { close(file) }
        let written = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == bytes.count, fsync(file) == 0, rename(temporary, path) == 0 else {
            let reason = lastError
            unlink(temporary)
            throw StoreError(.unavailable, "can't write \(path): \(reason)")
        }
    }

    static func entries(of path: String) -> [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func removeTree(_ path: String) {
        for name in entries(of: path) {
            let child = path + "/" + name
            if unlink(child) != 0 { removeTree(child) }
        }
        rmdir(path)
    }
}
