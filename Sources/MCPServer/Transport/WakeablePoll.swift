import Glibc

/// Waits for input on a descriptor in a way that another thread can end.
///
/// `wake()` is safe from any thread; the two ends of the pipe are set in `init` and closed in `deinit`.
final class WakeablePoll: Sendable {
    private let readEnd: Int32
    private let writeEnd: Int32

    init() {
        var ends: [Int32] = [-1, -1]
        let status = pipe(&ends)
        precondition(status == 0, "no pipe could be made (error \(errno)); the server could never be stopped")
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        (readEnd, writeEnd) = (ends[0], ends[1])
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    /// Ends the wait under way and every later one.
    func wake() {
        var byte: UInt8 = 0
        _ = write(writeEnd, &byte, 1)
    }

    /// Blocks until there is something to read, which the end of the input is too.
    ///
    /// - Returns: false once ``wake()`` was called.
    func waitForInput(on descriptor: Int32) -> Bool {
        var polls = [
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: readEnd, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&polls, 2, -1) < 0, errno == EINTR {}
        return polls[1].revents == 0
    }
}
