import Glibc
package import Values

/// The secret of a project that encrypts, signs and tokenises, kept in a file for its owner alone.
package struct KeyFile: Sendable {
    package let path: String

    /// How many bytes a key may have. 32 are as good as any more.
    private static let sizes = 32...4096

    package init(path: String) {
        self.path = path
    }

    /// What is in the file.
    /// - Throws: 503 `store_unavailable` for a file that is missing, open to others, or no key.
    func key() throws(AppError) -> ProjectKey { ProjectKey(try bytes()) }

    package var isThere: Bool { access(path, F_OK) == 0 }

    /// Makes the file with a new key, unless another process was faster.
    /// - Throws: 503 `store_unavailable` where it can't be written.
    func make() throws(AppError) -> ProjectKey {
        let temporary = "\(path).\(UInt64.random(in: 0...UInt64.max))"
        let descriptor = open(temporary, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw unwritable() }
        defer {
            close(descriptor)
            unlink(temporary)
        }
        let bytes = ProjectKey.randomBytes()
        let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        // A link appears whole or not at all, and never over a file that is there.
        guard written == bytes.count, fsync(descriptor) == 0, link(temporary, path) == 0 || errno == EEXIST,
            syncFolder()
        else { throw unwritable() }
        return try key()
    }

    /// Makes sure that the name outlives a loss of power, as what is sealed with the key will.
    private func syncFolder() -> Bool {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return fsync(descriptor) == 0
    }

    private func unwritable() -> AppError {
        let reason = String(cString: strerror(errno))
        return refusal("The key file \(path) can't be made: \(reason).", hint: "Name another one with --key-file.")
    }

    /// Whether the file holds a key.
    package var finding: Finding {
        do throws(AppError) { return Finding(.ok, "key", "\(path), fingerprint \(try key().fingerprint)") } catch {
            return Finding(.problem, "key", error.message + " " + (error.hint ?? ""))
        }
    }

    private func bytes() throws(AppError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let cause = errno
            throw refusal(
                "The key file \(path) can't be read: \(String(cString: strerror(cause))).",
                hint: cause == ENOENT
                    ? "Copy the project's key there, or for a new project make one: "
                        + "(umask 077; head -c 32 /dev/urandom > \(path))" : "Name another one with --key-file."
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw refusal("The key file \(path) is no file.", hint: "Name another one with --key-file.")
        }
        guard status.st_mode & 0o077 == 0 else {
            throw refusal(
                "The key file \(path) is open to other users.",
                hint: "Keep it to its owner: chmod 600 \(path)"
            )
        }
        var key = [UInt8](repeating: 0, count: Self.sizes.upperBound + 1)
        let count = key.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        guard Self.sizes.contains(count) else {
            throw refusal(
                "The key file \(path) holds no key: it must have \(Self.sizes.lowerBound) to \(Self.sizes.upperBound) "
                    + "bytes.",
                hint: "Name the file with the project's key with --key-file."
            )
        }
        return Array(key.prefix(count))
    }

    private func refusal(_ message: Prose, hint: Prose) -> AppError {
        AppError(.storeUnavailable, message, hint: hint)
    }
}
