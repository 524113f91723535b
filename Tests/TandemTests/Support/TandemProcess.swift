import Foundation
import Glibc
import Testing

/// The built binary on pipes.
///
/// Reads block the calling thread, which is fine because nothing in this process serves them; each has a deadline.
final class TandemProcess {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// What a standard stream of the child is.
    enum Stream {
        case pipe, closed, null
    }

    let pid: pid_t
    private var input: Int32 = -1
    private var output: Int32 = -1
    private var received: [UInt8] = []
    private var hasEnded = false
    private var status: Int32?

    /// The executable beside the test bundle, or that of `TANDEM_BINARY`.
    static let binary: String = {
        if let path = ProcessInfo.processInfo.environment["TANDEM_BINARY"] { return path }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let besideTests = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "tandem")
        let built = package.appending(path: ".build/debug/tandem")
        return FileManager.default.isExecutableFile(atPath: besideTests.path) ? besideTests.path : built.path
    }()

    init(_ arguments: [String] = [], output outputKind: Stream = .pipe, error: Stream = .null) throws {
        signal(SIGPIPE, SIG_IGN)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        let (childInput, parentInput) = try Self.makePipe()
        input = parentInput
        posix_spawn_file_actions_adddup2(&actions, childInput, 0)
        var childOutput: Int32 = -1
        switch outputKind {
        case .pipe:
            (output, childOutput) = try Self.makePipe()
            posix_spawn_file_actions_adddup2(&actions, childOutput, 1)
        case .closed: posix_spawn_file_actions_addclose(&actions, 1)
        case .null: posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_RDWR, 0)
        }
        switch error {
        case .pipe: break
        case .closed: posix_spawn_file_actions_addclose(&actions, 2)
        case .null: posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0)
        }
        var words = ([Self.binary] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child = pid_t()
        let result = posix_spawn(&child, Self.binary, &actions, nil, &words, environ)
        Glibc.close(childInput)
        if childOutput >= 0 { Glibc.close(childOutput) }
        pid = child
        guard result == 0 else { throw Failure(description: "\(Self.binary) could not be started (error \(result))") }
    }

    deinit {
        endInput()
        stopListening()
        if status == nil {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
        }
    }

    /// Both ends are closed in every child; `adddup2` makes the copies that it keeps.
    private static func makePipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw Failure(description: "no pipe (error \(errno))") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    func send(_ text: String) throws { try write(Array(text.utf8)) }

    func write(_ bytes: [UInt8]) throws {
        var offset = 0
        while offset < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(input, $0.baseAddress.map { $0 + offset }, $0.count - offset)
            }
            guard count > 0 else { throw Failure(description: "the server does not read (error \(errno))") }
            offset += count
        }
    }

    func endInput() {
        if input >= 0 { Glibc.close(input) }
        input = -1
    }

    func stopListening() {
        if output >= 0 { Glibc.close(output) }
        output = -1
    }

    /// The next line, nil at the end of the output.
    func next(seconds: Int = 20) throws -> String? {
        while true {
            if let newline = received.firstIndex(of: 0x0A) {
                defer { received.removeFirst(newline + 1) }
                return String(decoding: received[..<newline], as: UTF8.self)
            }
            if hasEnded { return nil }
            var poll = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, Int32(seconds) * 1000) > 0 else {
                throw Failure(description: "no answer within \(seconds) s")
            }
            var buffer = [UInt8](repeating: 0, count: 1 << 16)
            let count = read(output, &buffer, buffer.count)
            if count > 0 { received += buffer[..<count] } else { hasEnded = true }
        }
    }

    /// Every line up to the end of the output.
    func rest() throws -> [String] {
        var lines: [String] = []
        while let line = try next() { lines.append(line) }
        return lines
    }

    /// Waits for the end of the process; the status is 128 + n when signal n ended it.
    func exitStatus(within seconds: Double = 20) throws -> Int32 {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var raw: Int32 = 0
        while waitpid(pid, &raw, WNOHANG) == 0 {
            guard ContinuousClock.now < deadline else {
                throw Failure(description: "still running after \(seconds) s")
            }
            usleep(2000)
        }
        let code = raw & 0x7F == 0 ? (raw >> 8) & 0xFF : 128 + (raw & 0x7F)
        status = code
        return code
    }
}

func request(_ method: String, id: String = "1", _ params: String? = nil) -> String {
    #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)"\#(params.map { ",\"params\":\($0)" } ?? "")}"# + "\n"
}

let modernMeta =
    #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
