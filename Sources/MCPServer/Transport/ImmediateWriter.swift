import Glibc

/// Writes to a descriptor what it takes at once, although the descriptor itself blocks.
///
/// The descriptor may be shared with other processes, so it is never made non-blocking. A pipe is opened a second time
/// instead, which gives a description of its own, and a socket takes the wish with every call. For anything else, and
/// where `/proc` is missing, nothing is written at once.
final class ImmediateWriter: Sendable {
    enum Progress: Equatable {
        /// How many bytes went out; fewer than given where the rest would have had to wait.
        case wrote(Int)
        /// The other end is gone.
        case broken
    }

    private enum Way: Sendable {
        /// A non-blocking descriptor of the same pipe, closed in `deinit`.
        case pipe(Int32)
        case socket(Int32)
        case none
    }

    private let way: Way

    init(descriptor: Int32) {
        var status = stat()
        let kind = fstat(descriptor, &status) == 0 ? status.st_mode & S_IFMT : 0
        switch kind {
        case S_IFIFO:
            let own = open("/proc/self/fd/\(descriptor)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
            way = own < 0 ? .none : .pipe(own)
        case S_IFSOCK: way = .socket(descriptor)
        default: way = .none
        }
    }

    deinit {
        if case .pipe(let own) = way { close(own) }
    }

    func write(_ bytes: [UInt8]) -> Progress {
        bytes.withUnsafeBytes { buffer in
            var rest = buffer
            while !rest.isEmpty {
                let count = attempt(rest)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if count == 0 || errno == EAGAIN {
                    break
                } else if errno != EINTR {
                    return .broken
                }
            }
            return .wrote(buffer.count - rest.count)
        }
    }

    /// How many bytes went out, 0 when this descriptor can't be written without waiting, or -1 with `errno`.
    private func attempt(_ bytes: UnsafeRawBufferPointer) -> Int {
        switch way {
        case .pipe(let own): Glibc.write(own, bytes.baseAddress, bytes.count)
        case .socket(let shared):
            send(shared, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
        case .none: 0
        }
    }
}
