import Testing

@testable import MCPServer

@Suite("Cutting input into lines")
struct LineFramerTests {
    /// The lines of an input that arrives in pieces of the given size.
    private func lines(_ input: [UInt8], by size: Int, limit: Int = 1 << 20) -> [String] {
        var framer = LineFramer(limit: limit)
        var lines: [String] = []
        let collect: (Line) -> Void = { line in
            switch line {
            case .text(let bytes): lines.append(String(decoding: bytes, as: UTF8.self))
            case .tooLong: lines.append("[too long]")
            }
        }
        var rest = input[...]
        while !rest.isEmpty {
            let taken = framer.fill { room in
                let count = min(size, room.count, rest.count)
                room.copyBytes(from: rest.prefix(count))
                return count
            }
            rest = rest.dropFirst(taken)
            framer.drain(collect)
        }
        framer.finish(collect)
        return lines
    }

    @Test("Line ends, blank lines, byte order marks and a last line without an end", arguments: [1, 2, 3, 7, 1000])
    func cuts(_ size: Int) {
        let input = "\u{FEFF}one\n\ntwo\r\n \t\r\n\u{FEFF}\nthr\u{2028}ee\nlast"
        #expect(lines(Array(input.utf8), by: size) == ["one", "two\r", "thr\u{2028}ee", "last"])
        #expect(lines(Array("one\n".utf8), by: size) == ["one"])
        #expect(lines([], by: size) == [])
    }

    @Test("A line over the limit is reported once and skipped", arguments: [1, 5, 1000])
    func tooLong(_ size: Int) {
        let input = "ok\n" + String(repeating: "x", count: 11) + "\n" + String(repeating: "y", count: 10) + "\nok\n"
        #expect(lines(Array(input.utf8), by: size, limit: 10) == ["ok", "[too long]", "yyyyyyyyyy", "ok"])
        let unfinished = "ok\n" + String(repeating: "x", count: 50)
        #expect(lines(Array(unfinished.utf8), by: size, limit: 10) == ["ok", "[too long]"])
    }

    @Test("Long and short lines survive the buffer's growth and its return", arguments: [4096, 100_000, 1 << 20])
    func grows(_ size: Int) {
        let expected = [1, 5_000_000, 3, 300_000, 262_144, 2, 9_000_000, 1].enumerated().map { index, count in
            String(repeating: Character(Unicode.Scalar(UInt8(97 + index))), count: count)
        }
        let input = Array(expected.joined(separator: "\n").utf8)
        #expect(lines(input, by: size, limit: 16 << 20) == expected)
    }
}
