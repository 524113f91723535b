import Glibc

/// One line of input, without its end.
enum Line {
    case text(UnsafeBufferPointer<UInt8>)
    /// Longer than the limit; the rest of it is skipped.
    case tooLong
}

/// Cuts a stream of bytes into lines, however the bytes arrive.
///
/// Lines end at 0x0A; a carriage return before it is white space to JSON. A byte order mark at the start of a line and
/// lines of nothing but white space are dropped. Each byte is looked at once, also when a line takes many reads.
struct LineFramer: ~Copyable {
    /// The least room that a read is offered.
    static let chunk = 256 << 10
    /// Buffers larger than this are given back once they are empty.
    private static let keptCapacity = 4 << 20

    private let limit: Int
    private var buffer: UnsafeMutableRawBufferPointer
    /// Where the first unfinished line starts, where the search for its end goes on, and where the bytes end.
    private var start = 0
    private var scanned = 0
    private var end = 0
    private var isDiscarding = false

    /// - Parameter limit: The longest line in bytes.
    init(limit: Int) {
        self.limit = limit
        buffer = .allocate(byteCount: Self.chunk, alignment: 16)
    }

    deinit {
        buffer.deallocate()
    }

    /// Lends free room to `read`, which says how many bytes it put there; zero or less changes nothing.
    mutating func fill(_ read: (UnsafeMutableRawBufferPointer) -> Int) -> Int {
        makeRoom()
        let count = read(UnsafeMutableRawBufferPointer(rebasing: buffer[end...]))
        if count > 0 { end += count }
        return count
    }

    /// Hands out every line that is complete; its bytes are valid inside `body` only.
    mutating func drain(_ body: (Line) -> Void) {
        guard let base = buffer.baseAddress else { return }
        while let found = memchr(base + scanned, 0x0A, end - scanned) {
            let newline = UnsafeRawPointer(found) - UnsafeRawPointer(base)
            if isDiscarding {
                isDiscarding = false
            } else if newline - start > limit {
                body(.tooLong)
            } else {
                emit(start..<newline, body)
            }
            start = newline + 1
            scanned = start
        }
        scanned = end
        if isDiscarding {
            start = end
        } else if end - start > limit {
            body(.tooLong)
            isDiscarding = true
            start = end
        }
        if start == end { (start, scanned, end) = (0, 0, 0) }
    }

    /// Hands out what is left at the end of the input: a last line without an end.
    mutating func finish(_ body: (Line) -> Void) {
        if !isDiscarding, end > start { emit(start..<end, body) }
        (start, scanned, end) = (0, 0, 0)
    }

    private func emit(_ range: Range<Int>, _ body: (Line) -> Void) {
        var line = UnsafeRawBufferPointer(rebasing: buffer[range])
        if line.count >= 3, line[0] == 0xEF, line[1] == 0xBB, line[2] == 0xBF {
            line = UnsafeRawBufferPointer(rebasing: line[3...])
        }
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { return }
        body(.text(line.assumingMemoryBound(to: UInt8.self)))
    }

    private mutating func makeRoom() {
        if end == 0, buffer.count > Self.keptCapacity { resize(to: Self.chunk) }
        guard buffer.count - end < Self.chunk else { return }
        let kept = end - start
        if let base = buffer.baseAddress, start > 0, buffer.count - kept >= Self.chunk {
            memmove(base, base + start, kept)
        } else {
            resize(to: max(2 * buffer.count, kept + 2 * Self.chunk))
        }
        scanned -= start
        (start, end) = (0, kept)
    }

    /// Moves the unfinished line to the start of a new buffer; the caller adjusts the offsets.
    private mutating func resize(to capacity: Int) {
        let new = UnsafeMutableRawBufferPointer.allocate(byteCount: capacity, alignment: 16)
        new.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<end]))
        buffer.deallocate()
        buffer = new
    }
}
