import Glibc

/// Writes lines to a file or stdout, in large pieces.
final class LineWriter {
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    /// - Parameter path: a file, which is made or emptied; nil for stdout.
    /// - Throws: ``Failure`` with status 1.
    init(path: String?) throws {
        guard let path else {
            descriptor = 1
            return
        }
        descriptor = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure() }
    }

    deinit { if descriptor > 2 { close(descriptor) } }

    func write(_ line: [UInt8]) throws {
        buffer += line
        buffer.append(UInt8(ascii: "\n"))
        if buffer.count >= 1 << 18 { try flush() }
    }

    /// Writes what is left.
    func finish() throws {
        try flush()
        guard descriptor <= 2 || fsync(descriptor) == 0 else { throw Self.failure() }
    }

    private func flush() throws {
        var offset = 0
        while offset < buffer.count {
            let count = buffer[offset...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure() }
            offset += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private static func failure() -> Failure {
        Failure(status: 1, message: "tandem: can't write: \(String(cString: strerror(errno)))")
    }
}
