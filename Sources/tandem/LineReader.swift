import Glibc

/// Reads lines from a file or a pipe, piece by piece, so that its size doesn't matter.
struct LineReader {
    /// A line that is longer is refused.
    static let longestLine = 64 << 20

    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var start = 0
    private var hasEnded = false
    /// The number of the last line that was read, from 1.
    private(set) var number = 0

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// The next line without its end; nil at the end of the input.
    /// - Throws: ``Failure`` with status 1.
    mutating func next() throws -> ArraySlice<UInt8>? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                let line = buffer[start..<end]
                start = end + 1
                number += 1
                return line
            }
            if hasEnded {
                guard start < buffer.count else { return nil }
                let line = buffer[start...]
                start = buffer.count
                number += 1
                return line
            }
            searched = buffer.count - start
            buffer.removeFirst(start)
            start = 0
            guard buffer.count <= Self.longestLine else {
                throw Failure(
                    status: 1,
                    message: "tandem: line \(number + 1) has more than \(Self.longestLine >> 20) MiB"
                )
            }
            try fill()
        }
    }

    private mutating func fill() throws {
        var chunk = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = chunk.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(status: 1, message: "tandem: can't read on: \(String(cString: strerror(errno)))")
            }
            hasEnded = count == 0
            buffer += chunk.prefix(count)
            return
        }
    }
}
