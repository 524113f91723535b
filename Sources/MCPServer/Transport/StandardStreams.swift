import Glibc

/// The two descriptors that carry the protocol.
package struct StandardStreams: Sendable {
    package let input: Int32
    /// -1 when the process was started without standard output.
    package let output: Int32

    /// Takes standard input and output away from everybody else and ignores SIGPIPE.
    ///
    /// The protocol goes on over private descriptors that child processes don't inherit; 0 reads nothing and 1 leads to
    /// standard error, so no `print` and no library can write into the protocol. To be called once, before anything
    /// else opens a file: a standard descriptor that is closed gets /dev/null here, so that no other file takes its
    /// number.
    package static func claim() -> StandardStreams {
        signal(SIGPIPE, SIG_IGN)
        let opened = open("/dev/null", O_RDWR | O_CLOEXEC)
        let null = fcntl(opened, F_DUPFD_CLOEXEC, 3)
        close(opened)
        if fcntl(2, F_GETFD) < 0 { dup2(null, 2) }
        if fcntl(0, F_GETFD) < 0 { dup2(null, 0) }
        let input = fcntl(0, F_DUPFD_CLOEXEC, 3)
        let output = fcntl(1, F_DUPFD_CLOEXEC, 3)
        dup2(null, 0)
        dup2(2, 1)
        close(null)
        return StandardStreams(input: input, output: output)
    }
}
